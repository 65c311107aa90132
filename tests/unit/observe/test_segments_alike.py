"""What X-Ray is told is what the X-Ray SDK tells it, whoever does the telling, and whoever does the calling."""

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import product

import pytest

from tests.unit.observe.calling import CALLS, NAME, ROUTE
from tests.unit.observe.daemon import HEADER, PARENT, ROOT, TRACE, Daemon, Document, aws, flat, run_in_lambda

pytestmark = pytest.mark.enable_socket
PLAN: dict[str, tuple[int, Document] | None] = {
    "good": (200, {"Item": {"title": {"S": "canary-title"}}}),
    "counted": (200, {"Items": [], "Count": 0, "ConsumedCapacity": {"TableName": "counted", "CapacityUnits": 0.5}}),
    "refused": (400, {"__type": "com.amazonaws#ConditionalCheckFailedException", "message": "canary-message"}),
    "busy": (400, {"__type": "com.amazonaws#ProvisionedThroughputExceededException", "message": "canary-message"}),
    "busier": (429, {"__type": "com.amazonaws#ThrottlingException", "message": "canary-message"}),
    "broken": (500, {"__type": "com.amazonaws#InternalServerError", "message": "canary-message"}),
    "silent": None,
    "several": (200, {"Responses": {"several": []}, "UnprocessedKeys": {}}),
    "cancelled": (
        400,
        {
            "__type": "com.amazonaws#TransactionCanceledException",
            "message": "canary-message",
            "CancellationReasons": [{"Code": "ConditionalCheckFailed"}],
        },
    ),
}
WAYS = list(product(("lean", "sdk"), ("botocore", "lean")))
each_way = pytest.mark.parametrize("way", WAYS, ids="-over-".join)

Told = dict[tuple[str, str], list[Document]]


@pytest.fixture(scope="module")
def told() -> Told:
    """What every way sends, and what the SDK does as its documentation shows it."""

    def sent(endpoint: str, *arguments: str, **variables: str) -> list[Document]:
        with closing(Daemon()) as daemon:
            run_in_lambda("calling", daemon, endpoint, *arguments, **variables)
            return daemon.documents()

    # At once, since most of it is waiting before a call is repeated.
    with aws(PLAN) as endpoint, ThreadPoolExecutor() as pool:
        running = {
            (tracing, transport): pool.submit(sent, endpoint, TRACING=tracing, STORE_TRANSPORT=transport)
            for tracing, transport in WAYS
        }
        running["documentation", "botocore"] = pool.submit(sent, endpoint, "documentation")
        return {way: each.result() for way, each in running.items()}


def told_by_documentation(told: Told) -> list[Document]:
    """What the SDK sends by itself, without the messages of errors, and with the tables that it means."""
    found = [plain(each) for each in flat(told["documentation", "botocore"])]
    for each in found:
        if each.get("aws", {}).get("table_names") == "dict_keys(['several'])":
            each["aws"] = {**each["aws"], "table_names": ["several"]}
    return found


def plain(document: Document) -> Document:
    """A subsegment without what is another at each run, or is a person's."""
    left_out = {"id", "parent_id", "start_time", "end_time"}
    found = {name: value for name, value in document.items() if name not in left_out}
    if "cause" in found:
        found["cause"] = [{"type": each["type"], "remote": each["remote"]} for each in found["cause"]["exceptions"]]
    return found


def without_extras(document: Document) -> Document:
    """What the SDK does not say: how often a call was repeated, and that there was no answer or too little room."""
    extras = {"silent": {"fault", "cause"}, "busy": {"throttle"}}.get(document.get("aws", {}).get("table_name", ""), ())
    kept = {name: value for name, value in document.items() if name not in extras}
    if "aws" in kept:
        kept["aws"] = {name: value for name, value in kept["aws"].items() if name != "retries"}
    return kept


@each_way
def test_each_call_and_the_request_are_told_as_the_sdk_tells_them(told: Told, way: tuple[str, str]) -> None:
    found = [without_extras(plain(each)) for each in flat(told[way])]
    assert found == told_by_documentation(told)
    assert len(found) == len(CALLS) + 1


@each_way
def test_calls_belong_to_their_request_and_this_to_lambdas_segment(told: Told, way: tuple[str, str]) -> None:
    *calls, request = flat(told[way])
    assert (request["name"], request["annotations"], request["parent_id"]) == (NAME, {"route": ROUTE}, PARENT)
    assert {each["parent_id"] for each in calls} == {request["id"]}
    assert {each["trace_id"] for each in (*calls, request)} == {TRACE}
    ids = [each["id"] for each in (*calls, request)]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch("[0-9a-f]{16}", each) for each in ids)
    times = [each[when] for each in calls for when in ("start_time", "end_time")]
    assert [request["start_time"], *times, request["end_time"]] == sorted(
        [request["start_time"], *times, request["end_time"]]
    )
    assert abs(request["end_time"] - time.time()) < 3600


@each_way
def test_errors_are_told_by_their_names_and_places_alone(told: Told, way: tuple[str, str]) -> None:
    causes = {each["aws"].get("table_name"): each["cause"] for each in flat(told[way]) if "cause" in each}
    for cause in causes.values():
        (thrown,) = cause["exceptions"]
        assert {"type", "remote", "id", "stack"} == set(thrown)
        assert cause["working_directory"] == str(ROOT)
        assert {frozenset(place) for place in thrown["stack"]} == {frozenset({"path", "line", "label"})}
        assert "call_all" in [place["label"] for place in thrown["stack"]]
        paths = [place["path"] for place in thrown["stack"]]
        assert paths[-1] not in ("calling.py", "stock.py")
        assert "emitter.py" not in paths
        assert len(thrown["stack"]) <= 10
    if way != ("sdk", "botocore"):
        # Of botocore's own calls the SDK does not say that nobody answered.
        assert causes["silent"]["exceptions"][0]["type"] == "ConnectionClosedError"


def test_the_emitter_says_more_than_the_sdk_where_it_matters(told: Told) -> None:
    for transport in ("botocore", "lean"):
        by_table = {each["aws"].get("table_name"): each for each in flat(told["lean", transport])[:-1]}
        assert by_table["busy"]["throttle"] is by_table["busier"]["throttle"] is True
        assert by_table["silent"]["fault"] is True
        assert {name for name, each in by_table.items() if "retries" in each["aws"]} == {"busy", "busier", "broken"}


def test_the_emitter_sends_one_datagram_a_request_and_the_sdk_one_a_subsegment(told: Told) -> None:
    assert {way: len(documents) for way, documents in told.items()} == {
        ("documentation", "botocore"): len(CALLS) + 1,
        **{way: 1 if way[0] == "lean" else len(CALLS) + 1 for way in WAYS},
    }


def test_no_value_of_a_row_is_told(told: Told) -> None:
    assert [way for way, documents in told.items() if "canary" in json.dumps(documents)] == [
        # The proof of the proof: by itself the SDK tells it.
        ("documentation", "botocore")
    ]


@each_way
def test_each_invocation_is_told_to_its_own_trace_and_only_if_it_is_sampled(way: tuple[str, str]) -> None:
    # given invocations one after the other, as Lambda names them
    traces = [f"1-5759e988-{number:024x}" for number in range(6)]
    invocations = [f"Root={each};Parent={PARENT};Sampled=1" for each in traces]
    invocations[3] = f"Sampled=1;Parent={PARENT};Root={traces[3]}"
    # Where a trace goes before them the SDK takes those without one for a part of it; Lambda names one each time.
    without = ["", "Sampled=1;nonsense", f"{TRACE};Sampled=1"]
    unwanted = [HEADER.replace("Sampled=1", "Sampled=0"), f"Root={TRACE}", f"Root={TRACE};Sampled=1"]
    headers = [*without, invocations[0], *unwanted, *invocations[1:], *(without if way[0] == "lean" else [])]
    # when each of them calls
    daemon = Daemon()
    with aws({name: (200, {}) for name in PLAN}) as endpoint:
        run_in_lambda("calling", daemon, endpoint, *headers, TRACING=way[0], STORE_TRANSPORT=way[1])
    # then those that are sampled are told of, whole
    found = [(each["trace_id"], each["name"]) for each in flat(daemon.documents())]
    assert found == [(trace, name) for trace in traces for name in ["dynamodb"] * len(CALLS) + [NAME]]
    daemon.close()


@pytest.mark.parametrize("tracing", ["lean", "off", ""])
def test_the_sdk_is_imported_where_it_is_chosen_and_nowhere_else(tracing: str) -> None:
    daemon = Daemon()
    with aws({name: (200, {}) for name in PLAN}) as endpoint:
        assert "SDK imported: False" in run_in_lambda("calling", daemon, endpoint, TRACING=tracing)
        assert "SDK imported: True" in run_in_lambda("calling", daemon, endpoint, TRACING="sdk")
    daemon.close()


def test_outside_lambda_nobody_is_told() -> None:
    daemon = Daemon()
    with aws({name: (200, {}) for name in PLAN}) as endpoint:
        assert "SDK imported: False" in run_in_lambda("calling", daemon, endpoint, TRACING="sdk", LAMBDA_TASK_ROOT="")
    assert daemon.datagrams() == []
    daemon.close()
