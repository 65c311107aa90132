"""The key that signs is the stack's secret, or a parameter that the deploy makes once."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.deploy.aws import Aws
from infra.deploy.signing_key import (
    delete_signing_key_parameter,
    key_version,
    parameter_name,
    read_signing_key,
    write_signing_key,
)
from infra.deploy.stage import Stage

SECRET = Stage("dev", "eu-north-1", "blog@example.com", owner="me")
PARAMETER = replace(SECRET, signing_key="parameter")


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Aws:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "any")
    return Aws(boto3.Session(region_name="eu-north-1"), "eu-north-1", "123456789012", "aws")


@mock_aws
def test_a_secret_is_read_by_the_name_that_the_stack_puts_out(aws: Aws) -> None:
    arn = aws.client("secretsmanager").create_secret(Name="key", SecretString="s3cret")["ARN"]
    assert read_signing_key(aws, SECRET, {"SigningKeyArn": arn}) == "s3cret"


@mock_aws
def test_a_parameter_is_made_once_and_encrypted(aws: Aws) -> None:
    made = read_signing_key(aws, PARAMETER, {})
    assert len(made) >= 64
    assert read_signing_key(aws, PARAMETER, {}) == made
    kept = aws.client("ssm").get_parameter(Name="/mytodolist/dev/signing-key")["Parameter"]
    assert (kept["Type"], kept["Value"] == made) == ("SecureString", False)
    (described,) = aws.client("ssm").describe_parameters()["Parameters"]
    assert described["Description"] == "Signs the links in mails and the cursors of lists"
    tags = aws.client("ssm").list_tags_for_resource(ResourceType="Parameter", ResourceId=parameter_name(PARAMETER))
    assert {each["Key"]: each["Value"] for each in tags["TagList"]} == PARAMETER.tags


def without_tags(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in asked.items() if name != "Tags"}


@mock_aws
def test_another_key_is_sent_with_what_is_said_of_the_parameter(aws: Aws) -> None:
    sent: list[Mapping[str, Any]] = []
    aws.session.events.register("provide-client-params.ssm.PutParameter", lambda params, **_: sent.append({**params}))
    read_signing_key(aws, PARAMETER, {})
    write_signing_key(aws, PARAMETER, {}, "another key")
    assert read_signing_key(aws, PARAMETER, {}) == "another key"
    first, second = sent
    # Tags are refused beside Overwrite, and stay.
    assert second == {**without_tags(first), "Value": "another key", "Overwrite": True}


@mock_aws
def test_each_stage_has_its_own(aws: Aws) -> None:
    other = replace(PARAMETER, name="prod")
    assert read_signing_key(aws, PARAMETER, {}) != read_signing_key(aws, other, {})


@mock_aws
def test_a_parameter_goes_with_the_data_and_may_be_gone_already(aws: Aws) -> None:
    read_signing_key(aws, PARAMETER, {})
    delete_signing_key_parameter(aws, PARAMETER)
    delete_signing_key_parameter(aws, PARAMETER)
    assert aws.client("ssm").describe_parameters()["Parameters"] == []


@mock_aws
def test_another_secret_takes_the_place_of_the_one_before_which_aws_keeps(aws: Aws) -> None:
    # given
    client = aws.client("secretsmanager")
    arn = client.create_secret(Name="key", SecretString="before")["ARN"]
    version = key_version(aws, arn)
    # when
    write_signing_key(aws, SECRET, {"SigningKeyArn": arn}, "after")
    # then
    assert read_signing_key(aws, SECRET, {"SigningKeyArn": arn}) == "after"
    assert client.get_secret_value(SecretId=arn, VersionId=version)["SecretString"] == "before"
    assert key_version(aws, arn) == client.get_secret_value(SecretId=arn)["VersionId"] != version


@mock_aws
def test_a_first_parameter_is_encrypted_too(aws: Aws) -> None:
    write_signing_key(aws, PARAMETER, {}, "first")
    kept = aws.client("ssm").get_parameter(Name=parameter_name(PARAMETER))["Parameter"]
    assert (kept["Type"], read_signing_key(aws, PARAMETER, {})) == ("SecureString", "first")
