"""What an account has of a stage, asked service by service and by name: what `make destroy` says is left.

CloudFormation's own list is not enough: what a template retains, and what Lambda or API Gateway make by themselves, is
in no stack.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.deploy.aws import Aws
from infra.deploy.inventory import Inventory, take_inventory
from infra.deploy.mail_identities import made_identities, other_senders
from infra.deploy.stage import APP, GLOBAL_REGION, Stage


@dataclass(frozen=True, slots=True)
class Listing:
    """One list call. `items` is a member of its answer; `name` and `id` are members of an item, empty for a text."""

    kind: str
    service: str
    operation: str
    items: str
    name: str = ""
    id: str = ""
    region: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)


LISTINGS = (
    Listing("DynamoDB table", "dynamodb", "list_tables", "TableNames"),
    Listing("S3 bucket", "s3", "list_buckets", "Buckets", "Name"),
    Listing("user pool", "cognito-idp", "list_user_pools", "UserPools", "Name", "Id", arguments={"MaxResults": 60}),
    Listing(
        *("identity pool", "cognito-identity", "list_identity_pools", "IdentityPools"),
        *("IdentityPoolName", "IdentityPoolId"),
        arguments={"MaxResults": 60},
    ),
    Listing("parameter", "ssm", "describe_parameters", "Parameters", "Name"),
    Listing("secret", "secretsmanager", "list_secrets", "SecretList", "Name", "ARN"),
    Listing("function", "lambda", "list_functions", "Functions", "FunctionName"),
    Listing("REST API", "apigateway", "get_rest_apis", "items", "name", "id"),
    Listing("usage plan", "apigateway", "get_usage_plans", "items", "name", "id"),
    Listing("API key", "apigateway", "get_api_keys", "items", "name", "id"),
    Listing("log group", "logs", "describe_log_groups", "logGroups", "logGroupName"),
    Listing("backup vault", "backup", "list_backup_vaults", "BackupVaultList", "BackupVaultName"),
    Listing("backup plan", "backup", "list_backup_plans", "BackupPlansList", "BackupPlanName", "BackupPlanId"),
    Listing("queue", "sqs", "list_queues", "QueueUrls"),
    Listing("topic", "sns", "list_topics", "Topics", "TopicArn"),
    Listing("role", "iam", "list_roles", "Roles", "RoleName"),
    Listing("alarm", "cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    Listing("dashboard", "cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
    Listing("DAX cluster", "dax", "describe_clusters", "Clusters", "ClusterName"),
    Listing("rule of EventBridge", "events", "list_rules", "Rules", "Name"),
    Listing("configuration set of SES", "sesv2", "list_configuration_sets", "ConfigurationSets"),
    Listing(
        *("web ACL", "wafv2", "list_web_acls", "WebACLs", "Name", "Id", GLOBAL_REGION),
        arguments={"Scope": "CLOUDFRONT"},
    ),
)

_NO_MORE = ("CREATE_FAILED", "DELETE_COMPLETE", "DELETE_SKIPPED")


@dataclass(frozen=True, slots=True)
class Thing:
    """Something of the stage; `id` is what CloudFormation would call its physical id."""

    kind: str
    name: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class Leftovers:
    """The stacks, the things that are in none of them, and the lists that AWS refused to give."""

    inventory: Inventory
    loose: tuple[Thing, ...]
    unasked: tuple[str, ...]


def ask(aws: Aws, stage: Stage) -> Leftovers:
    """Ask what there is of a stage."""
    return compare(aws, stage, take_inventory(aws, stage), (*LISTINGS, *_of_replicas(stage)))


def compare(aws: Aws, stage: Stage, inventory: Inventory, listings: Iterable[Listing]) -> Leftovers:
    """Ask what there is of a stage by these lists, and for its SES identities, and leave out what a stack has."""
    owned = {
        resource
        for stack in (*inventory.all, *inventory.others)
        for resource in _resources(aws, stack.region, stack.name)
    }
    loose: list[Thing] = []
    unasked: list[str] = []
    for listing in listings:
        try:
            loose += [thing for thing in _listed(aws, stage, listing) if not owned & {thing.id, thing.name}]
        except (BotoCoreError, ClientError) as error:
            unasked.append(f"{listing.service} {listing.operation} ({_reason(error)})")
    try:
        loose += [_identity(aws, stage, name) for name in made_identities(aws, stage) if name not in owned]
    except (BotoCoreError, ClientError) as error:
        unasked.append(f"sesv2 list_email_identities ({_reason(error)})")
    return Leftovers(inventory, tuple(dict.fromkeys(loose)), tuple(unasked))


def is_of(stage: Stage, name: str) -> bool:
    """Whether a name is the stage's: one of its parts is the stage's own name, or begins with it and a hyphen."""
    if name.startswith(f"/{APP}/{stage.name}/"):
        return True
    own = (stage.api_name, f"{APP}_{stage.name}", f"todo-{stage.name}")
    return any(part in own or part.startswith(tuple(f"{each}-" for each in own)) for part in name.split("/"))


def _identity(aws: Aws, stage: Stage, name: str) -> Thing:
    """An identity of SES that the stage has made, with the stages that send from it."""
    users = other_senders(aws, stage, name)
    said = f"{name}, from which {' and '.join(users)} {'send' if users[1:] else 'sends'}" if users else name
    return Thing("SES identity", said, name)


def _of_replicas(stage: Stage) -> Iterator[Listing]:
    for region in stage.replica_regions:
        yield Listing(f"DynamoDB table in {region}", "dynamodb", "list_tables", "TableNames", region=region)


def _listed(aws: Aws, stage: Stage, listing: Listing) -> Iterator[Thing]:
    client = aws.client(listing.service, listing.region)
    if client.can_paginate(listing.operation):
        pages = client.get_paginator(listing.operation).paginate(**listing.arguments)
    else:
        pages = [getattr(client, listing.operation)(**listing.arguments)]
    for page in pages:
        for item in page.get(listing.items) or ():
            identity = str(item[listing.id or listing.name] if listing.name else item)
            # The name is the end of a queue's address and of a topic's ARN.
            name = str(item[listing.name] if listing.name else item).rpartition(":")[2]
            if is_of(stage, name):
                yield Thing(listing.kind, name.rpartition("/")[2] if listing.kind == "queue" else name, identity)


def _resources(aws: Aws, region: str, stack: str) -> Iterator[str]:
    pages = aws.client("cloudformation", region).get_paginator("list_stack_resources").paginate(StackName=stack)
    for page in pages:
        for resource in page["StackResourceSummaries"]:
            # A stack that was rolled back still lists what it could not make, by names that others may have.
            if resource["ResourceStatus"] not in _NO_MORE:
                yield str(resource.get("PhysicalResourceId", ""))


def _reason(error: BotoCoreError | ClientError) -> str:
    return str(error.response["Error"]["Code"]) if isinstance(error, ClientError) else type(error).__name__
