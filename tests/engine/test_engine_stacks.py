"""CloudFormation: what a template says can be read back from the service, after a create and after an update."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from engine_support import Aws, eventually, refused, unique

Resources = dict[str, Any]
ENDED = ("_COMPLETE", "_FAILED")
LIVE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "DELETE_FAILED")


def deploy(aws: Aws, name: str, resources: Resources, outputs: dict[str, Any] | None = None) -> dict[str, str]:
    """Create or update a stack, wait, and return its outputs; a failure shows the reasons."""
    cloudformation = aws.client("cloudformation")
    template = {"Resources": resources, "Outputs": {key: {"Value": value} for key, value in (outputs or {}).items()}}
    arguments = {"StackName": name, "TemplateBody": json.dumps(template), "Capabilities": ["CAPABILITY_NAMED_IAM"]}
    stacks = cloudformation.list_stacks(StackStatusFilter=list(LIVE))["StackSummaries"]
    known = name in {stack["StackName"] for stack in stacks}
    (cloudformation.update_stack if known else cloudformation.create_stack)(**arguments)
    stack = settled(aws, name)
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    reasons = [event.get("ResourceStatusReason") for event in events if "FAILED" in event["ResourceStatus"]]
    assert stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE"), reasons
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def settled(aws: Aws, name: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        stack: dict[str, Any] = aws.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
        status = stack["StackStatus"]
        return stack if status.endswith(ENDED) and "CLEANUP" not in status else None

    return eventually(look)


def without_metadata(answer: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in answer.items() if key != "ResponseMetadata"}


def table_properties(**more: Any) -> dict[str, Any]:
    return {
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        "AttributeDefinitions": [{"AttributeName": n, "AttributeType": "S"} for n in ("pk", "sk", "due", "tag")],
        "LocalSecondaryIndexes": [
            {
                "IndexName": "by-due",
                "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "due", "KeyType": "RANGE"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "by-tag",
                "KeySchema": [{"AttributeName": "tag", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
        **more,
    }


FULL = {
    "TimeToLiveSpecification": {"AttributeName": "expires_at", "Enabled": True},
    "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
    "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS"},
    "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
    "DeletionProtectionEnabled": True,
    "Tags": [{"Key": "stage", "Value": "dev"}],
}


def read_table(aws: Aws, name: str) -> dict[str, Any]:
    """What the DynamoDB API says of a table, in the words of a template."""
    dynamodb = aws.client("dynamodb")
    table = dynamodb.describe_table(TableName=name)["Table"]
    recovery = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    tags = dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]
    indexes = [*table["LocalSecondaryIndexes"], *table["GlobalSecondaryIndexes"]]
    return {
        "ttl": without_metadata(dynamodb.describe_time_to_live(TableName=name))["TimeToLiveDescription"],
        "recovery": recovery["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"],
        "encryption": table.get("SSEDescription", {}).get("Status", "DISABLED"),
        "stream": table.get("StreamSpecification"),
        "protected": table["DeletionProtectionEnabled"],
        "billing": table["BillingModeSummary"]["BillingMode"],
        "tags": [tag for tag in tags if not tag["Key"].startswith("aws:")],
        "indexes": {index["IndexName"]: index["Projection"]["ProjectionType"] for index in indexes},
        "keys": {index["IndexName"]: [key["AttributeName"] for key in index["KeySchema"]] for index in indexes},
    }


def test_a_table_has_what_its_template_says(aws: Aws) -> None:
    # Given a table with everything
    stack = unique("stack")
    table = {"Type": "AWS::DynamoDB::Table", "Properties": table_properties(**FULL)}
    outputs = deploy(aws, stack, {"Todos": table}, {"Name": {"Ref": "Todos"}, "Stream": at("Todos", "StreamArn")})
    name = outputs["Name"]
    # Then the API says so
    assert read_table(aws, name) == {
        "ttl": {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"},
        "recovery": "ENABLED",
        "encryption": "ENABLED",
        "stream": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        "protected": True,
        "billing": "PAY_PER_REQUEST",
        "tags": [{"Key": "stage", "Value": "dev"}],
        "indexes": {"by-due": "ALL", "by-tag": "KEYS_ONLY"},
        "keys": {"by-due": ["pk", "due"], "by-tag": ["tag"]},
    }
    assert outputs["Stream"] == aws.client("dynamodb").describe_table(TableName=name)["Table"]["LatestStreamArn"]
    # When an update takes it all away again, and adds an index
    plain = table_properties()
    plain["AttributeDefinitions"] += [{"AttributeName": "who", "AttributeType": "S"}]
    plain["GlobalSecondaryIndexes"] += [
        {
            "IndexName": "by-who",
            "KeySchema": [{"AttributeName": "who", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ]
    aws.client("dynamodb").put_item(TableName=name, Item={"pk": {"S": "kept"}, "sk": {"S": "a"}})
    deploy(aws, stack, {"Todos": {"Type": "AWS::DynamoDB::Table", "Properties": plain}})
    # Then the API says that, and the items are still there
    after = read_table(aws, name)
    assert after["ttl"]["TimeToLiveStatus"] == "DISABLED"
    assert (after["recovery"], after["encryption"], after["protected"]) == ("DISABLED", "DISABLED", False)
    assert not (after["stream"] or {}).get("StreamEnabled")
    assert after["indexes"] == {"by-due": "ALL", "by-tag": "KEYS_ONLY", "by-who": "ALL"}
    assert aws.client("dynamodb").scan(TableName=name)["Count"] == 1
    # And the stack can go
    aws.client("cloudformation").delete_stack(StackName=stack)
    eventually(lambda: name not in aws.client("dynamodb").list_tables()["TableNames"])


def test_a_protected_table_fails_the_stacks_deletion(aws: Aws) -> None:
    stack = unique("stack")
    protected = {"Type": "AWS::DynamoDB::Table", "Properties": table_properties(DeletionProtectionEnabled=True)}
    name = deploy(aws, stack, {"Todos": protected}, {"Name": {"Ref": "Todos"}})["Name"]
    aws.client("cloudformation").delete_stack(StackName=stack)
    assert settled(aws, stack)["StackStatus"] == "DELETE_FAILED"
    assert aws.client("dynamodb").describe_table(TableName=name)
    aws.client("dynamodb").update_table(TableName=name, DeletionProtectionEnabled=False)
    aws.client("cloudformation").delete_stack(StackName=stack)
    eventually(lambda: gone(aws, stack))


def at(resource: str, attribute: str) -> dict[str, list[str]]:
    return {"Fn::GetAtt": [resource, attribute]}


def test_a_global_table_has_its_replicas(aws: Aws) -> None:
    # Given a global table in two regions
    stack, other = unique("stack"), "eu-west-1"

    def properties(*regions: str) -> dict[str, Any]:
        here = {
            "Region": "us-east-1",
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            "DeletionProtectionEnabled": False,
        }
        return {
            "Posts": {
                "Type": "AWS::DynamoDB::GlobalTable",
                "Properties": table_properties(
                    StreamSpecification={"StreamViewType": "NEW_AND_OLD_IMAGES"},
                    TimeToLiveSpecification={"AttributeName": "expires_at", "Enabled": True},
                    SSESpecification={"SSEEnabled": True},
                    Replicas=[here, *({"Region": region} for region in regions)],
                ),
            }
        }

    name = deploy(aws, stack, properties(other), {"Name": {"Ref": "Posts"}})["Name"]
    # Then both regions have it, with what is written here
    dynamodb = aws.client("dynamodb")
    found = read_table(aws, name)
    assert (found["recovery"], found["encryption"], found["ttl"]["TimeToLiveStatus"]) == (
        "ENABLED", "ENABLED", "ENABLED"
    )  # fmt: skip
    replicas = dynamodb.describe_table(TableName=name)["Table"]["Replicas"]
    assert [(replica["RegionName"], replica["ReplicaStatus"]) for replica in replicas] == [(other, "ACTIVE")]
    item = {"pk": {"S": "a"}, "sk": {"S": "a"}}
    dynamodb.put_item(TableName=name, Item=item)
    there = aws.client("dynamodb", region=other)
    assert there.get_item(TableName=name, Key=item)["Item"] == item
    # When an update takes the replica away
    deploy(aws, stack, properties())
    # Then it is gone there and not here
    assert name not in there.list_tables()["TableNames"]
    assert dynamodb.get_item(TableName=name, Key=item)["Item"] == item


BUCKET: dict[str, Any] = {
    "BucketEncryption": {
        "ServerSideEncryptionConfiguration": [
            {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}
        ]
    },
    "CorsConfiguration": {
        "CorsRules": [
            {
                "AllowedMethods": ["GET", "PUT"],
                "AllowedOrigins": ["http://127.0.0.1:8080"],
                "AllowedHeaders": ["*"],
                "ExposedHeaders": ["ETag"],
                "MaxAge": 600,
            }
        ]
    },
    "LifecycleConfiguration": {
        "Rules": [
            {"Id": "drafts", "Status": "Enabled", "Prefix": "drafts/", "ExpirationInDays": 7},
            {
                "Id": "parts",
                "Status": "Enabled",
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
                "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
                "Transitions": [{"StorageClass": "STANDARD_IA", "TransitionInDays": 90}],
            },
            {
                "Id": "tagged",
                "Status": "Disabled",
                "Prefix": "x/",
                "TagFilters": [{"Key": "keep", "Value": "no"}],
                "ExpirationInDays": 1,
            },
        ]
    },
    "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
    "PublicAccessBlockConfiguration": {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    },
    "VersioningConfiguration": {"Status": "Enabled"},
    "Tags": [{"Key": "stage", "Value": "dev"}],
    "NotificationConfiguration": {"EventBridgeConfiguration": {"EventBridgeEnabled": True}},
}


def read_bucket(aws: Aws, bucket: str) -> dict[str, Any]:
    s3 = aws.client("s3")

    def read(operation: str, absent: str) -> Any:
        try:
            return without_metadata(getattr(s3, operation)(Bucket=bucket))
        except ClientError as error:
            return {absent: error.response["Error"]["Code"]}

    return {
        "encryption": read("get_bucket_encryption", "code"),
        "cors": read("get_bucket_cors", "code"),
        "lifecycle": read("get_bucket_lifecycle_configuration", "code"),
        "ownership": read("get_bucket_ownership_controls", "code"),
        "public": read("get_public_access_block", "code"),
        "versioning": read("get_bucket_versioning", "code").get("Status"),
        "tags": read("get_bucket_tagging", "code"),
        "policy": read("get_bucket_policy", "code"),
        "logging": read("get_bucket_logging", "code"),
        "notifications": read("get_bucket_notification_configuration", "code"),
    }


def bucket_resources(properties: dict[str, Any], effect: str) -> Resources:
    statement = {
        "Effect": effect,
        "Principal": "*",
        "Action": "s3:*",
        "Resource": {"Fn::Sub": "${Media.Arn}/*"},
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return {
        "Media": {"Type": "AWS::S3::Bucket", "Properties": properties},
        "Policy": {
            "Type": "AWS::S3::BucketPolicy",
            "Properties": {"Bucket": {"Ref": "Media"}, "PolicyDocument": policy},
        },
    }


def test_a_bucket_has_what_its_template_says(aws: Aws) -> None:
    # Given a bucket with everything
    stack = unique("stack")
    logs = unique("logs")
    aws.client("s3").create_bucket(Bucket=logs)
    logging = {"LoggingConfiguration": {"DestinationBucketName": logs, "LogFilePrefix": "media/"}}
    bucket = deploy(aws, stack, bucket_resources({**BUCKET, **logging}, "Deny"), {"Name": {"Ref": "Media"}})["Name"]
    # Then the API says so
    found = read_bucket(aws, bucket)
    (rule,) = found["encryption"]["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule == {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}
    (cors,) = found["cors"]["CORSRules"]
    assert (cors["AllowedMethods"], cors["AllowedOrigins"], cors["ExposeHeaders"], cors["MaxAgeSeconds"]) == (
        ["GET", "PUT"], ["http://127.0.0.1:8080"], ["ETag"], 600
    )  # fmt: skip
    drafts, parts, tagged = found["lifecycle"]["Rules"]
    assert drafts == {
        "ID": "drafts", "Status": "Enabled", "Filter": {"Prefix": "drafts/"}, "Expiration": {"Days": 7}
    }  # fmt: skip
    assert parts["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    assert parts["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}
    assert parts["Transitions"] == [{"Days": 90, "StorageClass": "STANDARD_IA"}]
    assert tagged["Filter"]["And"]["Tags"] == [{"Key": "keep", "Value": "no"}]
    assert tagged["Filter"]["And"]["Prefix"] == "x/"
    assert found["ownership"]["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert set(found["public"]["PublicAccessBlockConfiguration"].values()) == {True}
    assert found["versioning"] == "Enabled"
    assert found["tags"]["TagSet"] == [{"Key": "stage", "Value": "dev"}]
    assert json.loads(found["policy"]["Policy"])["Statement"][0]["Resource"] == f"arn:aws:s3:::{bucket}/*"
    assert found["logging"]["LoggingEnabled"] == {"TargetBucket": logs, "TargetPrefix": "media/"}
    assert "EventBridgeConfiguration" in found["notifications"]
    # When an update changes some and takes the rest away
    some = {
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]},
        "LifecycleConfiguration": {"Rules": [{"Id": "all", "Status": "Enabled", "ExpirationInDays": 1}]},
        "VersioningConfiguration": {"Status": "Suspended"},
    }
    deploy(aws, stack, bucket_resources(some, "Allow"))
    # Then the API says that
    after = read_bucket(aws, bucket)
    (rule,) = after["encryption"]["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert after["cors"] == {"code": "NoSuchCORSConfiguration"}
    assert after["tags"] == {"code": "NoSuchTagSet"}
    assert after["ownership"]["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "ObjectWriter"}]
    assert [rule["ID"] for rule in after["lifecycle"]["Rules"]] == ["all"]
    assert after["versioning"] == "Suspended"
    assert "LoggingEnabled" not in after["logging"]
    assert "EventBridgeConfiguration" not in after["notifications"]
    assert json.loads(after["policy"]["Policy"])["Statement"][0]["Effect"] == "Allow"
    # And the last one may go too
    deploy(aws, stack, bucket_resources({}, "Allow"))
    assert read_bucket(aws, bucket)["lifecycle"] == {"code": "NoSuchLifecycleConfiguration"}


def test_a_nested_stack_exports_to_its_siblings(aws: Aws) -> None:
    # Given two templates in a bucket, one of which imports what the other exports
    bucket, stack, s3 = unique("templates"), unique("stack"), aws.client("s3")
    name = f"{stack}-jobs"
    export = {"Value": at("Jobs", "QueueName"), "Export": {"Name": name}}
    giving = {"Resources": {"Jobs": {"Type": "AWS::SQS::Queue"}}, "Outputs": {"Name": export}}
    told = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Fn::ImportValue": name}}}
    s3.create_bucket(Bucket=bucket)
    for key, template in {"giving": giving, "taking": {"Resources": {"Told": told}}}.items():
        s3.put_object(Bucket=bucket, Key=key, Body=json.dumps(template))

    def nested(key: str, *needs: str) -> Resources:
        url = f"https://s3.amazonaws.com/{bucket}/{key}"
        return {"Type": "AWS::CloudFormation::Stack", "DependsOn": list(needs), "Properties": {"TemplateURL": url}}

    # When both are nested in a stack
    queue = deploy(aws, stack, {"A": nested("giving"), "B": nested("taking", "A")}, {"Name": at("A", "Outputs.Name")})
    # Then the one has what the other gives, and the region lists it
    taking = next(each for each in stack_resources(aws, stack) if each["LogicalResourceId"] == "B")
    [parameter] = stack_resources(aws, taking["PhysicalResourceId"])
    value = aws.client("ssm").get_parameter(Name=parameter["PhysicalResourceId"])["Parameter"]["Value"]
    assert value == queue["Name"]
    listed = {each["Name"]: each["Value"] for each in aws.client("cloudformation").list_exports()["Exports"]}
    assert listed[name] == value
    # And when the stack is gone, so is the export
    aws.client("cloudformation").delete_stack(StackName=stack)
    eventually(lambda: gone(aws, stack))
    assert name not in {each["Name"] for each in aws.client("cloudformation").list_exports()["Exports"]}


def test_a_configuration_the_service_refuses_fails_the_stack(aws: Aws) -> None:
    stack = unique("stack")
    bad = {"BucketEncryption": {"ServerSideEncryptionConfiguration": [
        {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "rot13"}}]}}  # fmt: skip
    body = json.dumps({"Resources": {"Media": {"Type": "AWS::S3::Bucket", "Properties": bad}}})
    aws.client("cloudformation").create_stack(StackName=stack, TemplateBody=body)
    assert settled(aws, stack)["StackStatus"] == "ROLLBACK_COMPLETE"


def test_a_change_set_shows_and_then_makes_the_change(aws: Aws) -> None:
    # Given a stack and a change set for it
    stack = unique("stack")
    deploy(aws, stack, {"Todos": {"Type": "AWS::DynamoDB::Table", "Properties": table_properties()}})
    cloudformation = aws.client("cloudformation")
    resources = {
        "Todos": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": table_properties(**FULL, BillingMode="PAY_PER_REQUEST"),
        },
        "Jobs": {"Type": "AWS::SQS::Queue"},
    }
    cloudformation.create_change_set(
        StackName=stack, ChangeSetName="first", TemplateBody=json.dumps({"Resources": resources})
    )

    def changes() -> list[dict[str, Any]] | None:
        answer = cloudformation.describe_change_set(StackName=stack, ChangeSetName="first")
        return list(answer["Changes"]) if answer["Status"] == "CREATE_COMPLETE" else None

    # Then it says what would change, and nothing has
    shown = {c["ResourceChange"]["LogicalResourceId"]: c["ResourceChange"]["Action"] for c in eventually(changes)}
    assert shown == {"Todos": "Modify", "Jobs": "Add"}
    assert [r["LogicalResourceId"] for r in stack_resources(aws, stack)] == ["Todos"]
    # When it is executed, then it has
    cloudformation.execute_change_set(StackName=stack, ChangeSetName="first")
    eventually(lambda: settled(aws, stack)["StackStatus"] == "UPDATE_COMPLETE")
    table = next(r for r in stack_resources(aws, stack) if r["LogicalResourceId"] == "Todos")["PhysicalResourceId"]
    assert read_table(aws, table)["ttl"]["TimeToLiveStatus"] == "ENABLED"


def stack_resources(aws: Aws, stack: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = aws.client("cloudformation").describe_stack_resources(StackName=stack)[
        "StackResources"
    ]
    return found


def test_a_stage_has_its_cache_and_method_settings(aws: Aws) -> None:
    stack = unique("stack")

    def resources(**more: Any) -> Resources:
        method = {
            "HttpMethod": "GET", "AuthorizationType": "NONE", "RestApiId": {"Ref": "Api"},
            "ResourceId": at("Api", "RootResourceId"), "Integration": {"Type": "MOCK"},
        }  # fmt: skip
        return {
            "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": unique("api")}},
            "Get": {"Type": "AWS::ApiGateway::Method", "Properties": method},
            "Deployment": {
                "Type": "AWS::ApiGateway::Deployment",
                "DependsOn": "Get",
                "Properties": {"RestApiId": {"Ref": "Api"}},
            },
            "Stage": {
                "Type": "AWS::ApiGateway::Stage",
                "Properties": {
                    "RestApiId": {"Ref": "Api"},
                    "DeploymentId": {"Ref": "Deployment"},
                    "StageName": "live",
                    **more,
                },
            },
        }

    settings = [
        {"HttpMethod": "*", "ResourcePath": "/*", "CachingEnabled": False, "ThrottlingRateLimit": 50},
        {"HttpMethod": "GET", "ResourcePath": "/", "CachingEnabled": True, "CacheTtlInSeconds": 60},
    ]
    first = resources(CacheClusterEnabled=True, CacheClusterSize="0.5", MethodSettings=settings)
    api = deploy(aws, stack, first, {"Api": {"Ref": "Api"}})["Api"]
    stage = aws.client("apigateway").get_stage(restApiId=api, stageName="live")
    assert (stage["cacheClusterEnabled"], stage["cacheClusterSize"], stage["cacheClusterStatus"]) == (
        True, "0.5", "AVAILABLE"
    )  # fmt: skip
    cached = [rule for rule in stage["methodSettings"].values() if rule.get("cachingEnabled")]
    assert [rule["cacheTtlInSeconds"] for rule in cached] == [60]
    first["Stage"]["Properties"]["CacheClusterEnabled"] = "false"
    deploy(aws, stack, first)
    stage = aws.client("apigateway").get_stage(restApiId=api, stageName="live")
    assert (stage["cacheClusterEnabled"], "cacheClusterSize" in stage) == (False, False)


RECORDED: Resources = {
    "Budget": {
        "Type": "AWS::Budgets::Budget",
        "Properties": {
            "Budget": {"BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": {"Amount": 10, "Unit": "USD"}}
        },
    },
    "Alarm": {
        "Type": "AWS::CloudWatch::CompositeAlarm",
        "Properties": {"AlarmName": "anything", "AlarmRule": "ALARM(x)"},
    },
    "Subnets": {"Type": "AWS::DAX::SubnetGroup", "Properties": {"SubnetIds": ["subnet-1"]}},
    "Parameters": {"Type": "AWS::DAX::ParameterGroup", "Properties": {}},
    "Cache": {
        "Type": "AWS::DAX::Cluster",
        "Properties": {
            "IAMRoleARN": "arn:aws:iam::000000000000:role/dax", "NodeType": "dax.t3.small", "ReplicationFactor": 1
        },
    },
}  # fmt: skip


def test_what_a_laptop_cannot_run_is_recorded(aws: Aws) -> None:
    stack = unique("stack")
    wanted = {"Cache": at("Cache", "ClusterDiscoveryEndpoint"), "Alarm": at("Alarm", "Arn"), "Name": {"Ref": "Alarm"}}
    outputs = deploy(aws, stack, RECORDED, wanted)
    assert outputs["Name"] == "anything"
    assert outputs["Alarm"] == "arn:aws:cloudwatch:us-east-1:000000000000:alarm:anything"
    assert outputs["Cache"].endswith(".dax-clusters.us-east-1.amazonaws.com")
    assert len(stack_resources(aws, stack)) == len(RECORDED)
    # And it can be changed and deleted
    fewer = {name: resource for name, resource in RECORDED.items() if name != "Alarm"}
    fewer["Cache"] = {**fewer["Cache"], "Properties": {**fewer["Cache"]["Properties"], "ReplicationFactor": 2}}
    deploy(aws, stack, fewer)
    aws.client("cloudformation").delete_stack(StackName=stack)
    eventually(lambda: gone(aws, stack))


def gone(aws: Aws, stack: str) -> bool:
    try:
        return settled(aws, stack)["StackStatus"] == "DELETE_COMPLETE"
    except ClientError as error:
        return "does not exist" in str(error)


@pytest.mark.parametrize("named", [True, False])
def test_a_mail_template_of_a_stack_sends_mail(aws: Aws, *, named: bool) -> None:
    # Given a mail template
    stack = unique("stack")
    name = {"TemplateName": unique("welcome")} if named else {}

    def resources(subject: str) -> Resources:
        template = {**name, "SubjectPart": subject, "TextPart": "Hello {{name}}", "HtmlPart": "<p>{{name}}</p>"}
        return {"Welcome": {"Type": "AWS::SES::Template", "Properties": {"Template": template}}}

    ses = aws.client("ses")
    ses.verify_email_identity(EmailAddress="blog@example.test")

    def send(template: str) -> dict[str, Any]:
        ses.send_templated_email(
            Source="blog@example.test",
            Destination={"ToAddresses": ["ann@example.test"]},
            Template=template,
            TemplateData='{"name": "Ann"}',
        )
        return aws.engine.mail()[-1]

    # When it is deployed, and changed, mails follow it
    physical = deploy(aws, stack, resources("Welcome, {{name}}"), {"Name": {"Ref": "Welcome"}})["Name"]
    assert (send(physical)["subject"], send(physical)["text"]) == ("Welcome, Ann", "Hello Ann")
    deploy(aws, stack, resources("Hi, {{name}}"))
    assert send(physical)["subject"] == "Hi, Ann"
    # And when the stack is gone, so is the template
    aws.client("cloudformation").delete_stack(StackName=stack)
    eventually(lambda: gone(aws, stack))
    assert refused(lambda: send(physical)) == "TemplateDoesNotExist"


def test_types_nobody_knows_fail_the_stack(aws: Aws) -> None:
    stack = unique("stack")
    body = json.dumps({"Resources": {"It": {"Type": "AWS::Nowhere::Thing", "Properties": {}}}})
    assert (
        refused(lambda: aws.client("cloudformation").create_stack(StackName=stack, TemplateBody=body))
        == "ValidationError"
    )


def test_an_alarm_over_several_metrics_is_recorded_and_never_rings(aws: Aws) -> None:
    name = unique("alarm")
    errors = {"Metric": {"Namespace": "AWS/Lambda", "MetricName": "Errors"}, "Period": 60, "Stat": "Sum"}
    properties = {
        "AlarmName": name,
        "Metrics": [
            {"Id": "errors", "MetricStat": errors, "ReturnData": False},
            {"Id": "sum", "Expression": "SUM(METRICS())"},
        ],
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 0,
        "EvaluationPeriods": 1,
    }
    deploy(aws, name, {"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}})
    cloudwatch = aws.client("cloudwatch")
    cloudwatch.put_metric_data(Namespace="AWS/Lambda", MetricData=[{"MetricName": "Errors", "Value": 5.0}])
    [alarm] = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    assert (alarm["Threshold"], alarm["StateValue"]) == (0.0, "INSUFFICIENT_DATA")


def test_an_update_of_a_nested_stack_keeps_the_attributes_of_what_it_leaves_alone(aws: Aws) -> None:
    # given a nested stack with a queue, and an output that reads one of its attributes
    s3, bucket, stack, queue = aws.client("s3"), unique("templates"), unique("stack"), unique("queue")
    s3.create_bucket(Bucket=bucket)
    template = {
        "Parameters": {"Text": {"Type": "String"}},
        "Resources": {
            "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": queue}},
            "Value": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": "Text"}}},
        },
        "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["Queue", "Arn"]}}},
    }
    s3.put_object(Bucket=bucket, Key="nested.json", Body=json.dumps(template))

    def nested(text: str) -> Resources:
        url = f"https://s3.amazonaws.com/{bucket}/nested.json"
        properties = {"TemplateURL": url, "Parameters": {"Text": text}}
        return {"Nested": {"Type": "AWS::CloudFormation::Stack", "Properties": properties}}

    outputs = {"Arn": {"Fn::GetAtt": ["Nested", "Outputs.Arn"]}}
    before = deploy(aws, stack, nested("one"), outputs)
    # when another resource of it changes, then the attribute is what it was
    assert deploy(aws, stack, nested("two"), outputs) == before
    assert before["Arn"].endswith(f":{queue}")
