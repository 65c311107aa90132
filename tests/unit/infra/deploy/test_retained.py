"""Everything that a template keeps has an owner in `make destroy`, which deletes it by the right words."""

import re
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.deploy.aws import Aws
from infra.deploy.parts import EVERY_PART
from infra.deploy.retained import DELETERS, RETAINED, Retained, delete_retained
from infra.deploy.stage import Stage
from tests.support.cloudformation import CloudFormation
from tests.templates.reading import template

# API Gateway's role for logs is every API's of the account, and no stage's to delete.
OF_THE_ACCOUNT = {"ApiLogsRole", "ApiLogsSetting"}
NAMES = {
    "AWS::S3::Bucket": "BucketName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::DynamoDB::GlobalTable": "TableName",
    "AWS::Cognito::UserPool": "UserPoolName",
    "AWS::SecretsManager::Secret": "Name",
    "AWS::Backup::BackupVault": "BackupVaultName",
    "AWS::SES::EmailIdentity": "EmailIdentity",
}
STAGE = Stage("dev", "eu-north-1", "blog@example.com")
KEYS = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}


def kept(concern: str, resources: dict[str, Any]) -> set[Retained]:
    """What a template retains, as RETAINED would have to say it."""
    found = set()
    for logical_id, resource in resources.items():
        if str(resource.get("DeletionPolicy")).startswith("Retain") and logical_id not in OF_THE_ACCOUNT:
            named = resource["Properties"][NAMES[resource["Type"]]]
            named = named.get("Fn::Sub", "{mail}")
            name = named if isinstance(named, str) else named[0]
            name = name.replace("${Stage}", "{stage}").replace("${AWS::AccountId}", "{account}")
            found.add(Retained(concern, logical_id, resource["Type"], re.sub(r"\$\{.*", "*", name)))
    return found


def everything_kept() -> set[Retained]:
    found: set[Retained] = set()
    for part in EVERY_PART:
        found |= kept(part.concern, template(part.template.removesuffix(".yaml"))["Resources"])
    return found


def test_each_kept_resource_is_destroyed_by_its_name_and_nothing_else_is() -> None:
    assert everything_kept() == set(RETAINED)


def test_each_kind_has_a_way_to_be_deleted() -> None:
    assert {each.type for each in RETAINED} == set(DELETERS)


@pytest.mark.parametrize(
    "change",
    [
        {"DeletionPolicy": "RetainExceptOnCreate"},
        {"Properties": {"TableName": {"Fn::Sub": "mytodolist-${Stage}-other"}}},
    ],
)
def test_a_resource_that_is_kept_without_an_owner_is_found(change: dict[str, Any]) -> None:
    # given a template in which the table that is made anew is kept, or a kept table has another name
    resources = template("data")["Resources"]
    name = "Idempotency" if "DeletionPolicy" in change else "Todos"
    wrong = {**resources, name: {**resources[name], **change}}
    # then its owner in RETAINED is missing
    assert kept("data", wrong) - set(RETAINED) != set()


@dataclass
class Tables:
    """DynamoDB in two regions: a table with a replica, both protected. `calls` is what was asked, in order."""

    calls: list[tuple[str, str]] = field(default_factory=list)
    protected: set[str] = field(default_factory=lambda: {"eu-north-1", "eu-west-1"})
    regions: list[str] = field(default_factory=lambda: ["eu-west-1", "eu-north-1"])
    is_updating: bool = False

    class exceptions:  # noqa: N801 - as boto3 calls it
        class ResourceNotFoundException(Exception):  # noqa: N818
            """There is no such table."""

    def client(self, region: str) -> "TablesOfRegion":
        return TablesOfRegion(self, region)


@dataclass
class TablesOfRegion:
    tables: Tables
    region: str
    exceptions = Tables.exceptions

    def describe_table(self, *, TableName: str) -> dict[str, Any]:  # noqa: N803
        if not TableName.endswith("-posts") or self.region not in self.tables.regions:
            raise Tables.exceptions.ResourceNotFoundException
        replicas = [{"RegionName": each} for each in self.tables.regions]
        protected = self.region in self.tables.protected
        status = "UPDATING" if self.tables.is_updating else "ACTIVE"
        # The change is done by the next look.
        self.tables.is_updating = False
        table = {"Replicas": replicas, "DeletionProtectionEnabled": protected, "TableStatus": status}
        return {"Table": {**table, "TableArn": TableName}}

    def get_paginator(self, operation: str) -> "TablesOfRegion":
        assert operation == "list_tags_of_resource"
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        return [{"Tags": [{"Key": "stage", "Value": "dev"}]}]

    def update_table(self, *, TableName: str, **change: Any) -> None:  # noqa: N803
        assert TableName.endswith("-posts")
        assert not self.tables.is_updating, "AWS refuses changes of a table that is UPDATING"
        self.tables.is_updating = True
        if "ReplicaUpdates" in change:
            [update] = change["ReplicaUpdates"]
            replica = update["Delete"]["RegionName"]
            assert replica not in self.tables.protected, "AWS refuses to delete a protected replica"
            self.tables.regions.remove(replica)
            self.tables.calls.append(("delete replica", replica))
        else:
            self.tables.protected.discard(self.region)
            self.tables.calls.append(("unprotect", self.region))

    def delete_table(self, *, TableName: str) -> None:  # noqa: N803
        assert TableName.endswith("-posts")
        assert not self.tables.is_updating, "AWS refuses to delete a table that is UPDATING"
        assert self.tables.regions == [self.region], "a replica would be left in the other region"
        assert self.region not in self.tables.protected
        self.tables.regions.remove(self.region)
        self.tables.calls.append(("delete", self.region))

    def get_waiter(self, name: str) -> "TablesOfRegion":
        assert name == "table_not_exists"
        return self

    def wait(self, **_: Any) -> None:
        assert self.region not in self.tables.regions


@dataclass(frozen=True)
class Account(Aws):
    session: Any = None
    region: str = "eu-north-1"
    account: str = "123456789012"
    partition: str = "aws"
    endpoint: str = "http://127.0.0.1:1"
    tables: Tables = field(default_factory=Tables)

    def client(self, service: str, region: str = "") -> Any:
        assert service == "dynamodb"
        return self.tables.client(region or self.region)


def test_a_table_goes_with_its_replicas_in_every_region() -> None:
    # given posts with a replica in eu-west-1, which the stage's file may name no more
    aws = Account()
    # when the data is deleted
    delete_retained(aws, STAGE, "data")
    # then the replica goes first, and no region has the table
    assert aws.tables.calls == [
        ("unprotect", "eu-west-1"),
        ("delete replica", "eu-west-1"),
        ("unprotect", "eu-north-1"),
        ("delete", "eu-north-1"),
    ]


@mock_aws
def test_what_has_a_name_of_the_stage_and_not_its_tag_stays() -> None:
    aws = Aws(boto3.Session(**KEYS), "us-east-1", "123456789012", "aws")
    # given a bucket, a table, a pool, a secret, a vault and an identity of another program, by the stage's names
    made: dict[str, dict[str, Any]] = {
        "s3": {"create_bucket": {"Bucket": "mytodolist-dev-site-123456789012"}},
        "dynamodb": {
            "create_table": {
                "TableName": "mytodolist-dev-todos",
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "BillingMode": "PAY_PER_REQUEST",
            }
        },
        "cognito-idp": {"create_user_pool": {"PoolName": "mytodolist-dev"}},
        "secretsmanager": {"create_secret": {"Name": "mytodolist-dev-signing-key", "SecretString": "a"}},
        "backup": {"create_backup_vault": {"BackupVaultName": "mytodolist-dev-0a1b"}},
        "sesv2": {"create_email_identity": {"EmailIdentity": STAGE.mail_from}},
    }
    for service, calls in made.items():
        for operation, arguments in calls.items():
            getattr(aws.client(service), operation)(**arguments)
    # when the stage's data is deleted
    for concern in {each.concern for each in RETAINED}:
        delete_retained(aws, STAGE, concern)
    # then each of them is there
    assert len(aws.client("s3").list_buckets()["Buckets"]) == 1
    assert aws.client("dynamodb").list_tables()["TableNames"] == ["mytodolist-dev-todos"]
    assert len(aws.client("cognito-idp").list_user_pools(MaxResults=9)["UserPools"]) == 1
    assert len(aws.client("secretsmanager").list_secrets()["SecretList"]) == 1
    assert len(aws.client("backup").list_backup_vaults()["BackupVaultList"]) == 1
    assert len(aws.client("sesv2").list_email_identities()["EmailIdentities"]) == 1


@mock_aws
def test_every_pool_of_the_stage_goes_and_others_stay() -> None:
    session = boto3.Session(region_name="eu-north-1", **KEYS)
    aws = Aws(session, "eu-north-1", "123456789012", "aws")
    cognito = session.client("cognito-idp")
    for name in ("mytodolist-dev", "mytodolist-dev", "mytodolist-prod"):
        stage = name.removeprefix("mytodolist-")
        cognito.create_user_pool(PoolName=name, DeletionProtection="ACTIVE", UserPoolTags={"stage": stage})
    # An identity stack that failed and was made again has left a second pool of the name.
    delete_retained(aws, STAGE, "identity")
    assert [pool["Name"] for pool in cognito.list_user_pools(MaxResults=9)["UserPools"]] == ["mytodolist-prod"]


@dataclass(frozen=True)
class WithStacks(Aws):
    """An account of moto, with stacks."""

    stacks: CloudFormation = field(default_factory=CloudFormation)

    def client(self, service: str, region: str = "") -> Any:
        return self.stacks if service == "cloudformation" else super().client(service, region)


def sending_from(identity: str, stack: str) -> CloudFormation:
    """A stack of another stage that sends from an identity."""
    outputs = [{"OutputKey": "MailIdentity", "OutputValue": identity}]
    return CloudFormation(stacks={stack: {"StackStatus": "CREATE_COMPLETE", "Outputs": outputs}})


@pytest.mark.parametrize("setting", ["create", "existing"])
@pytest.mark.parametrize(
    ("owner", "stacks", "left"),
    [
        ("dev", CloudFormation(), False),
        ("dev", sending_from("blog@example.com", "mytodolist-dev-messaging"), False),
        ("dev", sending_from("other@example.com", "mytodolist-dev2-messaging"), False),
        ("dev", sending_from("blog@example.com", "mytodolist-dev2-messaging"), True),
        ("dev", sending_from("blog@example.com", "mytodolist-prod-Messaging-1A2B"), True),
        ("prod", CloudFormation(), True),
        ("", CloudFormation(), True),
    ],
)
def test_an_identity_is_deleted_by_the_stage_that_has_made_it_once_no_other_sends_from_it(
    setting: str,
    owner: str,
    stacks: CloudFormation,
    left: bool,  # noqa: FBT001 - what the parameters say
) -> None:
    with mock_aws():
        aws = WithStacks(boto3.Session(), "eu-north-1", "123456789012", "aws", stacks=stacks)
        ses = aws.client("sesv2")
        # given the address of two stages, verified by one of them or by hand
        ses.create_email_identity(
            EmailIdentity="blog@example.com", Tags=[{"Key": "stage", "Value": owner}] if owner else []
        )
        # when dev is destroyed with its data
        delete_retained(aws, Stage("dev", "eu-north-1", "blog@example.com", mail_identity=setting), "messaging")
        # then the identity stays unless dev has made it, and dev alone sends from it
        assert bool(ses.list_email_identities()["EmailIdentities"]) is left
