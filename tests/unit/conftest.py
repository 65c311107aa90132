"""Unit tests run on moto, in memory: no sockets, and a fresh set of tables for each test."""

import os
from collections.abc import Iterator

import pytest

ENVIRONMENT = {
    "STAGE": "test",
    "AWS_REGION": "eu-north-1",
    "AWS_DEFAULT_REGION": "eu-north-1",
    "AWS_ACCESS_KEY_ID": "unit",
    "AWS_SECRET_ACCESS_KEY": "unit",
    "API_URL": "https://api.example.test",
    "ALLOWED_ORIGINS": "https://site.example.test https://other.example.test",
    "USER_POOL_ARN": "arn:aws:cognito-idp:eu-north-1:123456789012:userpool/eu-north-1_unit",
    "USER_POOL_CLIENT_ID": "client",
    "MEDIA_BUCKET": "mytodolist-test-media",
    "TODOS_TABLE": "mytodolist-test-todos",
    "MEDIA_TABLE": "mytodolist-test-media",
    "IDEMPOTENCY_TABLE": "mytodolist-test-idempotency",
    "SIGNING_KEY": "a key for unit tests",
}
os.environ.update(ENVIRONMENT)
os.environ.pop("AWS_ENDPOINT_URL", None)

import boto3  # noqa: E402
from moto import mock_aws  # noqa: E402

import app as application  # noqa: E402 - reads the environment
from tests.support.api import Api  # noqa: E402
from tests.support.tables import declared_tables  # noqa: E402


@pytest.fixture
def tables() -> Iterator[None]:
    """Empty tables, as the templates declare them."""
    with mock_aws():
        dynamodb = boto3.client("dynamodb")
        for table in declared_tables("test"):
            dynamodb.create_table(**table)
        yield


@pytest.fixture
def anonymous(tables: None) -> Api:
    """The application, called by nobody."""
    return Api(application.app)


@pytest.fixture
def ada(anonymous: Api) -> Api:
    return anonymous.as_person("6f1a7c1e-0000-4000-8000-00000000ada0")


@pytest.fixture
def bob(anonymous: Api) -> Api:
    return anonymous.as_person("0b0b0b0b-0000-4000-8000-00000000b0b0")
