"""API Gateway's execution log expires, and goes with its API."""

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from infra.deploy import execution_log
from infra.deploy.aws import Aws

GROUP = "API-Gateway-Execution-Logs_abc123/api"


@pytest.fixture
def aws() -> Iterator[Aws]:
    with mock_aws():
        yield Aws(boto3.Session(), "eu-north-1", "123456789012", "aws")


def retention(aws: Aws) -> list[int | None]:
    groups = aws.client("logs").describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]
    return [group.get("retentionInDays") for group in groups]


def test_a_group_that_api_gateway_has_not_made_yet_is_made_with_a_retention(aws: Aws) -> None:
    execution_log.keep_for(aws, "abc123", 30)
    assert retention(aws) == [30]


def test_a_group_that_api_gateway_made_expires_from_now_on(aws: Aws) -> None:
    aws.client("logs").create_log_group(logGroupName=GROUP)
    assert retention(aws) == [None]
    execution_log.keep_for(aws, "abc123", 30)
    execution_log.keep_for(aws, "abc123", 7)
    assert retention(aws) == [7]


def test_it_goes_with_its_api_and_may_be_gone_already(aws: Aws) -> None:
    execution_log.keep_for(aws, "abc123", 30)
    execution_log.delete(aws, "abc123")
    execution_log.delete(aws, "abc123")
    assert retention(aws) == []
