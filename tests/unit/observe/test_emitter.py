"""The emitter: one datagram a request where it fits, and never a request that suffers from it."""

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.observe.emitter import LARGEST_BYTES, Emitter, udp_address
from chalicelib.observe.traces import Silence, choose
from chalicelib.settings import SettingsError, settings
from tests.support.seam import Scripted, refusal
from tests.unit.observe.daemon import HEADER, PARENT, Daemon, Document, document, flat

pytestmark = pytest.mark.enable_socket
DONE: Document = {"ResponseMetadata": {"HTTPStatusCode": 200, "RequestId": "R" * 52}}


@pytest.fixture
def daemon(monkeypatch: pytest.MonkeyPatch) -> Iterator[Daemon]:
    running = Daemon()
    monkeypatch.setenv("AWS_XRAY_DAEMON_ADDRESS", running.address)
    monkeypatch.setenv("_X_AMZN_TRACE_ID", HEADER)
    yield running
    running.close()


@pytest.fixture
def emitter(daemon: Daemon) -> Iterator[Emitter]:
    made = Emitter("eu-north-1")
    yield made
    close(made)


def close(emitter: Emitter) -> None:
    """Lambda's functions keep their socket for life."""
    if emitter._socket is not None:
        emitter._socket.close()


def watched(emitter: Emitter, *answers: Document | Exception) -> Any:
    client = Scripted(*answers)
    emitter.watch(client, "dynamodb", "_make_api_call")
    return client


def test_a_request_without_calls_is_told_of_too(emitter: Emitter, daemon: Daemon) -> None:
    emitter.begin("list_posts", "GET /posts")
    emitter.end(404)
    (told,) = daemon.documents()
    assert (told["name"], told["http"], told["error"]) == ("list_posts", {"response": {"status": 404}}, True)
    assert "fault" not in told


@pytest.mark.parametrize(
    ("status", "flags"),
    [(200, set()), (409, {"error"}), (429, {"error", "throttle"}), (500, {"fault"}), (503, {"fault"})],
)
def test_a_status_tells_whose_fault_it_is(emitter: Emitter, daemon: Daemon, status: int, flags: set[str]) -> None:
    emitter.begin("list_posts", "GET /posts")
    emitter.end(status)
    (told,) = daemon.documents()
    assert {name for name in ("error", "throttle", "fault") if told.get(name)} == flags


def test_a_call_outside_of_requests_is_told_of_at_once(emitter: Emitter, daemon: Daemon) -> None:
    watched(emitter, DONE)._make_api_call("GetItem", {"TableName": "todos"})
    (told,) = daemon.documents()
    assert (told["name"], told["parent_id"], told["aws"]["region"]) == ("dynamodb", PARENT, "eu-north-1")


def test_a_request_that_never_ended_is_no_part_of_the_next(emitter: Emitter, daemon: Daemon) -> None:
    client = watched(emitter, DONE)
    emitter.begin("get_todo", "GET /todos/{todo_id}")
    client._make_api_call("GetItem", {"TableName": "todos"})
    emitter.begin("get_post", "GET /posts/{slug}")
    emitter.end(200)
    assert [each["name"] for each in flat(daemon.documents())] == ["get_post"]
    emitter.end(200)
    assert daemon.datagrams() == []


def test_a_caller_gets_the_answer_and_the_error_that_there_was(emitter: Emitter, daemon: Daemon) -> None:
    error = refusal("ValidationException")
    client = watched(emitter, DONE, error)
    assert client._make_api_call("GetItem", {"TableName": "todos"}) == DONE
    with pytest.raises(type(error)) as raised:
        client._make_api_call("GetItem", {"TableName": "todos"})
    assert raised.value is error


def test_what_does_not_fit_into_a_datagram_goes_in_several(emitter: Emitter, daemon: Daemon) -> None:
    client = watched(emitter, DONE)
    emitter.begin("list_todos", "GET /todos")
    for number in range(300):
        client._make_api_call("Query", {"TableName": f"table-{number}"})
    emitter.end(200)
    datagrams = daemon.datagrams()
    assert len(datagrams) == 301
    assert max(map(len, datagrams)) <= LARGEST_BYTES
    *calls, request = map(document, datagrams)
    assert [each["aws"]["table_name"] for each in calls] == [f"table-{number}" for number in range(300)]
    assert {each["parent_id"] for each in calls} == {request["id"]}


def test_the_largest_datagram_that_there_can_be_is_still_one(emitter: Emitter, daemon: Daemon) -> None:
    client = watched(emitter, DONE)

    def datagrams(length: int) -> list[bytes]:
        emitter.begin("list_todos", "GET /todos")
        client._make_api_call("GetItem", {"TableName": "t" * length})
        emitter.end(200)
        return daemon.datagrams()

    # A time has as many digits as it needs, so the lengths are those of each request.
    lengths = [length for length in range(64_600, 65_000, 3) if len(datagrams(length)) == 1]
    assert max(lengths) > 64_600
    assert LARGEST_BYTES - len(datagrams(max(lengths) - 20)[0]) < 60


def test_what_no_datagram_can_hold_is_lost_and_the_request_is_not(emitter: Emitter, daemon: Daemon) -> None:
    client = watched(emitter, DONE)
    emitter.begin("list_todos", "GET /todos")
    client._make_api_call("GetItem", {"TableName": "t" * 70_000})
    emitter.end(200)
    assert [each["name"] for each in daemon.documents()] == ["list_todos"]


def test_a_daemon_that_is_not_there_costs_nothing(daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> None:
    daemon.close()
    for address in (daemon.address, "192.0.2.1:2000"):
        monkeypatch.setenv("AWS_XRAY_DAEMON_ADDRESS", address)
        emitter = Emitter("eu-north-1")
        client = watched(emitter, DONE)
        started = time.monotonic()
        for _ in range(200):
            emitter.begin("get_todo", "GET /todos/{todo_id}")
            assert client._make_api_call("GetItem", {"TableName": "todos"}) == DONE
            emitter.end(200)
        close(emitter)
        # Nobody waits for it: a single second of waiting a request would be minutes.
        assert time.monotonic() - started < 20


def test_a_daemon_that_comes_later_is_told_of_the_next_request(emitter: Emitter, daemon: Daemon) -> None:
    # given a daemon that was away, so that the kernel says so of the first datagram at the second
    daemon.close()
    for name in ("lost", "found"):
        if name == "found":
            daemon = Daemon(daemon.address)
        emitter.begin(name, "GET /")
        emitter.end(200)
    assert [each["name"] for each in daemon.documents()] == ["found"]
    daemon.close()


def test_it_has_no_socket_before_there_is_something_to_tell(emitter: Emitter) -> None:
    # What is snapshotted or forked before that shares none.
    client = watched(emitter, DONE)
    assert emitter._socket is None
    client._make_api_call("GetItem", {"TableName": "todos"})
    assert isinstance(emitter._socket, socket.socket)


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("169.254.79.129:2000", ("169.254.79.129", 2000)),
        ("tcp:127.0.0.1:2001 udp:127.0.0.2:2000", ("127.0.0.2", 2000)),
        ("udp:127.0.0.2:2000 tcp:127.0.0.1:2001", ("127.0.0.2", 2000)),
    ],
)
def test_the_daemons_address_has_two_forms(given: str, address: tuple[str, int]) -> None:
    assert udp_address(given) == address


@pytest.mark.parametrize("given", ["", "here", "127.0.0.1:", ":2000", "tcp:127.0.0.1:1 tcp:127.0.0.1:2", "h:port"])
def test_any_other_address_is_refused_in_words(given: str) -> None:
    with pytest.raises(SettingsError, match=r"AWS_XRAY_DAEMON_ADDRESS is host:port or"):
        udp_address(given)


@pytest.mark.parametrize("tracing", ["", "off"])
def test_nobody_tells_where_the_setting_is_off(tracing: str) -> None:
    assert isinstance(choose(replace(settings(), tracing=tracing), in_lambda=True), Silence)


def test_nobody_tells_outside_of_lambda() -> None:
    assert isinstance(choose(replace(settings(), tracing="lean"), in_lambda=False), Silence)
    assert isinstance(choose(replace(settings(), tracing="lean"), in_lambda=True), Emitter)


@pytest.mark.parametrize("in_lambda", [True, False])
def test_a_way_that_there_is_not_is_refused_in_words(*, in_lambda: bool) -> None:
    with pytest.raises(SettingsError, match="TRACING is lean, sdk or off, not 'loud'"):
        choose(replace(settings(), tracing="loud"), in_lambda=in_lambda)
