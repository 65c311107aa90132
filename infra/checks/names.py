"""Holds the names that templates compute to the lengths, patterns and values that AWS allows."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from infra.checks.lint import LONGEST_STAGE
from infra.checks.resolving import Node, resolve
from infra.checks.schemas import create_only, identifiers, schema, values_at

# As long as a region's name can be.
LONGEST_REGION = "ap-southeast-1"
# The longest name, where the schema says nothing of it.
LONGEST: Mapping[tuple[str, str], int] = {
    # https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupVault.html
    ("AWS::Backup::BackupVault", "BackupVaultName"): 50,
    # https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Budget.html
    ("AWS::Budgets::Budget", "BudgetName"): 100,
    # https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateFunction.html
    ("AWS::CloudFront::Function", "Name"): 64,
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    ("AWS::CloudWatch::Alarm", "AlarmName"): 255,
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
    ("AWS::CloudWatch::CompositeAlarm", "AlarmName"): 255,
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html
    ("AWS::CloudWatch::Dashboard", "DashboardName"): 255,
    # https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateGroup.html
    ("AWS::Cognito::UserPoolGroup", "GroupName"): 128,
    # https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateIdentityProvider.html
    ("AWS::Cognito::UserPoolIdentityProvider", "ProviderName"): 32,
    # https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolDomain.html
    ("AWS::Cognito::UserPoolDomain", "Domain"): 63,
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.cluster-management.html
    ("AWS::DAX::Cluster", "ClusterName"): 20,
    # https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_CreateParameterGroup.html
    ("AWS::DAX::ParameterGroup", "ParameterGroupName"): 255,
    # https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_CreateSubnetGroup.html
    ("AWS::DAX::SubnetGroup", "SubnetGroupName"): 255,
    # https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
    ("AWS::DynamoDB::GlobalTable", "TableName"): 255,
    ("AWS::DynamoDB::Table", "TableName"): 255,
    # https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
    ("AWS::IAM::Role", "RoleName"): 64,
    # https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
    ("AWS::Lambda::Function", "FunctionName"): 64,
    # https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
    ("AWS::Route53::RecordSet", "Name"): 255,
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    ("AWS::S3::Bucket", "BucketName"): 63,
    # https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_CreateConfigurationSet.html
    ("AWS::SES::ConfigurationSet", "Name"): 64,
    # https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_CreateEmailIdentity.html
    ("AWS::SES::EmailIdentity", "EmailIdentity"): 320,
    # https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
    ("AWS::SecretsManager::Secret", "Name"): 512,
    # https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
    ("AWS::SNS::Topic", "TopicName"): 256,
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
    ("AWS::SQS::Queue", "QueueName"): 80,
    # https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateWebACL.html
    ("AWS::WAFv2::WebACL", "Name"): 128,
}


def wrong_values(template: Node, parameters: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each value that is too long, or that AWS does not know, in a stage with the longest name."""
    given = {**parameters, "Stage": LONGEST_STAGE}
    resources = resolve(template, given, LONGEST_REGION)["Resources"]
    unknown = Unknown(resources)
    for logical, resource in resources.items():
        kind, properties = resource["Type"], resource.get("Properties", {})
        for place, wrong in _violations(schema(kind), schema(kind), properties, unknown):
            yield f"{logical} ({kind}): {place} {wrong}."
        for (named, last), longest in LONGEST.items():
            for path in {*create_only(kind), *identifiers(kind)} if named == kind else ():
                for value in values_at(properties, path) if path[-1] == last else ():
                    if isinstance(value, str) and not unknown.has(value) and len(value) > longest:
                        yield f"{logical} ({kind}): {last} has {len(value)} characters; {longest} are allowed: {value}."


class Unknown:
    """Texts that only AWS knows, as the resolver writes them."""

    def __init__(self, resources: Node) -> None:
        self._pattern = re.compile("|".join([r"import:", *(rf"\b{re.escape(name)}(\.|-id)" for name in resources)]))

    def has(self, text: str) -> bool:
        """Return whether a text holds one."""
        return self._pattern.search(text) is not None


def _violations(
    whole: Mapping[str, Any], node: Mapping[str, Any], value: Any, unknown: Unknown, place: str = ""
) -> Iterator[tuple[str, str]]:
    """Yield place and fault of each text or number that a schema does not allow."""
    node = _followed(whole, node)
    if isinstance(value, str | int) and not unknown.has(str(value)):
        yield from ((place, fault) for fault in _faults_of_text(node, str(value)))
    elif isinstance(value, list) and "items" in node:
        if len(value) > node.get("maxItems", len(value)):
            yield place, f"has {len(value)} entries; {node['maxItems']} are allowed"
        for each in value:
            yield from _violations(whole, node["items"], each, unknown, place)
    elif isinstance(value, dict):
        declared = node.get("properties", {})
        for name in declared.keys() & value.keys():
            yield from _violations(whole, declared[name], value[name], unknown, f"{place}.{name}".lstrip("."))


def _faults_of_text(node: Mapping[str, Any], value: str) -> Iterator[str]:
    known = [str(each) for each in node.get("enum", ())]
    if known and value not in known:
        yield f"is {value}, which is none of {', '.join(known)}"
    if len(value) > node.get("maxLength", len(value)):
        yield f"has {len(value)} characters; {node['maxLength']} are allowed: {value}"
    if len(value) < node.get("minLength", 0):
        yield f"has {len(value)} characters; {node['minLength']} are needed: {value}"
    if node.get("type") in ("integer", "number") and value.isdecimal():
        low, high = node.get("minimum", 0), node.get("maximum", float(value))
        if not low <= float(value) <= high:
            yield f"is {value}; {low} to {high} are allowed"


def _followed(whole: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in node:
        found: Any = whole
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node
