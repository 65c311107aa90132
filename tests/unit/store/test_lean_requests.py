"""The lean transport's requests beside those of botocore's client: the same bytes, the same signature."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import botocore.session
import pytest
import time_machine
from botocore.config import Config
from botocore.handlers import add_retry_headers
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.store.lean import Keys, LeanClient
from tests.support.operations import Request, operations
from tests.support.scripted_server import NOTHING, Server

pytestmark = pytest.mark.enable_socket
REGION = "eu-north-1"
COMPARED = ("authorization", "content-type", "host", "x-amz-date", "x-amz-security-token", "x-amz-target")
secrets = st.text("abcXYZ019/+=", min_size=1, max_size=40)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))  # noqa: DTZ001


class Stock:
    """botocore's client, whose keys may be changed, without the headers that differ at each request."""

    def __init__(self, url: str) -> None:
        config = Config(parameter_validation=False, retries={"total_max_attempts": 1, "mode": "standard"})
        session = botocore.session.get_session()
        self.client = session.create_client("dynamodb", REGION, endpoint_url=url, config=config)
        self.client.meta.events.unregister("request-created", add_retry_headers)

    def call(self, keys: Keys, operation: str, request: Request) -> None:
        held = self.client._request_signer._credentials
        held.access_key, held.secret_key, held.token = keys.access, keys.secret, keys.token or None
        self.client._make_api_call(operation, request)


@pytest.fixture
def stock(server: Server) -> Iterator[Stock]:
    made = Stock(server.url)
    with closing(made.client):
        yield made


@given(asked=operations(), moment=moments, keys=st.builds(Keys, secrets, secrets, st.just("") | secrets))
def test_a_request_is_botocores_to_the_byte(
    server: Server, stock: Stock, asked: tuple[str, Request], moment: datetime, keys: Keys
) -> None:
    # given a call, some keys and a moment
    operation, request = asked
    if operation == "TransactWriteItems":
        request = {**request, "ClientRequestToken": "otherwise each makes one up"}
    server.otherwise = NOTHING
    lean = LeanClient(REGION, connect_timeout=1, read_timeout=60, attempts=1, endpoint=server.url, keys=lambda: keys)
    # when both make it
    with time_machine.travel(moment, tick=False):
        lean._make_api_call(operation, request)
        stock.call(keys, operation, request)
    lean.close()
    # then DynamoDB cannot tell who did
    ours, theirs = server.asked[-2:]
    assert ours.body == theirs.body
    assert seen(ours) == seen(theirs)


def seen(asked: Any) -> dict[str, str | None]:
    return {name: asked.headers.get(name) for name in COMPARED}
