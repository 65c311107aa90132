"""What an account has of a stage, in every detail that its services tell: to compare before and after."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from infra.deploy.aws import Aws
from infra.deploy.inventory import Inventory, take_inventory
from infra.deploy.leftovers import LISTINGS, Thing, compare
from infra.deploy.stage import Stage

# What tells more of a thing of a kind: the operations, and the parameter that its id is for.
_DETAILS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "DynamoDB table": ("dynamodb", "TableName", ("describe_table", "scan")),
    "S3 bucket": (
        *("s3", "Bucket"),
        (
            *("get_bucket_policy", "get_bucket_tagging", "get_bucket_lifecycle_configuration"),
            *("get_bucket_notification_configuration", "list_object_versions", "get_bucket_logging"),
        ),
    ),
    "user pool": ("cognito-idp", "UserPoolId", ("describe_user_pool", "list_user_pool_clients", "list_users")),
    "identity pool": ("cognito-identity", "IdentityPoolId", ("describe_identity_pool", "get_identity_pool_roles")),
    "secret": ("secretsmanager", "SecretId", ("describe_secret", "get_secret_value")),
    "function": ("lambda", "FunctionName", ("get_function_configuration",)),
    "REST API": ("apigateway", "restApiId", ("get_rest_api", "get_stages")),
    "usage plan": ("apigateway", "usagePlanId", ("get_usage_plan", "get_usage_plan_keys")),
    "API key": ("apigateway", "apiKey", ("get_api_key",)),
    "log group": ("logs", "logGroupNamePrefix", ("describe_log_groups",)),
    "backup vault": ("backup", "BackupVaultName", ("describe_backup_vault",)),
    "backup plan": ("backup", "BackupPlanId", ("get_backup_plan", "list_backup_selections")),
    "topic": ("sns", "TopicArn", ("get_topic_attributes", "list_subscriptions_by_topic")),
    "role": ("iam", "RoleName", ("get_role", "list_role_policies", "list_attached_role_policies")),
    "dashboard": ("cloudwatch", "DashboardName", ("get_dashboard",)),
    "rule of EventBridge": ("events", "Name", ("describe_rule",)),
    "configuration set of SES": ("sesv2", "ConfigurationSetName", ("get_configuration_set",)),
    "SES identity": ("sesv2", "EmailIdentity", ("get_email_identity",)),
}
# It says when it was asked.
_VOLATILE = ("ResponseMetadata", "$metadata", "LastAccessedDate")

Account = dict[str, Any]


def everything(aws: Aws, stage: Stage) -> Account:
    """Each thing of a stage, with what its service tells of it, and each stack with its template."""
    found: Account = {str(thing): _details(aws, thing) for thing in compare(aws, stage, Inventory(), LISTINGS).loose}
    for stack in take_inventory(aws, stage).all:
        client = aws.client("cloudformation", stack.region)
        template = client.get_template(StackName=stack.name)["TemplateBody"]
        resources = client.list_stack_resources(StackName=stack.name)["StackResourceSummaries"]
        found[f"stack {stack.name}"] = (stack.described["StackStatus"], stack.described.get("Outputs"), template)
        found[f"resources of {stack.name}"] = sorted(
            (each["LogicalResourceId"], each["PhysicalResourceId"], each["ResourceStatus"]) for each in resources
        )
    return found


def of_the_account(aws: Aws) -> Account:
    """What is no stage's own: SES's identities, DNS, API Gateway's role for logs, the edge."""
    ses, route53, cloudfront = aws.client("sesv2"), aws.client("route53"), aws.client("cloudfront")
    found: Account = {"role for API logs": aws.client("apigateway").get_account().get("cloudwatchRoleArn")}
    for identity in ses.list_email_identities()["EmailIdentities"]:
        name = identity["IdentityName"]
        found[f"identity {name}"] = _plain(ses.get_email_identity(EmailIdentity=name))
    for zone in route53.list_hosted_zones()["HostedZones"]:
        for record in route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]:
            found[f"record {record['Name']} {record['Type']}"] = record
    for each in cloudfront.list_distributions()["DistributionList"].get("Items", []):
        config = cloudfront.get_distribution_config(Id=each["Id"])["DistributionConfig"]
        found[f"distribution {','.join(config.get('Aliases', {}).get('Items', [])) or each['Id']}"] = config
    return found


def changes(before: Account, after: Account) -> dict[str, tuple[Any, Any]]:
    """What is not as it was."""
    names = [*before, *(name for name in after if name not in before)]
    return {name: (before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)}


def _details(aws: Aws, thing: Thing) -> Account:
    service, parameter, operations = _DETAILS.get(thing.kind, ("", "", ()))
    found: Account = {"id": thing.id}
    client = _client(aws, service) if service else None
    if thing.kind == "queue":
        found["attributes"] = _plain(
            _client(aws, "sqs").get_queue_attributes(QueueUrl=thing.id, AttributeNames=["All"])["Attributes"]
        )
    if thing.kind == "alarm":
        found["alarm"] = _client(aws, "cloudwatch").describe_alarms(AlarmNames=[thing.id])["MetricAlarms"]
    for operation in operations:
        try:
            found[operation] = _plain(getattr(client, operation)(**{parameter: thing.id}))
        except ClientError as error:
            # A bucket without a policy answers an error.
            found[operation] = error.response["Error"]["Code"]
    return found


@cache
def _client(aws: Aws, service: str) -> Any:
    """A client that is made once: making one takes longer than most calls."""
    return aws.client(service)


def _plain(answer: Mapping[str, Any]) -> Account:
    return {name: value for name, value in answer.items() if name not in _VOLATILE}
