"""The lean transport: signed as botocore signs, repeated as botocore repeats, wrong as botocore is wrong."""

import json
import random
import time
from binascii import crc32
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from typing import Any

import pytest
import time_machine
from botocore import exceptions
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from chalicelib.store.lean import CONTENT_TYPE, Keys, LeanClient, Signer
from tests.support.scripted_server import NOTHING, Answer, Server, reset_in_the_body

pytestmark = pytest.mark.enable_socket


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
    assert [each.json for each in server.asked] == [{"Key": {"k": {"B": "AAE="}}}]
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
        (200, b"<html>", {}),
        (200, b"{}", {"Content-Length": "9", "Connection": "close"}),
        reset_in_the_body,
        None,
        lambda _: time.sleep(0.5) or NOTHING,
    ],
    ids=[
        "500",
        "503",
        "timed out",
        "throttled",
        "no capacity",
        "wrong checksum",
        "not JSON",
        "closed in the body",
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
    first, second = (each.json for each in server.asked)
    assert first == second
    assert len(first["ClientRequestToken"]) == 36


def test_after_three_attempts_the_trouble_is_told(server: Server, client: LeanClient) -> None:
    server.answers = [refused("ThrottlingException")] * 3
    with pytest.raises(exceptions.ClientError, match="ThrottlingException"):
        client._make_api_call("GetItem", {})
    server.answers = [None] * 3
    with pytest.raises(exceptions.ConnectionClosedError):
        client._make_api_call("GetItem", {})


def test_botocore_says_how_often_it_tried_and_so_does_this(server: Server, client: LeanClient) -> None:
    server.answers = [refused("InternalServerError", 500)] * 3
    with pytest.raises(exceptions.ClientError, match=r"\(reached max retries: 2\)") as raised:
        client._make_api_call("GetItem", {})
    assert raised.value.response["ResponseMetadata"]["RetryAttempts"] == 2


@pytest.mark.parametrize(
    ("trouble", "longest"),
    [(refused("ThrottlingException"), [1.0, 2.0]), (refused("InternalServerError", 500), [0.025, 0.05])],
    ids=["throttled", "500"],
)
def test_the_pauses_are_by_chance_up_to_bounds_that_double(
    server: Server, pauses: list[float], client: LeanClient, trouble: Answer, longest: list[float]
) -> None:
    random.seed(1)
    server.answers = [trouble, trouble, NOTHING] * 30
    for _ in range(30):
        client._make_api_call("GetItem", {})
    for nth, bound in enumerate(longest):
        assert 0.9 * bound < max(pauses[nth::2]) < bound
        assert 0 < min(pauses[nth::2]) < 0.1 * bound


@pytest.mark.parametrize(
    ("asked", "bounds"),
    [("3000", (3, 3)), ("60000", (5, 6)), ("soon", (0, 1)), ("-9000", (0, 1)), ("9" * 400, (0, 1))],
)
def test_dynamodb_may_ask_for_a_longer_pause(
    server: Server, pauses: list[float], client: LeanClient, asked: str, bounds: tuple[float, float]
) -> None:
    status, body, _ = refused("ThrottlingException")
    server.answers = [(status, body, {"x-amz-retry-after": asked}), NOTHING]
    client._make_api_call("GetItem", {})
    assert bounds[0] <= pauses[0] <= bounds[1]


def test_a_process_in_trouble_for_long_does_not_try_again_until_something_works(
    server: Server, client: LeanClient
) -> None:
    # given so many attempts in vain that their quota of 500, at 5 a throttled one, is used up
    def attempts() -> int:
        before, server.answers = len(server.asked), [refused("ThrottlingException")] * 3
        with pytest.raises(exceptions.ClientError):
            client._make_api_call("GetItem", {})
        return len(server.asked) - before

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
    sent = [datetime.strptime(each.headers["x-amz-date"], "%Y%m%dT%H%M%S%z") for each in server.asked]
    assert 3590 < (sent[1] - sent[0]).total_seconds() < 3610
