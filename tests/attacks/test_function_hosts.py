"""Functions of the working tree run for the engine, and for no page or program without the installation's secret."""

import json
import os
import threading
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from http.server import ThreadingHTTPServer

import pytest

from infra.local.engine.function_host import SECRET_HEADER, Invocation, host_secret, invoke
from infra.local.functions import host, worker

SECRET_KEY = "k" * 40
CALL = {"event": {"Records": []}, "request_id": "1", "function_arn": "arn", "deadline_ms": 0, "memory_mb": 128}
PATH = "/functions/mytodolist-local-record-mail-event/invocations"
# What a page of any site can send without a preflight, and what a rebound name sends.
OF_PAGES = (
    {"Content-Type": "text/plain", "Origin": "https://evil.example"},
    {"Content-Type": "application/json", "Host": "evil.example"},
    {"Content-Type": "application/x-www-form-urlencoded"},
    {SECRET_HEADER: ""},
    {SECRET_HEADER: "0" * 64},
    {SECRET_HEADER: host_secret("another installation's")},
)


class OneWorker(host.Workers):
    """A host's worker that is there already."""

    def __init__(self, port: int) -> None:
        self._port = port

    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    return []


@pytest.fixture
def worker_port(runs: list[object]) -> Iterator[int]:
    def handler(event: object, context: object) -> str:
        runs.append(event)
        return "ran"

    with _Listening(worker.serve({"record-mail-event": handler})) as port:
        yield port


@pytest.fixture
def host_port(worker_port: int) -> Iterator[int]:
    with _Listening(host.serve(OneWorker(worker_port), 0)) as port:
        yield port


class _Listening:
    """A server in a thread of its own."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> int:
        self._thread.start()
        return int(self._server.server_address[1])

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def send(port: int, method: str, headers: dict[str, str]) -> tuple[int, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request(method, PATH, json.dumps(CALL) if method == "POST" else None, headers)
        response: HTTPResponse = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


@pytest.mark.parametrize("headers", OF_PAGES)
@pytest.mark.parametrize("listener", ["host_port", "worker_port"])
def test_without_the_secret_no_function_runs(
    listener: str, headers: dict[str, str], runs: list[object], request: pytest.FixtureRequest
) -> None:
    # Given a function host, and its worker
    port: int = request.getfixturevalue(listener)
    # When something without the secret asks for a function, or whether it can be called
    answers = [send(port, method, headers) for method in ("POST", "GET")]
    # Then it is refused, and nothing has run
    assert [status for status, _ in answers] == [403, 403]
    assert runs == []


def test_with_the_secret_the_function_runs(host_port: int, runs: list[object]) -> None:
    # Given what the engine sends
    invocation = Invocation("mytodolist-local-record-mail-event", "arn", CALL["event"], "1", 5.0, 128)
    # When it knows the secret
    outcome = invoke(f"http://127.0.0.1:{host_port}", invocation, host_secret(os.environ["AWS_SECRET_ACCESS_KEY"]))
    # Then the function has run
    assert outcome.result == "ran"
    assert runs == [CALL["event"]]
