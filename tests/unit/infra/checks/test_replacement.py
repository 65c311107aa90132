"""A setting that replaces a resource whose name stays makes a stage that no deploy can change."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.checks.replacement import ACCEPTED, FixedName, fixed_names
from infra.checks.resolving import read
from infra.checks.schemas import create_only
from infra.checks.stacks import stacks_of, stages, with_everything
from infra.deploy.parts import TEMPLATES

HEAD = """
Parameters:
  Stage: { Type: String, Default: dev }
  Key: { Type: String, Default: "" }
  Size: { Type: String, Default: small }
Conditions:
  HasKey: !Not [!Equals [!Ref Key, ""]]
Resources:
"""
REFUSED = {
    "a key that cannot change": (
        """  Vault:
    Type: AWS::Backup::BackupVault
    Properties: { BackupVaultName: !Sub "app-${Stage}", EncryptionKeyArn: !Ref Key }""",
        {"Key"},
    ),
    "a key by a condition": (
        """  Vault:
    Type: AWS::Backup::BackupVault
    Properties: { BackupVaultName: app, EncryptionKeyArn: !If [HasKey, fixed, !Ref AWS::NoValue] }""",
        {"Key"},
    ),
    "a nested name, and a list": (
        """  Budget:
    Type: AWS::Budgets::Budget
    Properties:
      Budget: { BudgetName: !Sub "app-${Stage}", BudgetType: COST, TimeUnit: MONTHLY }
      NotificationsWithSubscribers:
        - Notification: { NotificationType: ACTUAL, ComparisonOperator: GREATER_THAN, Threshold: 80 }
          Subscribers: [{ SubscriptionType: EMAIL, Address: !Ref Key }]""",
        {"Key"},
    ),
    "another resource that is replaced": (
        """  Role:
    Type: AWS::IAM::Role
    Properties: { Path: !Sub "/${Size}/", AssumeRolePolicyDocument: {} }
  Cluster:
    Type: AWS::DAX::Cluster
    Properties: { ClusterName: app, IAMRoleARN: !GetAtt Role.Arn, NodeType: dax.t3.small, ReplicationFactor: 1 }""",
        {"Size"},
    ),
    "a part of a text": (
        """  Nodes:
    Type: AWS::DAX::Cluster
    Properties: { ClusterName: app, IAMRoleARN: arn, NodeType: !Sub "dax.t3.${Size}", ReplicationFactor: 1 }""",
        {"Size"},
    ),
}
TAKEN = {
    "the name says the setting": """  Cluster:
    Type: AWS::DAX::Cluster
    Properties: { ClusterName: !Ref Size, IAMRoleARN: arn, NodeType: !Sub "dax.t3.${Size}", ReplicationFactor: 1 }""",
    "AWS chooses the name": """  Cluster:
    Type: AWS::DAX::Cluster
    Properties: { IAMRoleARN: arn, NodeType: !Sub "dax.t3.${Size}", ReplicationFactor: 1 }""",
    "the property can change": """  Cluster:
    Type: AWS::DAX::Cluster
    Properties: { ClusterName: app, IAMRoleARN: arn, NodeType: dax.t3.small, ReplicationFactor: !Ref Size }""",
    "a stage keeps its own name": """  Vault:
    Type: AWS::Backup::BackupVault
    Properties: { BackupVaultName: app, EncryptionKeyArn: !Sub "arn-${Stage}" }""",
    "a record is another one in another zone": """  Record:
    Type: AWS::Route53::RecordSet
    Properties: { Name: app.example.com, Type: A, HostedZoneId: !Ref Key, TTL: "60", ResourceRecords: [192.0.2.1] }""",
}


# The property that names a resource, by type, of the types that templates give a name.
OWN_NAMES: Mapping[str, tuple[str, ...]] = {
    "AWS::Backup::BackupVault": ("BackupVaultName",),
    "AWS::CloudFront::Function": ("Name",),
    "AWS::CloudWatch::Alarm": ("AlarmName",),
    "AWS::CloudWatch::CompositeAlarm": ("AlarmName",),
    "AWS::CloudWatch::Dashboard": ("DashboardName",),
    "AWS::Cognito::UserPoolGroup": ("GroupName",),
    "AWS::Cognito::UserPoolIdentityProvider": ("ProviderName",),
    "AWS::DAX::Cluster": ("ClusterName",),
    "AWS::DAX::ParameterGroup": ("ParameterGroupName",),
    "AWS::DAX::SubnetGroup": ("SubnetGroupName",),
    "AWS::DynamoDB::GlobalTable": ("TableName",),
    "AWS::DynamoDB::Table": ("TableName",),
    "AWS::Events::Rule": ("Name",),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName",),
    "AWS::IAM::Role": ("RoleName",),
    "AWS::Lambda::Function": ("FunctionName",),
    "AWS::Logs::DeliveryDestination": ("Name",),
    "AWS::Logs::DeliverySource": ("Name",),
    "AWS::Logs::LogGroup": ("LogGroupName",),
    "AWS::S3::Bucket": ("BucketName",),
    "AWS::SES::ConfigurationSet": ("Name",),
    "AWS::SES::EmailIdentity": ("EmailIdentity",),
    "AWS::SNS::Topic": ("TopicName",),
    "AWS::SQS::Queue": ("QueueName",),
    "AWS::SecretsManager::Secret": ("Name",),
    "AWS::WAFv2::WebACL": ("Name",),
}
# What a resource is a part of.
NAMES_OF_OTHERS = {
    ("AWS::Cognito::IdentityPoolPrincipalTag", "IdentityProviderName"),
    ("AWS::DAX::Cluster", "SubnetGroupName"),
    ("AWS::EC2::VPCEndpoint", "ServiceName"),
    ("AWS::Lambda::Permission", "FunctionName"),
    ("AWS::Logs::Delivery", "DeliverySourceName"),
    ("AWS::Logs::MetricFilter", "LogGroupName"),
    ("AWS::SES::ConfigurationSetEventDestination", "ConfigurationSetName"),
}
# Another value of these makes another name of the same: a rule of another bus, a group of another pool.
OF_ITS_NAME: Mapping[str, tuple[str, ...]] = {
    "AWS::Cognito::UserPoolGroup": ("UserPoolId",),
    "AWS::Cognito::UserPoolIdentityProvider": ("UserPoolId",),
    "AWS::Events::Rule": ("EventBusName",),
    "AWS::WAFv2::WebACL": ("Scope",),
}


def found(folder: Path, resources: str) -> list[FixedName]:
    file = folder / "template.yaml"
    file.write_text(HEAD + resources)
    return list(fixed_names(read(file)))


@pytest.mark.parametrize("name", REFUSED)
def test_a_setting_that_no_deploy_can_change_is_found(tmp_path: Path, name: str) -> None:
    resources, parameters = REFUSED[name]
    [fault] = found(tmp_path, resources)
    assert fault.parameters == parameters
    assert "has a fixed name" in str(fault)


@pytest.mark.parametrize("name", TAKEN)
def test_a_setting_that_a_deploy_can_change_is_not(tmp_path: Path, name: str) -> None:
    assert found(tmp_path, TAKEN[name]) == []


@pytest.mark.parametrize("file", sorted(TEMPLATES.rglob("*.yaml")), ids=lambda file: file.stem)
def test_every_setting_of_ours_can_change(file: Path) -> None:
    assert list(map(str, fixed_names(read(file)))) == []


@pytest.mark.parametrize("file", sorted(TEMPLATES.rglob("*.yaml")), ids=lambda file: file.stem)
def test_each_fixed_name_with_each_property_that_cannot_change_is_found(file: Path) -> None:
    # Given each resource with a name of ours, and each property that replaces it, set by a parameter
    missed = []
    for logical, resource in read(file)["Resources"].items():
        kind, properties = resource["Type"], resource.get("Properties", {})
        for path in create_only(kind) if any(each in properties for each in OWN_NAMES.get(kind, ())) else ():
            if path[-1] not in (*OWN_NAMES[kind], *OF_ITS_NAME.get(kind, ())):
                seeded = with_parameter(read(file), logical, path)
                if not any(each.resource == logical and "Seed" in each.parameters for each in fixed_names(seeded)):
                    missed.append((logical, ".".join(path)))
    # Then every pair is found
    assert missed == []


def test_every_type_with_a_name_is_listed() -> None:
    named = {
        (resource["Type"], path[-1])
        for file in TEMPLATES.rglob("*.yaml")
        for resource in read(file)["Resources"].values()
        for path in create_only(resource["Type"])
        if len(path) == 1 and path[-1].endswith("Name") and path[-1] in resource.get("Properties", {})
    }
    listed = {(kind, name) for kind, names in OWN_NAMES.items() for name in names}
    assert named - listed == NAMES_OF_OTHERS


def with_parameter(template: dict[str, Any], logical: str, path: tuple[str, ...]) -> dict[str, Any]:
    """The template with a property of a resource set by the parameter `Seed`."""
    template.setdefault("Parameters", {})["Seed"] = {"Type": "String"}
    node = template["Resources"][logical].setdefault("Properties", {})
    for part in path[:-1]:
        node = node.setdefault(part, {})
    node[path[-1]] = {"Ref": "Seed"}
    return template


def test_what_is_accepted_for_a_reason_has_it() -> None:
    stage = with_everything(stages()[0])
    given = {stack.concern: stack.parameters for stack in stacks_of(stage)}
    assert "KmsKeyArn" not in given["backup"]
    [other] = [
        stack.parameters["NodeCode"]
        for stack in stacks_of(replace(stage, dax_node_type="dax.r5.large"))
        if stack.concern == "cache"
    ]
    assert other != given["cache"]["NodeCode"]


def test_what_is_accepted_is_still_there() -> None:
    resources = {name for file in TEMPLATES.rglob("*.yaml") for name in read(file)["Resources"]}
    assert [name for name, _ in ACCEPTED if name not in resources] == []
