"""Names that a stack of the stage would give, and that something in no stack of it has: CloudFormation refuses those.

Tables, buckets and users outlive a stack that somebody deletes by hand; others may have used such a name before.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-name.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from infra.deploy.aws import Aws
from infra.deploy.inventory import Inventory
from infra.deploy.leftovers import LISTINGS, Leftovers, Listing, compare
from infra.deploy.parts import Part, parts
from infra.deploy.stacks import HALF_MADE
from infra.deploy.stage import Stage

# The lists of leftovers by the types that they list.
_TYPES: Mapping[str, tuple[str, ...]] = {
    "S3 bucket": ("AWS::S3::Bucket",),
    "DynamoDB table": ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"),
    # Cognito allows a second pool of this name, but it has no users, so no one could sign in.
    "user pool": ("AWS::Cognito::UserPool",),
    "secret": ("AWS::SecretsManager::Secret",),
    "queue": ("AWS::SQS::Queue",),
    "topic": ("AWS::SNS::Topic",),
    "log group": ("AWS::Logs::LogGroup",),
    "role": ("AWS::IAM::Role",),
    "alarm": ("AWS::CloudWatch::Alarm",),
    "dashboard": ("AWS::CloudWatch::Dashboard",),
    "DAX cluster": ("AWS::DAX::Cluster",),
    "rule of EventBridge": ("AWS::Events::Rule",),
    "configuration set of SES": ("AWS::SES::ConfigurationSet",),
    "web ACL": ("AWS::WAFv2::WebACL",),
}
_NAMES = (
    *("BucketName", "TableName", "UserPoolName", "QueueName", "TopicName", "LogGroupName", "RoleName", "AlarmName"),
    *("DashboardName", "ClusterName", "Name"),
)


def ask(aws: Aws, stage: Stage, inventory: Inventory) -> Leftovers:
    """Ask for what has the name of something that a missing stack of the stage would make."""
    missing = missing_parts(stage, inventory)
    if not missing:
        return Leftovers(inventory, (), ())
    wanted = {each for part in missing for each in _made(aws, stage, part)}
    found = compare(aws, stage, inventory, _listings())
    loose = tuple(thing for thing in found.loose if (thing.kind, thing.name) in wanted)
    return Leftovers(inventory, loose, found.unasked)


def missing_parts(stage: Stage, inventory: Inventory) -> list[Part]:
    """The parts that a deploy would make anew; what is nested in one stack is there with it."""
    if inventory.root is not None and inventory.root.status not in HALF_MADE:
        return []
    there = {each.concern for each in (*inventory.parts, *inventory.nested) if each.status not in HALF_MADE}
    return [part for part in parts(stage) if part.concern not in there]


def _listings() -> list[Listing]:
    return [
        # A secret that waits for its deletion keeps its name.
        replace(each, arguments={"IncludePlannedDeletion": True}) if each.kind == "secret" else each
        for each in LISTINGS
        if each.kind in _TYPES
    ]


def resolved(aws: Aws, stage: Stage, part: Part) -> Mapping[str, Any]:
    """Return the template of a part's stack as CloudFormation would read it in this account."""
    # cfn-lint takes a second to load, and only a stage that is not whole needs it.
    from infra.checks import resolving  # noqa: PLC0415

    stack = part.stack(stage, {})
    template = resolving.read(stack.template)
    return resolving.resolve(template, stack.parameters, part.region or stage.region, aws.account)


def _made(aws: Aws, stage: Stage, part: Part) -> Iterator[tuple[str, str]]:
    """The kind and name of each named resource of a part's stack."""
    kinds = {each: kind for kind, types in _TYPES.items() for each in types}
    for resource in resolved(aws, stage, part)["Resources"].values():
        properties = resource.get("Properties", {})
        name = next((properties[each] for each in _NAMES if isinstance(properties.get(each), str)), None)
        if name is not None and resource["Type"] in kinds:
            yield kinds[resource["Type"]], name
