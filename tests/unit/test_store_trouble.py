"""When DynamoDB cannot answer: 503 with Retry-After from every route, at every request, and nothing half written."""

import json
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from botocore import exceptions

from chalicelib.ratelimits.model import is_counter
from tests.support.api import Answered, Api
from tests.support.everyday import ROUTES, Row, one_of_everything
from tests.support.scripted_server import Answer, Script, reset_in_the_body, running, says
from tests.support.seam import FailingFrom, dynamodb_behind, refusal
from tests.support.transports import lean, stock

URL = "https://dynamodb.example"
THROTTLED = refusal("ThrottlingException")
TROUBLES = [
    THROTTLED,
    refusal("ProvisionedThroughputExceededException"),
    refusal("InternalServerError", status=500),
    refusal("TransactionCanceledException", reasons=["TransactionConflict"]),
    exceptions.ConnectTimeoutError(endpoint_url=URL),
    exceptions.ReadTimeoutError(endpoint_url=URL),
    exceptions.EndpointConnectionError(endpoint_url=URL),
    exceptions.ConnectionClosedError(endpoint_url=URL),
    exceptions.NoCredentialsError(),
]
# Every row once for each request that it makes, which is where the trouble begins.
BEGINNINGS = [(row, number) for row in ROUTES for number in range(len(row[3]))]


@pytest.fixture
def addresses(author: Api) -> dict[str, Any]:
    return one_of_everything(author)


def everything_stored(dynamodb: Any) -> dict[str, list[Any]]:
    """Everything but the counters of rate limits: these count a request whatever becomes of it."""
    names = dynamodb.list_tables()["TableNames"]
    return {name: [item for item in dynamodb.scan(TableName=name)["Items"] if not counts(item)] for name in names}


def counts(item: dict[str, Any]) -> bool:
    return is_counter(item.get("message_id", {}).get("S", ""))


def unavailable(answered: Answered) -> None:
    assert answered.status == 503
    assert answered.headers["Retry-After"] == "1"
    assert answered.headers["Content-Type"] == "application/problem+json"
    assert answered.headers["Cache-Control"] == "private, no-store"
    assert answered.headers["Access-Control-Allow-Origin"] == "https://site.example.test"
    assert answered.json()["type"] == "urn:problem-type:unavailable"


@pytest.mark.parametrize(("row", "number"), BEGINNINGS, ids=lambda value: value if isinstance(value, int) else value[0])
def test_every_route_is_unavailable_and_writes_nothing(
    row: Row, number: int, author: Api, addresses: dict[str, Any], dynamodb: Any
) -> None:
    # given one of everything, and a database that stops answering at one of the route's requests
    before = everything_stored(dynamodb)
    with dynamodb_behind(lambda inner: FailingFrom(inner, number, THROTTLED)):
        # when the route is called
        answered = row[1](author, addresses)
    # then the caller may try again, and finds everything as it was
    unavailable(answered)
    assert everything_stored(dynamodb) == before


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda error: type(error).__name__)
def test_every_kind_of_trouble_is_the_same_to_the_caller(trouble: Exception, ada: Api, dynamodb: Any) -> None:
    path = f"/todos/{ada.post('/todos', {'title': 'tea'}).json()['id']}"
    before = everything_stored(dynamodb)
    with dynamodb_behind(lambda inner: FailingFrom(inner, 0, trouble)):
        unavailable(ada.get(path))
        unavailable(ada.get("/todos"))
        unavailable(ada.patch(path, {"title": "coffee"}))
        unavailable(ada.delete("/todos?state=all"))
    assert everything_stored(dynamodb) == before


def test_a_fault_of_ours_is_not_called_an_outage(ada: Api) -> None:
    for fault in (refusal("ValidationException"), refusal("AccessDeniedException"), RuntimeError("a bug")):
        with dynamodb_behind(lambda inner, fault=fault: FailingFrom(inner, 0, fault)):  # type: ignore[misc]
            answered = ada.get("/todos")
        assert (answered.status, answered.json()["type"]) == (500, "urn:problem-type:internal-error")
        assert "Retry-After" not in answered.headers


def test_what_came_before_the_trouble_stays_whole(ada: Api) -> None:
    # given more todos than one transaction clears
    for number in range(101):
        ada.post("/todos", {"title": str(number)})
    # when the database stops answering after the first hundred
    with dynamodb_behind(lambda inner: FailingFrom(inner, 3, THROTTLED)):
        unavailable(ada.delete("/todos?state=all"))
    # then those hundred are cleared as a whole, and asking again clears the rest
    assert len(ada.get("/todos?limit=100").json()["items"]) == 1
    assert ada.delete("/todos?state=all").json() == {"cleared": 1, "more": False}


def says_no(code: str, status: int = 400) -> Answer:
    return status, json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}"}).encode(), {}


@pytest.mark.enable_socket
@pytest.mark.parametrize("transport", [lean, stock], ids=["lean", "botocore"])
@pytest.mark.parametrize(
    "on_the_wire",
    [
        None,
        reset_in_the_body,
        says(b"Good morning"),
        (502, b"<html>", {}),
        says_no("InternalServerError", 500),
        says_no("ThrottlingException"),
        says_no("RequestLimitExceeded"),
        says_no("ProvisionedThroughputExceededException"),
    ],
    ids=["closed", "reset", "no HTTP", "502", "500", "throttled", "limited", "no capacity"],
)
def test_trouble_on_the_wire_is_the_same_over_either_transport(
    transport: Callable[[str], Any], on_the_wire: Answer | Script | None, nobody: Api
) -> None:
    with running() as server:
        server.otherwise = on_the_wire
        with closing(transport(server.url)) as client, dynamodb_behind(lambda _: client):
            unavailable(nobody.as_person("6f1a7c1e-0000-4000-8000-00000000ada0").get("/todos"))
    assert server.asked


@pytest.mark.enable_socket
@pytest.mark.parametrize("transport", [lean, stock], ids=["lean", "botocore"])
def test_a_fault_of_ours_is_one_over_either_transport(transport: Callable[[str], Any], nobody: Api) -> None:
    with running() as server:
        server.otherwise = says_no("ValidationException")
        with closing(transport(server.url)) as client, dynamodb_behind(lambda _: client):
            assert nobody.as_person("6f1a7c1e-0000-4000-8000-00000000ada0").get("/todos").status == 500
