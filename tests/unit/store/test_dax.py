"""DAX before DynamoDB: what goes through it and what past it, the breaker, and the client's errors as botocore's."""

import os
import ssl
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest
from amazondax import DynamoDbExpressionParser
from amazondax.DaxError import DaxClientError, DaxServiceError
from botocore.exceptions import ClientError

from chalicelib.store.client import SteadyClient
from chalicelib.store.dax import Breaker, DaxFirst, DaxTrouble
from chalicelib.store.dax_cluster import DaxCluster, as_botocore, cancellation_reasons, memoise_expressions
from chalicelib.store.errors import Unavailable
from chalicelib.store.freshness import fresh_reads
from tests.support.seam import Scripted, refusal
from tests.unit.conftest import ENVIRONMENT

KEY = {"pk": {"S": "1"}}
GET = ("GetItem", {"TableName": "posts", "Key": KEY})
PINNED = {
    "TableName": "posts",
    "Key": KEY,
    "UpdateExpression": "SET #0 = :0 ADD #1 :1",
    "ConditionExpression": "#1 = :2",
    "ExpressionAttributeNames": {"#0": "title", "#1": "version"},
    "ExpressionAttributeValues": {":0": {"S": "T"}, ":1": {"N": "1"}, ":2": {"N": "4"}},
}
COUNTING = {name: value for name, value in PINNED.items() if name != "ConditionExpression"}


class FakeDax:
    """Gives the answers it was made with, the last one for ever; an exception is raised."""

    def __init__(self, *answers: Mapping[str, Any] | Exception) -> None:
        self.answers = list(answers)
        self.calls: list[tuple[str, Mapping[str, Any]]] = []

    def ask(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        self.calls.append((operation, request))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return dict(answer)


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


FROM_DAX, FROM_DYNAMODB = {"Item": {"from": {"S": "dax"}}}, {"Item": {"from": {"S": "dynamodb"}}}
LOST, UNREACHABLE = DaxTrouble("TimeoutError", sent=True), DaxTrouble("ConnectionRefusedError", sent=False)


def first(dax: FakeDax, *answers: Any, clock: Clock | None = None) -> tuple[DaxFirst, Scripted]:
    dynamodb = Scripted(*(answers or (FROM_DYNAMODB,)))
    return DaxFirst(dynamodb, dax, {"posts"}, Breaker(5, clock or Clock())), dynamodb


THROUGH = {
    "an item": GET,
    "a query": ("Query", {"TableName": "posts"}),
    "a batch of items": ("BatchGetItem", {"RequestItems": {"posts": {"Keys": [KEY]}}}),
    "a put": ("PutItem", {"TableName": "posts", "Item": KEY}),
    "a delete": ("DeleteItem", {"TableName": "posts", "Key": KEY}),
    "a change of a version": ("UpdateItem", PINNED),
    "a batch of writes": ("BatchWriteItem", {"RequestItems": {"posts": []}}),
    "a transaction with another table": (
        "TransactWriteItems",
        {
            "TransactItems": [
                {"Put": {"TableName": "ledger", "Item": KEY}},
                {"Update": PINNED},
            ]
        },
    ),
}
PAST = {
    "a consistent read": ("GetItem", {**GET[1], "ConsistentRead": True}),
    "a consistent batch": ("BatchGetItem", {"RequestItems": {"posts": {"Keys": [KEY], "ConsistentRead": True}}}),
    "another table": ("GetItem", {"TableName": "todos", "Key": KEY}),
    "a transaction of other tables": (
        "TransactWriteItems",
        {"TransactItems": [{"Put": {"TableName": "todos", "Item": KEY}}]},
    ),
    "a transaction of reads": ("TransactGetItems", {"TransactItems": [{"Get": {"TableName": "posts", "Key": KEY}}]}),
    "what counts twice if it is sent twice": ("UpdateItem", COUNTING),
    "a table's description": ("DescribeTable", {"TableName": "posts"}),
}


@pytest.mark.parametrize("what", THROUGH)
def test_through_dax_goes(what: str) -> None:
    client, dynamodb = first(dax := FakeDax(FROM_DAX))
    assert client._make_api_call(*THROUGH[what]) == FROM_DAX
    assert [operation for operation, _ in dax.calls] == [THROUGH[what][0]]
    assert dynamodb.calls == []


@pytest.mark.parametrize("what", PAST)
def test_past_dax_goes(what: str) -> None:
    client, dynamodb = first(dax := FakeDax(FROM_DAX))
    assert client._make_api_call(*PAST[what]) == FROM_DYNAMODB
    assert dynamodb.calls == [PAST[what]]
    assert dax.calls == []


def test_fresh_reads_go_past_dax_and_writes_still_through() -> None:
    client, dynamodb = first(dax := FakeDax(FROM_DAX))
    with fresh_reads(wanted=True), fresh_reads(wanted=False):
        assert client._make_api_call(*GET) == FROM_DYNAMODB
        assert client._make_api_call(*THROUGH["a put"]) == FROM_DAX
    assert client._make_api_call(*GET) == FROM_DAX
    assert (len(dax.calls), len(dynamodb.calls)) == (2, 1)


def test_nobody_asks_dax_for_capacity_and_transactions_have_a_token() -> None:
    client, _ = first(dax := FakeDax({}))
    client._make_api_call("GetItem", {**GET[1], "ReturnConsumedCapacity": "TOTAL"})
    client._make_api_call(*THROUGH["a transaction with another table"])
    (_, read), (_, written) = dax.calls
    assert "ReturnConsumedCapacity" not in read
    assert len(written["ClientRequestToken"]) == 36


def test_while_dax_is_in_trouble_dynamodb_answers_at_once_and_later_dax_is_tried_by_one() -> None:
    clock = Clock()
    client, _ = first(dax := FakeDax(LOST, LOST, FROM_DAX), clock=clock)
    assert client._make_api_call(*GET) == FROM_DYNAMODB
    assert client._make_api_call(*GET) == FROM_DYNAMODB
    assert len(dax.calls) == 1, "the breaker is open"
    clock.seconds = 5.1
    assert client._make_api_call(*GET) == FROM_DYNAMODB
    assert client._make_api_call(*GET) == FROM_DYNAMODB
    assert len(dax.calls) == 2, "one tried it, in vain"
    clock.seconds = 10.3
    assert client._make_api_call(*GET) == FROM_DAX
    assert client._make_api_call(*GET) == FROM_DAX


def test_while_one_caller_tries_the_others_do_not() -> None:
    clock = Clock()
    breaker = Breaker(5, clock)
    breaker.failed()
    clock.seconds = 6
    assert [breaker.lets_through(), breaker.lets_through()] == [True, False]
    breaker.worked()
    assert breaker.lets_through()


def test_a_refusal_of_dynamodbs_is_no_trouble() -> None:
    client, dynamodb = first(FakeDax(refusal("ConditionalCheckFailedException"), FROM_DAX))
    with pytest.raises(ClientError):
        client._make_api_call("UpdateItem", PINNED)
    assert client._make_api_call(*GET) == FROM_DAX
    assert dynamodb.calls == []


def test_want_of_capacity_reaches_the_user_as_unavailable() -> None:
    client, _ = first(FakeDax(refusal("ThrottlingException")))
    with pytest.raises(Unavailable):
        SteadyClient(client)._make_api_call(*GET)


def test_who_asks_what_stood_in_the_way_is_told_by_dynamodb() -> None:
    told = refusal("ConditionalCheckFailedException", item={"version": {"N": "9"}})
    client, dynamodb = first(FakeDax(refusal("ConditionalCheckFailedException")), told)
    asking = {**PINNED, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    with pytest.raises(ClientError) as refused:
        client._make_api_call("UpdateItem", asking)
    assert refused.value is told
    assert dynamodb.calls == [("UpdateItem", asking)]


def test_what_never_left_is_sent_past_dax_as_it_was() -> None:
    client, dynamodb = first(FakeDax(UNREACHABLE), {})
    client._make_api_call("PutItem", {"TableName": "posts", "Item": KEY})
    assert dynamodb.calls == [("PutItem", {"TableName": "posts", "Item": KEY})]


def test_a_write_that_may_have_arrived_is_sent_again_so_that_it_tells_what_stands() -> None:
    client, dynamodb = first(FakeDax(LOST), {"Attributes": {}})
    client._make_api_call("UpdateItem", PINNED)
    assert dynamodb.calls == [("UpdateItem", {**PINNED, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"})]


def test_a_transaction_that_may_have_arrived_is_sent_again_with_its_token() -> None:
    client, dynamodb = first(dax := FakeDax(LOST), {})
    client._make_api_call(*THROUGH["a transaction with another table"])
    (_, sent), (_, again) = dax.calls[0], dynamodb.calls[0]
    assert again["ClientRequestToken"] == sent["ClientRequestToken"]


def service_error(codes: list[int], code: str | None = None, reasons: list[Any] | None = None) -> DaxServiceError:
    return DaxServiceError("GetItem", "says DynamoDB", codes, "request", code, 400, reasons)


ANSWERS = {
    "ConditionalCheckFailedException": service_error([4, 37, 38, 39, 43]),
    "ValidationException": service_error([4, 37, 38, 39, 46]),
    "AccessDeniedException": service_error([4, 37, 38, 42]),
    "ThrottlingException": service_error([4, 37, 38, 39, 50]),
    "InternalServerError": service_error([4, 37, 38, 39, 47]),
    "RequestLimitExceeded": service_error([4, 37, 38, 39, 61]),
    "IdempotentParameterMismatchException": service_error([4, 37, 38, 39, 60], "IdempotentParameterMismatchException"),
}


@pytest.mark.parametrize("code", ANSWERS)
def test_an_answer_of_dynamodbs_reads_as_botocores(code: str) -> None:
    found = as_botocore(ANSWERS[code], "GetItem")
    assert type(found) is ClientError
    assert found.response["Error"] == {"Code": code, "Message": "says DynamoDB"}
    assert found.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert found.operation_name == "GetItem"


def test_what_the_client_itself_refuses_is_our_mistake() -> None:
    found = as_botocore(DaxClientError("One of the required keys was not given a value.", "ValidationException"), "Q")
    assert found is not None
    assert found.response["Error"]["Code"] == "ValidationException"


def untrusted() -> Exception:
    try:
        try:
            raise ssl.SSLCertVerificationError
        except ssl.SSLError:
            raise DaxClientError("Certificate verification failed", "ValidationException") from None
    except DaxClientError as error:
        return error


@pytest.mark.parametrize(
    "error",
    [
        TimeoutError(),
        BrokenPipeError(),
        AttributeError("a connection that another thread has closed"),
        DaxClientError("No cluster endpoints available", "NoRouteException"),
        DaxServiceError.from_no_more_data_exception("GetItem", EOFError()),
        DaxClientError("Unknown type", "MalformedResultException"),
        service_error([4, 23, 31, 33]),
        service_error([2, 1, 51]),
        service_error([3, 37, 54]),
        untrusted(),
    ],
    ids=repr,
)
def test_anything_else_is_trouble(error: Exception) -> None:
    assert as_botocore(error, "GetItem") is None


def test_reasons_come_in_threes_and_read_as_dynamodbs() -> None:
    told = ["ConditionalCheckFailed", "The conditional request failed", b"\x01", "None", None, None, None, None, None]
    assert cancellation_reasons(told) == [
        {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"},
        {"Code": "None"},
        {"Code": "None"},
    ]
    found = as_botocore(service_error([4, 37, 38, 39, 58], reasons=told), "TransactWriteItems")
    assert found is not None
    reasons = found.response["CancellationReasons"]  # type: ignore[typeddict-item]
    assert [reason["Code"] for reason in reasons] == ["ConditionalCheckFailed", "None", "None"]


def test_an_address_where_nobody_listens_is_trouble_and_nothing_was_sent() -> None:
    with pytest.raises(DaxTrouble) as trouble:
        DaxCluster("nonsense://nowhere", "eu-north-1").ask("GetItem", {"TableName": "posts", "Key": KEY})
    assert not trouble.value.sent


class Listener:
    """What ANTLR tells of errors; there are none."""


def test_an_expression_is_parsed_once() -> None:
    memoise_expressions()
    memoise_expressions()
    one = DynamoDbExpressionParser.parse_condition("#0 = :0 AND #1 > :1", Listener())
    assert DynamoDbExpressionParser.parse_condition("#0 = :0 AND #1 > :1", Listener()) is one
    assert DynamoDbExpressionParser.parse_condition("#0 = :0 AND #1 < :1", Listener()) is not one
    kept = [DynamoDbExpressionParser.parse_projection(f"#0, #{number}", Listener()) for number in range(600)]
    assert DynamoDbExpressionParser.parse_projection("#0, #599", Listener()) is kept[-1], "still bounded, still kept"


LOADED = """
import sys
from chalicelib.store.client import shared_client
print(type(shared_client()._inner).__name__, "amazondax" in sys.modules, "chalicelib.store.dax" in sys.modules)
"""


@pytest.mark.parametrize(
    ("endpoint", "loaded"), [("", "DynamoDB False False"), ("dax://nowhere", "DaxFirst False True")]
)
def test_the_client_is_imported_only_where_dax_is_on_and_only_when_it_is_asked(endpoint: str, loaded: str) -> None:
    environment = {**os.environ, **ENVIRONMENT, "DAX_ENDPOINT": endpoint}
    done = subprocess.run([sys.executable, "-c", LOADED], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == loaded
