"""The lean transport's connections: kept, shared, dropped, inherited and trusted as those of botocore's client."""

import os
import select
import signal
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from botocore import exceptions
from botocore.httpsession import create_urllib3_context
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.store.client import ApiCaller
from chalicelib.store.lean import LeanClient
from chalicelib.store.wire import MOST_IDLE
from tests.support.certificates import Authority
from tests.support.scripted_server import NOTHING, Connection, Script, Server, reset_in_the_body, running, says
from tests.support.transports import lean, stock

pytestmark = pytest.mark.enable_socket


def get(client: ApiCaller, name: str = "a") -> dict[str, Any]:
    return client._make_api_call("GetItem", {"TableName": "t", "Key": {"k": {"S": name}}})


def trouble(client: ApiCaller) -> type[Exception]:
    with pytest.raises(exceptions.BotoCoreError) as raised:
        get(client)
    return type(raised.value)


def ports(server: Server) -> list[int]:
    return [asked.port for asked in server.asked]


def echo(connection: Connection) -> tuple[int, bytes, dict[str, str]]:
    return 200, connection.asked.body, {}


def slowly(head: bytes) -> Script:
    def say(connection: Connection) -> None:
        connection.wfile.write(head)
        connection.wfile.flush()
        time.sleep(0.45)

    return say


# Being kept.


def test_one_connection_serves_one_call_after_the_other(server: Server, client: LeanClient) -> None:
    server.otherwise = NOTHING
    for _ in range(5):
        get(client)
    assert len(set(ports(server))) == 1


def test_a_connection_that_was_dropped_between_two_calls_is_replaced_without_an_attempt(
    server: Server, client: LeanClient
) -> None:
    # given a connection that the other side ends while this process is frozen
    server.otherwise = NOTHING
    get(client)
    server.drop_connections()
    select.select([client._wire._idle[0]._socket], [], [], 5)
    # when the process goes on, then its first call notices before it sends anything
    assert get(client)["ResponseMetadata"]["RetryAttempts"] == 0
    first, second = ports(server)
    assert first != second


def test_a_connection_that_ends_as_the_request_comes_costs_one_attempt(server: Server, client: LeanClient) -> None:
    server.answers = [NOTHING, None, NOTHING]
    get(client)
    assert get(client)["ResponseMetadata"]["RetryAttempts"] == 1
    assert len(set(ports(server))) == 2


def test_a_connection_is_not_kept_against_the_other_sides_will(server: Server, client: LeanClient) -> None:
    server.answers = [(200, b"{}", {"Connection": "close"}), NOTHING]
    get(client)
    assert client._wire._idle == deque()
    get(client)
    assert len(set(ports(server))) == 2


@pytest.mark.parametrize("rest", [b"}", b"HTTP/1.1 200 O", b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n"])
def test_an_answer_that_is_longer_than_it_said_is_none(server: Server, client: LeanClient, rest: bytes) -> None:
    server.answers = [(200, b"{}" + rest, {"Content-Length": "2"}), NOTHING]
    assert get(client)["ResponseMetadata"]["RetryAttempts"] == 1
    assert len(set(ports(server))) == 2


def test_no_answer_of_one_call_is_left_for_the_next(server: Server, client: LeanClient) -> None:
    # given an answer that comes when nobody waits for it any more
    late = (200, b'{"Item":{"k":{"S":"late"}}}', {})
    server.answers = [lambda _: time.sleep(0.5) or late]
    server.otherwise = echo
    assert get(client, "mine")["Key"] == {"k": {"S": "mine"}}
    time.sleep(0.4)
    assert get(client, "mine")["Key"] == {"k": {"S": "mine"}}


# Being shared.


def test_threads_that_share_a_client_each_hear_their_own_answer(server: Server) -> None:
    client, server.otherwise = lean(server.url, read_timeout=10), echo

    def ask(number: int) -> bool:
        return all(get(client, f"{number}-{nth}")["Key"]["k"]["S"] == f"{number}-{nth}" for nth in range(20))

    with ThreadPoolExecutor(16) as threads:
        assert all(threads.map(ask, range(16)))
    assert len(set(ports(server))) <= 16
    client.close()


def test_only_so_many_connections_stay(server: Server) -> None:
    # given more calls at once than connections may be idle
    everybody = threading.Barrier(MOST_IDLE + 5)

    def together(_: Connection) -> Any:
        everybody.wait(10)
        return NOTHING

    client, server.otherwise = lean(server.url, read_timeout=10), together
    with ThreadPoolExecutor(MOST_IDLE + 5) as threads:
        list(threads.map(lambda _: get(client), range(MOST_IDLE + 5)))
    assert len(set(ports(server))) == MOST_IDLE + 5
    assert len(client._wire._idle) == MOST_IDLE
    client.close()


@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_a_forked_child_leaves_its_parents_connection_alone(server: Server, client: LeanClient) -> None:
    # given a process with a connection
    server.otherwise = NOTHING
    get(client)
    # when its child calls too
    child = os.fork()
    if child == 0:
        try:
            get(client)
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    # then that goes over another, and the parent's is as good as before
    get(client)
    mine, childs, mine_again = ports(server)
    assert mine == mine_again != childs


@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_a_forked_child_does_not_wait_for_a_lock_that_a_parents_thread_held(server: Server, client: LeanClient) -> None:
    # given a process that forks while one of its threads counts a repetition
    server.answers = [None, NOTHING]
    with client._lock:
        child = os.fork()
        if child == 0:
            signal.alarm(10)
            failures = 1
            try:
                # when its child has to repeat a call
                get(client)
                failures = 0
            finally:
                os._exit(failures)
    # then nothing keeps it from that
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0


# Being in trouble.


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (None, exceptions.ConnectionClosedError),
        (reset_in_the_body, exceptions.ConnectionClosedError),
        (slowly(b""), exceptions.ReadTimeoutError),
        (slowly(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"), exceptions.ReadTimeoutError),
        (says(b"Good morning\r\n\r\n"), exceptions.ConnectionClosedError),
    ],
    ids=["closed", "reset in the body", "slow", "slow body", "no HTTP"],
)
def test_trouble_is_told_as_botocore_tells_it(server: Server, answer: Script | None, told: type[Exception]) -> None:
    server.otherwise = answer
    with closing(stock(server.url)) as client:
        assert trouble(client) is told
    assert issubclass(trouble(lean(server.url)), (told, exceptions.HTTPClientError))


def test_nobody_there_is_told_as_botocore_tells_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    with closing(stock(url)) as client:
        assert trouble(client) is trouble(lean(url)) is exceptions.EndpointConnectionError


def test_a_name_that_nobody_has_is_told_as_botocore_tells_it() -> None:
    url = "http://nobody.invalid"
    with closing(stock(url)) as client:
        assert trouble(client) is trouble(lean(url)) is exceptions.EndpointConnectionError


def test_a_connection_that_nobody_takes_is_given_up_in_time() -> None:
    # given a server whose queue is full
    with socket.create_server(("127.0.0.1", 0), backlog=0) as busy:
        address = busy.getsockname()
        queued = [socket.socket() for _ in range(4)]
        for each in queued:
            each.settimeout(0)
            each.connect_ex(address)
        url = f"http://127.0.0.1:{address[1]}"
        with closing(stock(url)) as client:
            assert trouble(client) is trouble(lean(url)) is exceptions.ConnectTimeoutError
        for each in queued:
            each.close()


@given(said=st.binary(max_size=40) | st.binary(max_size=40).map(lambda rest: b"HTTP/1.1 200 OK\r\n" + rest))
def test_whatever_is_said_is_an_answer_or_one_of_botocores_errors(server: Server, said: bytes) -> None:
    server.otherwise = says(said)
    client = lean(server.url)
    with suppress(exceptions.BotoCoreError, exceptions.ClientError):
        assert "ResponseMetadata" in get(client)
    client.close()


def test_a_change_of_protocols_is_no_answer(server: Server) -> None:
    server.otherwise = says(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: chat\r\nConnection: upgrade\r\n\r\nhello")
    assert trouble(lean(server.url)) is exceptions.HTTPClientError


# Being trusted.


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def another(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("another"))


@pytest.fixture
def trusting(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    return lambda bundle: monkeypatch.setenv("AWS_CA_BUNDLE", str(bundle))


def test_who_has_a_certificate_of_the_named_authority_is_trusted(
    authority: Authority, trusting: Callable[[Path], None]
) -> None:
    trusting(authority.bundle)
    with running(authority.context("127.0.0.1")) as server:
        server.otherwise = NOTHING
        client = lean(server.url)
        get(client)
        get(client)
        client.close()
        assert len(set(ports(server))) == 1


@pytest.mark.parametrize(
    "certificate",
    [("127.0.0.1", 1, "another"), ("127.0.0.2", 1, "authority"), ("127.0.0.1", -1, "authority")],
    ids=["an unknown authority", "another name", "expired"],
)
def test_who_is_not_whom_the_address_says_is_refused_as_botocore_refuses(
    authority: Authority,
    trusting: Callable[[Path], None],
    request: pytest.FixtureRequest,
    certificate: tuple[str, int, str],
) -> None:
    trusting(authority.bundle)
    name, days, by = certificate
    with running(request.getfixturevalue(by).context(name, days)) as server:
        server.otherwise = NOTHING
        with closing(stock(server.url)) as client:
            assert trouble(client) is exceptions.SSLError
        assert trouble(lean(server.url, attempts=3)) is exceptions.SSLError
        assert server.asked == []


def test_certificates_are_looked_at_as_botocore_looks_at_them(
    authority: Authority, trusting: Callable[[Path], None]
) -> None:
    trusting(authority.bundle)
    ours, theirs = lean("https://127.0.0.1")._wire._trusting(), create_urllib3_context()
    assert (ours.verify_mode, ours.verify_flags) == (theirs.verify_mode, theirs.verify_flags)
    assert ours.minimum_version == theirs.minimum_version
    # botocore has urllib3 look at names.
    assert ours.check_hostname


def test_a_file_of_authorities_that_is_not_there_is_told_as_botocore_tells_it(
    tmp_path: Path, authority: Authority, trusting: Callable[[Path], None]
) -> None:
    trusting(tmp_path / "nowhere.pem")
    with running(authority.context("127.0.0.1")) as server:
        with closing(stock(server.url)) as client:
            assert trouble(client) is trouble(lean(server.url)) is exceptions.SSLError
        assert server.asked == []


def test_without_a_named_authority_those_are_trusted_that_botocore_trusts(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    with running(authority.context("127.0.0.1")) as server:
        server.otherwise = NOTHING
        assert trouble(lean(server.url)) is exceptions.SSLError


def test_a_connection_over_tls_that_was_dropped_is_replaced_without_an_attempt(
    authority: Authority, trusting: Callable[[Path], None]
) -> None:
    trusting(authority.bundle)
    with running(authority.context("127.0.0.1")) as server:
        server.otherwise = NOTHING
        client = lean(server.url)
        get(client)
        server.drop_connections()
        select.select([client._wire._idle[0]._socket], [], [], 5)
        assert get(client)["ResponseMetadata"]["RetryAttempts"] == 0
        client.close()
