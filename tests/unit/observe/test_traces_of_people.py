"""Traces hold nothing of a person's: canary values go through every route and service, and none may come out."""

import json

import pytest

from tests.unit.observe.daemon import PARENT, Daemon, Document, Plan, aws, flat, run_in_lambda
from tests.unit.observe.serving import GOOD, PATH_ID, SLUG
from tests.unit.observe.test_segments_alike import plain
from tests.unit.test_privacy import BODIES, CANARIES, ENDPOINTS

pytestmark = pytest.mark.enable_socket
QUOTING = f"One or more values were invalid: {CANARIES['body']} of {CANARIES['sub']}"
ITEM = {name: {"S": value} for name, value in CANARIES.items()}
ANSWERS: dict[str, tuple[int, Document]] = {
    "an item": (200, {"Item": ITEM, "Attributes": ITEM, "Items": [ITEM], "LastEvaluatedKey": {"k": ITEM["sub"]}}),
    "nothing": (200, {}),
    "sizes": (200, {"ItemCollectionMetrics": {"ItemCollectionKey": {"user_id": ITEM["sub"]}}}),
    "a refusal": (400, {"__type": "x#ConditionalCheckFailedException", "message": QUOTING, "Item": ITEM}),
    "nonsense": (400, {"__type": "x#ValidationException", "message": QUOTING}),
}
each_way = pytest.mark.parametrize("tracing", ["lean", "sdk"])
each_transport = pytest.mark.parametrize("transport", ["lean", "botocore"])


def served(program: str, plan: Plan, tracing: str, transport: str, **variables: str) -> list[Document]:
    daemon = Daemon()
    with aws(plan) as endpoint:
        run_in_lambda("serving", daemon, endpoint, program, TRACING=tracing, STORE_TRANSPORT=transport, **variables)
    found = flat(daemon.documents())
    daemon.close()
    return found


def canaries_in(found: list[Document]) -> list[str]:
    text = json.dumps(found, ensure_ascii=False).lower()
    return [name for name, value in {**CANARIES, "id": PATH_ID, "slug": SLUG}.items() if value.lower() in text]


@pytest.mark.parametrize("answer", ANSWERS)
@each_way
def test_no_request_leaves_anything_of_a_persons_in_its_trace(tracing: str, answer: str) -> None:
    found = served("requests", {"": ANSWERS[answer]}, tracing, "lean")
    requests = [each for each in found if each["namespace"] == "local"]
    assert [each["name"] for each in requests] == [
        endpoint.name for endpoint in ENDPOINTS for _ in range(len(BODIES) * 2 + len(GOOD))
    ]
    routes = {f"{endpoint.method} {endpoint.path}" for endpoint in ENDPOINTS}
    assert {each["annotations"]["route"] for each in requests} == routes
    operations = {each["aws"]["operation"] for each in found if each["namespace"] == "aws"}
    assert {"GetItem", "Query", "UpdateItem", "TransactWriteItems"} <= operations
    assert canaries_in(found) == []


@each_way
@each_transport
def test_no_event_leaves_anything_of_a_persons_in_its_trace(tracing: str, transport: str) -> None:
    found = served("events", {"": ANSWERS["a refusal"]}, tracing, transport)
    assert {(each["name"], each["parent_id"], each["aws"]["operation"]) for each in found} == {
        ("dynamodb", PARENT, "GetItem")
    }
    assert canaries_in(found) == []


@each_way
def test_calls_of_other_services_are_told_of_once_without_their_keys_and_texts(tracing: str) -> None:
    found = [plain(each) for each in served("services", {}, tracing, "lean")]
    assert [(each["name"], each["aws"]["operation"]) for each in found] == [
        ("s3", "PutObject"),
        ("s3", "GetObject"),
        ("s3", "DeleteObject"),
        ("s3", "ListObjectsV2"),
        ("sns", "Publish"),
        ("sqs", "SendMessage"),
        ("email", "SendEmail"),
        ("s3", "HeadObject"),
    ]
    assert canaries_in(found) == []
    assert {each["aws"].get("bucket_name") for each in found if each["name"] == "s3"} == {"bucket", None}


def test_calls_of_other_services_are_told_alike() -> None:
    by_emitter, by_sdk = (served("services", {}, tracing, "lean") for tracing in ("lean", "sdk"))
    assert [plain(each) for each in by_emitter[:-1]] == [plain(each) for each in by_sdk[:-1]]


@each_way
def test_a_dax_that_does_not_answer_is_told_of_beside_dynamodb_that_does(tracing: str) -> None:
    # given an address of DAX's where nobody is
    dax, dynamodb = served("dax", {}, tracing, "lean", DAX_ENDPOINT="dax://127.0.0.1:1")
    # then both calls are told of, by the same table
    assert (dax["name"], dynamodb["name"]) == ("dax", "dynamodb")
    assert dax["aws"]["table_name"] == dynamodb["aws"]["table_name"] == "mytodolist-test-posts"
    assert (dax["fault"], dax["cause"]["exceptions"][0]["type"]) == (True, "DaxTrouble")
    assert "fault" not in dynamodb
    assert canaries_in([dax, dynamodb]) == []
