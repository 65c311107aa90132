"""The lean transport: signed as botocore signs, repeated as botocore repeats, wrong as botocore is wrong."""

import json
import threading
import time
from binascii import crc32
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import time_machine
from botocore import exceptions
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from chalicelib.store.lean import CONTENT_TYPE, Keys, LeanClient, Signer

pytestmark = pytest.mark.enable_socket
Answer = tuple[int, bytes, dict[str, str]]
NOTHING = (200, b"{}", {})


class Server(ThreadingHTTPServer):
    """Answers what it is told, one after the other; None closes the connection."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: list[Answer | Callable[[], Answer] | None] = []
        self.bodies: list[Any] = []
        self.dates: list[str] = []


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        self.server.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.server.dates.append(self.headers["X-Amz-Date"])
        answer = self.server.answers.pop(0)
        if answer is None:
            self.close_connection = True
            return
        status, body, headers = answer() if callable(answer) else answer
        self.send_response_only(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Tests say what they saw."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def client(server: Server) -> Iterator[LeanClient]:
    made = LeanClient(
        "eu-north-1",
        connect_timeout=0.5,
        read_timeout=0.3,
        attempts=3,
        endpoint=f"http://127.0.0.1:{server.server_port}",
        keys=lambda: Keys("a", "s", ""),
        pause=lambda _: None,
    )
    yield made
    made._wire.close()


def refused(code: str, status: int = 400, **more: Any) -> Answer:
    return (
        status,
        json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "no", **more}).encode(),
        {},
    )


def signed_by_botocore(keys: Keys) -> str:
    headers = {"X-Amz-Target": "DynamoDB_20120810.GetItem", "Content-Type": CONTENT_TYPE}
    request = AWSRequest("POST", "https://dynamodb.eu-north-1.amazonaws.com/", headers, b"{}")
    SigV4Auth(Credentials(keys.access, keys.secret, keys.token or None), "dynamodb", "eu-north-1").add_auth(request)
    return str(request.headers["Authorization"])


def signed_by(signer: Signer, keys: Keys) -> str:
    host, target = "dynamodb.eu-north-1.amazonaws.com", "DynamoDB_20120810.GetItem"
    return signer.headers(keys, host, target, b"{}", datetime.now(UTC))["Authorization"]


MORNING = datetime(2026, 11, 21, 9, 14, 3, tzinfo=UTC)


@pytest.mark.parametrize("token", ["", "a/token+of=some"])
def test_a_request_is_signed_as_botocore_signs_it(token: str) -> None:
    keys = Keys("AK", "secret", token)
    with time_machine.travel(MORNING, tick=False):
        assert signed_by(Signer("eu-north-1"), keys) == signed_by_botocore(keys)


def test_what_is_derived_for_a_day_ends_with_the_day_and_with_the_secret() -> None:
    signer, keys = Signer("eu-north-1"), Keys("AK", "secret", "")
    with time_machine.travel(MORNING, tick=False) as clock:
        signed_by(signer, keys)
        clock.shift(timedelta(days=1))
        assert signed_by(signer, keys) == signed_by_botocore(keys)
        rotated = Keys("AK2", "another", "")
        assert signed_by(signer, rotated) == signed_by_botocore(rotated)


def test_binary_values_go_and_come(server: Server, client: LeanClient) -> None:
    server.answers = [(200, b'{"Item":{"B":{"B":"AAE="},"x":{"L":[{"BS":["YQ=="]}]},"s":{"S":"B"}}}', {})]
    answer = client._make_api_call("GetItem", {"Key": {"k": {"B": b"\0\1"}}})
    assert server.bodies == [{"Key": {"k": {"B": "AAE="}}}]
    assert answer["Item"] == {"B": {"B": b"\0\1"}, "x": {"L": [{"BS": [b"a"]}]}, "s": {"S": "B"}}


@pytest.mark.parametrize(
    "trouble",
    [
        refused("InternalServerError", 500),
        (503, b"<html>", {}),
        refused("RequestTimeout"),
        refused("ThrottlingException"),
        refused("ProvisionedThroughputExceededException"),
        (200, b"{}", {"x-amz-crc32": str(crc32(b"{}") ^ 1)}),
        (200, b"{}", {"Content-Length": "9", "Connection": "close"}),
        None,
        lambda: time.sleep(0.5) or NOTHING,
    ],
    ids=[
        "500",
        "503",
        "timed out",
        "throttled",
        "no capacity",
        "wrong checksum",
        "reset in the body",
        "closed",
        "late",
    ],
)
def test_what_may_pass_is_tried_again(server: Server, client: LeanClient, trouble: Any) -> None:
    server.answers = [trouble, NOTHING]
    assert client._make_api_call("GetItem", {})["ResponseMetadata"]["RetryAttempts"] == 1


def test_a_transaction_keeps_its_token_when_tried_again(server: Server, client: LeanClient) -> None:
    server.answers = [refused("InternalServerError", 500), NOTHING]
    client._make_api_call("TransactWriteItems", {"TransactItems": []})
    assert server.bodies[0] == server.bodies[1]
    assert len(server.bodies[0]["ClientRequestToken"]) == 36


def test_after_three_attempts_the_trouble_is_told(server: Server, client: LeanClient) -> None:
    server.answers = [refused("ThrottlingException")] * 3
    with pytest.raises(exceptions.ClientError, match="ThrottlingException"):
        client._make_api_call("GetItem", {})
    server.answers = [None] * 3
    with pytest.raises(exceptions.ConnectionClosedError):
        client._make_api_call("GetItem", {})


def test_a_process_in_trouble_for_long_does_not_try_again_until_something_works(
    server: Server, client: LeanClient
) -> None:
    # given so many attempts in vain that their quota of 500, at 5 a throttled one, is used up
    def attempts() -> int:
        before, server.answers = len(server.bodies), [refused("ThrottlingException")] * 3
        with pytest.raises(exceptions.ClientError):
            client._make_api_call("GetItem", {})
        return len(server.bodies) - before

    assert [attempts() for _ in range(50)] == [3] * 50

    # then there is one attempt a call, until five calls have worked
    assert attempts() == 1
    server.answers = [NOTHING] * 5
    for _ in range(5):
        client._make_api_call("GetItem", {})
    assert attempts() == 2


def test_a_refusal_carries_its_reasons_and_is_not_repeated(server: Server, client: LeanClient) -> None:
    reasons = [{"Code": "ConditionalCheckFailed", "Item": {"a": {"S": "1"}}}, {"Code": "None"}]
    server.answers = [refused("TransactionCanceledException", CancellationReasons=reasons)]
    with pytest.raises(exceptions.ClientError) as raised:
        client._make_api_call("TransactWriteItems", {})
    response: Any = raised.value.response
    assert (response["Error"]["Code"], response["CancellationReasons"]) == ("TransactionCanceledException", reasons)
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_a_wrong_clock_is_put_right(server: Server, client: LeanClient) -> None:
    status, body, _ = refused("InvalidSignatureException")
    server.answers = [(status, body, {"Date": formatdate(time.time() + 3600, usegmt=True)}), NOTHING]
    client._make_api_call("GetItem", {})
    sent = [datetime.strptime(each, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) for each in server.dates]
    assert 3590 < (sent[1] - sent[0]).total_seconds() < 3610


def test_nobody_there_is_botocores_error() -> None:
    lonely = LeanClient(
        "eu-north-1",
        connect_timeout=0.5,
        read_timeout=0.3,
        attempts=1,
        endpoint="http://127.0.0.1:9",
        keys=lambda: Keys("a", "s", ""),
    )
    with pytest.raises(exceptions.EndpointConnectionError):
        lonely._make_api_call("GetItem", {})


def test_a_forked_child_opens_connections_of_its_own(server: Server, client: LeanClient) -> None:
    server.answers = [NOTHING, NOTHING]
    client._make_api_call("GetItem", {})
    before = client._wire._idle
    client._wire._forget()  # what the child does first
    client._make_api_call("GetItem", {})
    assert client._wire._idle is not before
    before.pop().close()
