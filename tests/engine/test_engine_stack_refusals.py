"""CloudFormation refuses what AWS refuses: each stack here fails with AWS's reason, or the call with its code."""

import json
from typing import Any

import pytest
from engine_support import Aws, eventually, refused, unique
from test_engine_stacks import LIVE, Resources, gone, settled


def attempt(aws: Aws, name: str, resources: Resources, **options: Any) -> tuple[str, list[str]]:
    """Create or update a stack; return the status in which it ends and the reasons of what failed, newest first."""
    cloudformation = aws.client("cloudformation")
    body = json.dumps({"Resources": resources})
    arguments = {"StackName": name, "TemplateBody": body, "Capabilities": ["CAPABILITY_NAMED_IAM"], **options}
    (cloudformation.update_stack if is_live(aws, name) else cloudformation.create_stack)(**arguments)
    stack = settled(aws, name)
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    failed = [event.get("ResourceStatusReason", "") for event in events if "FAILED" in event["ResourceStatus"]]
    return stack["StackStatus"], failed


def is_live(aws: Aws, name: str) -> bool:
    stacks = aws.client("cloudformation").list_stacks(StackStatusFilter=list(LIVE))["StackSummaries"]
    return name in {stack["StackName"] for stack in stacks}


def dashboard(metrics: list[Any]) -> str:
    properties = {"region": "us-east-1", "metrics": metrics}
    return json.dumps({"widgets": [{"type": "metric", "properties": properties}]})


SEARCH = {"expression": "SEARCH('{AWS/Lambda,FunctionName} Errors', 'Sum', 300)", "id": "s"}


def test_a_dashboard_whose_metrics_are_no_lists_fails_its_stack(aws: Aws) -> None:
    # Given an expression that is not in a list of its own
    def resources(*metrics: Any) -> Resources:
        properties = {"DashboardName": unique("dashboard"), "DashboardBody": dashboard(list(metrics))}
        return {"Dashboard": {"Type": "AWS::CloudWatch::Dashboard", "Properties": properties}}

    # Then the stack is rolled back, and says where
    status, reasons = attempt(aws, unique("stack"), resources(SEARCH))
    assert status == "ROLLBACK_COMPLETE"
    assert '"dataPath": "/widgets/0/properties/metrics/0"' in reasons[0]
    assert '"message": "Should be array"' in reasons[0]
    # And in a list of its own it is made
    assert attempt(aws, unique("stack"), resources([SEARCH])) == ("CREATE_COMPLETE", [])


@pytest.mark.parametrize("body", ["", "{", dashboard([SEARCH])])
def test_a_broken_dashboard_is_refused_by_the_api(aws: Aws, body: str) -> None:
    cloudwatch = aws.client("cloudwatch")
    name = unique("dashboard")
    assert refused(lambda: cloudwatch.put_dashboard(DashboardName=name, DashboardBody=body)) == "InvalidParameterInput"
    cloudwatch.put_dashboard(DashboardName=name, DashboardBody=dashboard([[SEARCH]]))
    assert cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"] == dashboard([[SEARCH]])


def resource(kind: str, name: dict[str, Any]) -> Resources:
    """One resource of a type, with a name and whatever else the type needs."""
    key = {"AttributeName": "pk", "KeyType": "HASH"}
    table = {
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [key],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    }
    policy = {"Version": "2012-10-17", "Statement": []}
    needed: dict[str, dict[str, Any]] = {
        "AWS::DynamoDB::Table": table,
        "AWS::DynamoDB::GlobalTable": {**table, "Replicas": [{"Region": "us-east-1"}]},
        "AWS::SecretsManager::Secret": {"GenerateSecretString": {}},
        "AWS::IAM::Role": {"AssumeRolePolicyDocument": policy},
        "AWS::CloudWatch::Alarm": {
            "Namespace": "AWS/Lambda",
            "MetricName": "Errors",
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 1,
            "ComparisonOperator": "GreaterThanThreshold",
        },
        "AWS::CloudWatch::Dashboard": {"DashboardBody": '{"widgets": []}'},
        "AWS::Lambda::Function": {
            "Runtime": "python3.13",
            "Handler": "index.handler",
            "Role": "arn:aws:iam::000000000000:role/any",
            "Code": {"ZipFile": "def handler(event, context): return None"},
        },
        "AWS::DAX::Cluster": {
            "IAMRoleARN": "arn:aws:iam::000000000000:role/dax",
            "NodeType": "dax.t3.small",
            "ReplicationFactor": 1,
        },
        "AWS::CloudFront::CachePolicy": {},
    }
    return {"It": {"Type": kind, "Properties": {**name, **needed.get(kind, {})}}}


def broken_after(logical_id: str) -> Resources:
    """A resource that fails once another is made."""
    kind = "AWS::CloudWatch::Dashboard"
    return {"Broken": {"Type": kind, "DependsOn": logical_id, "Properties": {"DashboardBody": "{"}}}


def cache_policy(name: str) -> dict[str, Any]:
    nothing = {"CookiesConfig": {"CookieBehavior": "none"}, "HeadersConfig": {"HeaderBehavior": "none"}}
    keyed = {**nothing, "QueryStringsConfig": {"QueryStringBehavior": "none"}, "EnableAcceptEncodingGzip": True}
    ttl = {"MinTTL": 0, "DefaultTTL": 0, "MaxTTL": 60}
    return {"CachePolicyConfig": {"Name": name, "ParametersInCacheKeyAndForwardedToOrigin": keyed, **ttl}}


TAKEN = {
    "AWS::Backup::BackupVault": lambda name: {"BackupVaultName": name},
    "AWS::CloudFront::CachePolicy": cache_policy,
    "AWS::CloudWatch::Alarm": lambda name: {"AlarmName": name},
    "AWS::CloudWatch::Dashboard": lambda name: {"DashboardName": name},
    "AWS::DAX::Cluster": lambda name: {"ClusterName": name},
    "AWS::DynamoDB::GlobalTable": lambda name: {"TableName": name},
    "AWS::DynamoDB::Table": lambda name: {"TableName": name},
    "AWS::IAM::Role": lambda name: {"RoleName": name},
    "AWS::Lambda::Function": lambda name: {"FunctionName": name},
    "AWS::Logs::LogGroup": lambda name: {"LogGroupName": name},
    "AWS::SES::ConfigurationSet": lambda name: {"Name": name},
    "AWS::SES::EmailIdentity": lambda name: {"EmailIdentity": f"{name}@example.com"},
    "AWS::SNS::Topic": lambda name: {"TopicName": name},
    "AWS::SQS::Queue": lambda name: {"QueueName": name},
    "AWS::SecretsManager::Secret": lambda name: {"Name": name},
}


@pytest.mark.parametrize("kind", TAKEN)
def test_a_name_that_another_stack_has_fails_the_stack(aws: Aws, kind: str) -> None:
    # Given a stack with a resource that has a name
    named = resource(kind, TAKEN[kind](unique("taken")))
    first = unique("stack")
    assert attempt(aws, first, named) == ("CREATE_COMPLETE", [])
    # When another stack wants the name, then it fails, and the first keeps what it has
    status, reasons = attempt(aws, unique("stack"), named)
    assert status == "ROLLBACK_COMPLETE"
    assert "already exists" in reasons[0]
    held = aws.client("cloudformation").describe_stack_resources(StackName=first)["StackResources"]
    assert [each["ResourceStatus"] for each in held] == ["CREATE_COMPLETE"]


def test_a_name_that_no_stack_made_is_taken_too(aws: Aws) -> None:
    name = unique("orphan")
    aws.client("sqs").create_queue(QueueName=name)
    status, reasons = attempt(aws, unique("stack"), resource("AWS::SQS::Queue", {"QueueName": name}))
    assert (status, reasons) == (
        "ROLLBACK_COMPLETE",
        [f"Resource of type 'AWS::SQS::Queue' with identifier '{name}' already exists."],
    )


def test_a_secret_keeps_its_name_while_it_waits_for_its_deletion(aws: Aws) -> None:
    name, secrets = unique("secret"), aws.client("secretsmanager")
    secrets.create_secret(Name=name, SecretString="x")
    secrets.delete_secret(SecretId=name, RecoveryWindowInDays=7)
    status, reasons = attempt(aws, unique("stack"), resource("AWS::SecretsManager::Secret", {"Name": name}))
    assert status == "ROLLBACK_COMPLETE"
    assert "already scheduled for deletion" in reasons[0]


def test_user_pools_share_names(aws: Aws) -> None:
    # Given a pool that its stack has left
    name = unique("pool")
    retained = resource("AWS::Cognito::UserPool", {"UserPoolName": name})
    retained["It"]["DeletionPolicy"] = "Retain"
    assert attempt(aws, unique("stack"), {**retained, **broken_after("It")})[0] == "ROLLBACK_COMPLETE"
    # When another try is made, then nothing refuses it, and there are two
    assert attempt(aws, unique("stack"), retained)[0] == "CREATE_COMPLETE"
    pools = aws.client("cognito-idp").list_user_pools(MaxResults=60)["UserPools"]
    assert [pool["Name"] for pool in pools].count(name) == 2


@pytest.mark.parametrize(("policy", "left"), [("Retain", True), ("RetainExceptOnCreate", False), ("Delete", False)])
def test_what_a_rollback_leaves_of_a_table(aws: Aws, policy: str, *, left: bool) -> None:
    # Given a stack that fails after its table is made
    table = resource("AWS::DynamoDB::Table", {"TableName": unique("table")})
    table["It"]["DeletionPolicy"] = policy
    assert attempt(aws, unique("stack"), {**table, **broken_after("It")})[0] == "ROLLBACK_COMPLETE"
    # Then the next try finds the name taken where the table was retained
    status, reasons = attempt(aws, unique("stack"), table)
    assert status == ("ROLLBACK_COMPLETE" if left else "CREATE_COMPLETE")
    assert ("already exists" in "".join(reasons)) is left


REPLACED: dict[str, tuple[Resources, dict[str, Any]]] = {
    "a cluster's node type": (
        resource("AWS::DAX::Cluster", {"ClusterName": "replaced"}),
        {"NodeType": "dax.r5.large"},
    ),
    "a budget's recipient": (
        {
            "It": {
                "Type": "AWS::Budgets::Budget",
                "Properties": {"Budget": {"BudgetName": "replaced", "BudgetType": "COST", "TimeUnit": "MONTHLY"}},
            }
        },
        {"NotificationsWithSubscribers": []},
    ),
    "a vault's key": (
        resource("AWS::Backup::BackupVault", {"BackupVaultName": "replaced"}),
        {"EncryptionKeyArn": "arn:aws:kms:us-east-1:000000000000:key/k"},
    ),
    "a role's path": (resource("AWS::IAM::Role", {"RoleName": "replaced"}), {"Path": "/other/"}),
}


@pytest.mark.parametrize("change", REPLACED)
def test_a_change_that_replaces_a_named_resource_fails_the_update(aws: Aws, change: str) -> None:
    resources, changed = REPLACED[change]
    stack = unique("stack")
    assert attempt(aws, stack, resources) == ("CREATE_COMPLETE", [])
    kind, properties = resources["It"]["Type"], resources["It"]["Properties"]
    # When a property changes that cannot
    status, reasons = attempt(aws, stack, {"It": {"Type": kind, "Properties": {**properties, **changed}}})
    # Then the update is rolled back with CloudFormation's sentence
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert reasons[0].startswith(
        "CloudFormation cannot update a stack when a custom-named resource requires replacing."
    )


def test_a_resource_without_a_name_may_be_replaced(aws: Aws) -> None:
    stack = unique("stack")
    budget = {"Budget": {"BudgetType": "COST", "TimeUnit": "MONTHLY"}}
    for change in ({}, {"NotificationsWithSubscribers": []}):
        status, _ = attempt(aws, stack, {"It": {"Type": "AWS::Budgets::Budget", "Properties": {**budget, **change}}})
        assert status in ("CREATE_COMPLETE", "UPDATE_COMPLETE")


def edge_function(code: str) -> Resources:
    configuration = {"Comment": "", "Runtime": "cloudfront-js-2.0"}
    properties = {"Name": unique("edge"), "AutoPublish": True, "FunctionCode": code, "FunctionConfig": configuration}
    return {"It": {"Type": "AWS::CloudFront::Function", "Properties": properties}}


FOR_OF = "function handler(event) { for (const name of []) { } return event.request; }"
FOR = "function handler(event) { for (let i = 0; i < 1; i += 1) { } return event.request; }"


def test_a_function_of_cloudfront_that_its_runtime_cannot_compile_fails_the_stack(aws: Aws) -> None:
    status, reasons = attempt(aws, unique("stack"), edge_function(FOR_OF))
    assert status == "ROLLBACK_COMPLETE"
    assert 'Token "of" not supported' in reasons[0]
    assert attempt(aws, unique("stack"), edge_function(FOR)) == ("CREATE_COMPLETE", [])


def test_a_function_of_cloudfront_that_cannot_be_compiled_is_refused_by_the_api(aws: Aws) -> None:
    cloudfront = aws.client("cloudfront")
    asked = {"Name": unique("edge"), "FunctionConfig": {"Comment": "", "Runtime": "cloudfront-js-2.0"}}
    assert refused(lambda: cloudfront.create_function(**asked, FunctionCode=FOR_OF.encode())) == "InvalidArgument"
    made = cloudfront.create_function(**asked, FunctionCode=FOR.encode())
    changed = {**asked, "IfMatch": made["ETag"], "FunctionCode": FOR_OF.encode()}
    assert refused(lambda: cloudfront.update_function(**changed)) == "InvalidArgument"


def nested(aws: Aws, *templates: Resources) -> Resources:
    """A nested stack of each template, one after the other."""
    s3, bucket = aws.client("s3"), unique("templates")
    s3.create_bucket(Bucket=bucket)
    made: Resources = {}
    for place, resources in enumerate(templates):
        s3.put_object(Bucket=bucket, Key=f"{place}.json", Body=json.dumps({"Resources": resources}))
        url = f"https://s3.amazonaws.com/{bucket}/{place}.json"
        made[f"Nested{place}"] = {
            "Type": "AWS::CloudFormation::Stack",
            "DependsOn": list(made),
            "DeletionPolicy": "RetainExceptOnCreate",
            "Properties": {"TemplateURL": url},
        }
    return made


@pytest.mark.parametrize(("policy", "left"), [("Retain", True), ("RetainExceptOnCreate", False)])
@pytest.mark.parametrize("fails", ["in the same nested stack", "in a later one"])
def test_what_a_rollback_leaves_of_a_nested_stack(aws: Aws, policy: str, fails: str, *, left: bool) -> None:
    # Given a nested stack with a table, and a resource that fails after it
    table = resource("AWS::DynamoDB::Table", {"TableName": unique("nested")})
    table["It"]["DeletionPolicy"] = policy
    broken = broken_after("It")
    if fails == "in a later one":
        del broken["Broken"]["DependsOn"]
        templates = nested(aws, table, broken)
    else:
        templates = nested(aws, {**table, **broken})
    # When the whole is created, then it is rolled back, and says which nested stack failed
    status, reasons = attempt(aws, unique("stack"), templates)
    assert status == "ROLLBACK_COMPLETE"
    assert reasons[0].startswith("Embedded stack Nested")
    # And the next try has the table's name
    status, reasons = attempt(aws, unique("stack"), nested(aws, table))
    assert status == ("ROLLBACK_COMPLETE" if left else "CREATE_COMPLETE")
    assert ("already exists" in "".join(reasons)) is left


def test_a_nested_stacks_deletion_keeps_what_it_retains(aws: Aws) -> None:
    name = unique("kept")
    table = resource("AWS::DynamoDB::Table", {"TableName": name})
    table["It"]["DeletionPolicy"] = "RetainExceptOnCreate"
    templates = nested(aws, table)
    templates["Nested0"]["DeletionPolicy"] = "Delete"
    stack = unique("stack")
    assert attempt(aws, stack, templates)[0] == "CREATE_COMPLETE"
    aws.client("cloudformation").delete_stack(StackName=stack)
    eventually(lambda: gone(aws, stack))
    assert name in aws.client("dynamodb").list_tables()["TableNames"]
