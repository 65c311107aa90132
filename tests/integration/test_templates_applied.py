"""What stands on the engine after start-up is what the templates say: compared with them, property by property."""

from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.deploy.stacks import deployed_digest
from infra.local.layout import REGION
from infra.local.provision import stacks
from tests.support.laptop import Laptop
from tests.support.templates import Template


@pytest.fixture(scope="module")
def templates(laptop: Laptop) -> list[Template]:
    return [Template(stack) for stack in stacks(laptop.layout)]


@pytest.fixture(scope="module")
def tables(templates: list[Template]) -> list[Mapping[str, Any]]:
    """The declared tables; a global table's own region stands for it."""
    declared = [
        table for each in templates for table in each.resources("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable")
    ]
    return [{**here(table), **table} for table in declared]


@pytest.fixture(scope="module")
def buckets(templates: list[Template]) -> list[Mapping[str, Any]]:
    return [bucket for each in templates for bucket in each.resources("AWS::S3::Bucket")]


def here(table: Mapping[str, Any]) -> Mapping[str, Any]:
    return next((each for each in table.get("Replicas", []) if each["Region"] == REGION), {})


def without(node: Any, *names: str) -> Any:
    """What was described, without what only describes how it is going."""
    if isinstance(node, Mapping):
        return {key: without(value, *names) for key, value in node.items() if key not in names}
    return [without(each, *names) for each in node] if isinstance(node, list) else node


def by_name(indexes: list[Mapping[str, Any]]) -> dict[str, Any]:
    return {index["IndexName"]: index for index in indexes}


def describe(laptop: Laptop, table: Mapping[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = laptop.root("dynamodb").describe_table(TableName=table["TableName"])["Table"]
    return described


def test_every_table_is_there_and_ready(laptop: Laptop, tables: list[Mapping[str, Any]]) -> None:
    assert len(tables) >= 8
    for table in tables:
        described = describe(laptop, table)
        assert described["TableStatus"] == "ACTIVE"
        assert described["BillingModeSummary"]["BillingMode"] == table["BillingMode"]
        assert described["DeletionProtectionEnabled"] == table.get("DeletionProtectionEnabled", False)


def test_keys_and_attributes(laptop: Laptop, tables: list[Mapping[str, Any]]) -> None:
    for table in tables:
        described = describe(laptop, table)
        assert described["KeySchema"] == table["KeySchema"]
        declared = sorted(table["AttributeDefinitions"], key=str)
        assert sorted(described["AttributeDefinitions"], key=str) == declared


@pytest.mark.parametrize("kind", ["LocalSecondaryIndexes", "GlobalSecondaryIndexes"])
def test_indexes_and_their_projections(laptop: Laptop, tables: list[Mapping[str, Any]], kind: str) -> None:
    state = ("IndexSizeBytes", "ItemCount", "IndexArn", "IndexStatus", "ProvisionedThroughput", "WarmThroughput")
    for table in tables:
        described = by_name(without(describe(laptop, table).get(kind, []), *state))
        assert described == by_name(table.get(kind, [])), table["TableName"]
    assert any(kind in table for table in tables)


def test_streams(laptop: Laptop, tables: list[Mapping[str, Any]]) -> None:
    for table in tables:
        described = describe(laptop, table).get("StreamSpecification", {"StreamEnabled": False})
        declared = table.get("StreamSpecification")
        assert described == ({"StreamEnabled": True, **declared} if declared else {"StreamEnabled": False})
    assert sum("StreamSpecification" in table for table in tables) >= 4


def test_times_to_live(laptop: Laptop, tables: list[Mapping[str, Any]]) -> None:
    for table in tables:
        name = table["TableName"]
        described = laptop.root("dynamodb").describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        declared = table.get("TimeToLiveSpecification")
        if declared is None:
            assert described == {"TimeToLiveStatus": "DISABLED"}
        else:
            assert described == {"TimeToLiveStatus": "ENABLED", "AttributeName": declared["AttributeName"]}
    assert sum("TimeToLiveSpecification" in table for table in tables) >= 4


def test_recovery_to_any_point_in_time(laptop: Laptop, tables: list[Mapping[str, Any]]) -> None:
    for table in tables:
        described = laptop.root("dynamodb").describe_continuous_backups(TableName=table["TableName"])
        recovery = described["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert recovery["PointInTimeRecoveryStatus"] == "ENABLED"


def test_encryption_of_tables(laptop: Laptop, tables: list[Mapping[str, Any]]) -> None:
    for table in tables:
        encryption = describe(laptop, table)["SSEDescription"]
        assert table["SSESpecification"]["SSEEnabled"] is True
        assert (encryption["Status"], encryption["SSEType"]) == (
            "ENABLED",
            table["SSESpecification"].get("SSEType", "KMS"),
        )


def test_every_bucket_is_there(laptop: Laptop, buckets: list[Mapping[str, Any]]) -> None:
    there = {each["Name"] for each in laptop.root("s3").list_buckets()["Buckets"]}
    assert there >= {bucket["BucketName"] for bucket in buckets}
    assert len(buckets) >= 3


def test_encryption_of_buckets(laptop: Laptop, buckets: list[Mapping[str, Any]]) -> None:
    for bucket in buckets:
        described = laptop.root("s3").get_bucket_encryption(Bucket=bucket["BucketName"])
        (rule,) = described["ServerSideEncryptionConfiguration"]["Rules"]
        (declared,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        expected = declared["ServerSideEncryptionByDefault"]
        assert rule["ApplyServerSideEncryptionByDefault"] == expected


def test_cross_origin_rules(laptop: Laptop, buckets: list[Mapping[str, Any]]) -> None:
    names = {"ExposedHeaders": "ExposeHeaders", "MaxAge": "MaxAgeSeconds", "Id": "ID"}
    for bucket in buckets:
        declared = bucket.get("CorsConfiguration", {}).get("CorsRules", [])
        expected = [{names.get(name, name): value for name, value in rule.items()} for rule in declared]
        for rule in expected:
            if isinstance(rule["AllowedOrigins"], str):
                rule["AllowedOrigins"] = rule["AllowedOrigins"].split(",")
        assert configured(laptop, "get_bucket_cors", bucket, "CORSRules") == expected


def test_public_access_is_blocked(laptop: Laptop, buckets: list[Mapping[str, Any]]) -> None:
    for bucket in buckets:
        described = laptop.root("s3").get_public_access_block(Bucket=bucket["BucketName"])
        assert described["PublicAccessBlockConfiguration"] == bucket["PublicAccessBlockConfiguration"]
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}


def test_ownership(laptop: Laptop, buckets: list[Mapping[str, Any]]) -> None:
    for bucket in buckets:
        described = laptop.root("s3").get_bucket_ownership_controls(Bucket=bucket["BucketName"])
        assert described["OwnershipControls"]["Rules"] == bucket["OwnershipControls"]["Rules"]


def test_lifecycles(laptop: Laptop, buckets: list[Mapping[str, Any]]) -> None:
    for bucket in buckets:
        declared = bucket.get("LifecycleConfiguration", {}).get("Rules", [])
        described = configured(laptop, "get_bucket_lifecycle_configuration", bucket, "Rules")
        assert [rule["ID"] for rule in described] == [rule["Id"] for rule in declared]
        for rule, expected in zip(described, declared, strict=True):
            assert rule["Status"] == expected["Status"]
            assert rule.get("AbortIncompleteMultipartUpload") == expected.get("AbortIncompleteMultipartUpload")
            assert rule.get("Expiration", {}).get("Days") == expected.get("ExpirationInDays")
    assert any("LifecycleConfiguration" in bucket for bucket in buckets)


def configured(laptop: Laptop, operation: str, bucket: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """What a bucket has, or nothing where it has no such configuration."""
    try:
        found: list[dict[str, Any]] = getattr(laptop.root("s3"), operation)(Bucket=bucket["BucketName"])[name]
    except ClientError as error:
        if not error.response["Error"]["Code"].startswith("NoSuch"):
            raise
        return []
    return found


def test_the_user_pool_asks_for_what_its_template_says(laptop: Laptop, templates: list[Template]) -> None:
    (declared,) = (pool for each in templates for pool in each.resources("AWS::Cognito::UserPool"))
    pool = laptop.root("cognito-idp").describe_user_pool(UserPoolId=laptop.urls["user_pool_id"])["UserPool"]
    described = pool["Policies"]["PasswordPolicy"]
    assert {name: described[name] for name in declared["Policies"]["PasswordPolicy"]} == (
        declared["Policies"]["PasswordPolicy"]
    )
    for name in ("UsernameAttributes", "AutoVerifiedAttributes", "MfaConfiguration", "AccountRecoverySetting"):
        assert pool[name] == declared[name]


def test_the_browsers_client_may_sign_in_by_srp_alone(laptop: Laptop, templates: list[Template]) -> None:
    (declared,) = (client for each in templates for client in each.resources("AWS::Cognito::UserPoolClient"))
    client = laptop.root("cognito-idp").describe_user_pool_client(
        UserPoolId=laptop.urls["user_pool_id"], ClientId=laptop.urls["user_pool_client_id"]
    )["UserPoolClient"]
    for name in ("ExplicitAuthFlows", "PreventUserExistenceErrors", "TokenValidityUnits", "IdTokenValidity"):
        assert client[name] == declared[name]
    assert "ClientSecret" not in client


def test_the_identity_pool_takes_no_guests(laptop: Laptop) -> None:
    pool = laptop.root("cognito-identity").describe_identity_pool(IdentityPoolId=laptop.urls["identity_pool_id"])
    assert pool["AllowUnauthenticatedIdentities"] is False
    assert pool["AllowClassicFlow"] is False
    assert [each["ServerSideTokenCheck"] for each in pool["CognitoIdentityProviders"]] == [True]


def test_starting_again_changes_nothing(laptop: Laptop) -> None:
    cloudformation = laptop.root("cloudformation")
    for stack in stacks(laptop.layout):
        (described,) = cloudformation.describe_stacks(StackName=stack.name)["Stacks"]
        assert described["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
        assert deployed_digest(cloudformation, stack.name) == stack.digest()
