"""Unit tests run on moto, in memory: no sockets, and a fresh set of tables for each test."""

import copy
import logging
import os
from collections.abc import Iterator
from contextlib import closing
from io import StringIO
from typing import Any

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
    "THUMBNAILS_BUCKET": "mytodolist-test-thumbnails",
    "SITE_BUCKET": "mytodolist-test-site",
    "SITE_URL": "https://site.example.test",
    "POSTS_TABLE": "mytodolist-test-posts",
    "POST_TAGS_TABLE": "mytodolist-test-post-tags",
    "SUBSCRIBERS_TABLE": "mytodolist-test-subscribers",
    "DELIVERIES_TABLE": "mytodolist-test-deliveries",
    "MESSAGES_TABLE": "mytodolist-test-messages",
    "POSTS_STREAM_ARN": "arn:aws:dynamodb:eu-north-1:123456789012:table/mytodolist-test-posts/stream/1",
    "SUBSCRIBERS_STREAM_ARN": "arn:aws:dynamodb:eu-north-1:123456789012:table/mytodolist-test-subscribers/stream/1",
    "MESSAGES_STREAM_ARN": "arn:aws:dynamodb:eu-north-1:123456789012:table/mytodolist-test-messages/stream/1",
    "TODOS_STREAM_ARN": "arn:aws:dynamodb:eu-north-1:123456789012:table/mytodolist-test-todos/stream/1",
    "MEDIA_STREAM_ARN": "arn:aws:dynamodb:eu-north-1:123456789012:table/mytodolist-test-media/stream/1",
    "THUMBNAIL_JOBS_ARN": "arn:aws:sqs:eu-north-1:123456789012:mytodolist-test-thumbnail-jobs",
    "MAIL_EVENT_JOBS_ARN": "arn:aws:sqs:eu-north-1:123456789012:mytodolist-test-mail-event-jobs",
    "ANNOUNCEMENTS_ARN": "arn:aws:sqs:eu-north-1:123456789012:mytodolist-test-announcements",
    "ANNOUNCEMENTS_URL": "https://sqs.eu-north-1.amazonaws.com/123456789012/mytodolist-test-announcements",
    "NEW_SUBSCRIBER_TOPIC_ARN": "arn:aws:sns:eu-north-1:123456789012:mytodolist-test-new-subscriber",
    "OWNER_TOPIC_ARN": "arn:aws:sns:eu-north-1:123456789012:mytodolist-test-owner",
    "MAIL_FROM": "blog@example.com",
    "MAIL_CONFIGURATION_SET": "mytodolist-test",
    "SIGNING_KEY": "a key for unit tests",
    # Moto stands in for it, and for no other.
    "STORE_TRANSPORT": "botocore",
}
os.environ.update(ENVIRONMENT)
os.environ.pop("AWS_ENDPOINT_URL", None)

import boto3  # noqa: E402
import pytest_socket  # noqa: E402
from moto import mock_aws  # noqa: E402
from moto.core import DEFAULT_ACCOUNT_ID  # noqa: E402
from moto.core.config import default_user_config  # noqa: E402
from moto.dynamodb.models import dynamodb_backends  # noqa: E402

import app as application  # noqa: E402 - reads the environment
from tests.support.api import Api  # noqa: E402
from tests.support.tables import declared_tables  # noqa: E402

TABLES = declared_tables("test")
# A new session reads botocore's models again, for longer than most tests take.
default_user_config["core"]["reset_boto3_session"] = False


@pytest.fixture(autouse=True)
def no_sockets(request: pytest.FixtureRequest) -> Iterator[None]:
    """Nothing leaves the process; a test of ports on this machine is marked `enable_socket`."""
    if request.node.get_closest_marker("enable_socket") is None:
        pytest_socket.disable_socket(allow_unix_socket=True)
    yield
    pytest_socket.enable_socket()


@pytest.fixture(scope="session")
def dynamodb() -> Iterator[Any]:
    """A client for looking at what is really stored."""
    with closing(boto3.client("dynamodb")) as client:
        yield client


@pytest.fixture(scope="session")
def empty_tables(dynamodb: Any) -> Any:
    """The tables as the templates declare them, made once: making them takes longer than most tests do."""
    with mock_aws():
        for table in TABLES:
            dynamodb.create_table(**table)
        return moto_tables()


@pytest.fixture
def tables(empty_tables: Any) -> Iterator[None]:
    """Empty tables of the test's own."""
    with mock_aws():
        moto_tables(empty_tables)
        yield


def moto_tables(like: Any = None) -> Any:
    """The tables that moto has; first copies of those `like` these are put in."""
    backend = dynamodb_backends[DEFAULT_ACCOUNT_ID][ENVIRONMENT["AWS_REGION"]]
    if like is not None:
        backend.tables = copy.deepcopy(like)
    return backend.tables


@pytest.fixture
def logged() -> Iterator[StringIO]:
    """What the application's log writes."""
    handlers = logging.getLogger("chalicelib").handlers
    own = next(each for each in handlers if isinstance(each, logging.StreamHandler) and each.stream is not None)
    before, text = own.stream, StringIO()
    own.setStream(text)
    yield text
    own.setStream(before)


@pytest.fixture
def nobody() -> Api:
    """The application without a database, called by nobody."""
    return Api(application.app)


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


@pytest.fixture
def author(anonymous: Api) -> Api:
    """Somebody who may write posts too."""
    return anonymous.as_person("6f1a7c1e-0000-4000-8000-00000000ada0", "authors")
