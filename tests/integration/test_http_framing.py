"""Requests whose ends are unclear, on each port of a running laptop: none of them is a second request's beginning."""

import socket

import pytest

from tests.support.laptop import Laptop

CREATE = "POST /contact HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
# A second request, as an attacker hides it in the first one's body.
HIDDEN = "GET /health?hidden HTTP/1.1\r\nHost: {host}\r\n\r\n"
SHORT = "a body shorter than its length"
UNCLEAR = {
    "two lengths": CREATE + "Content-Length: 2\r\nContent-Length: 60\r\n\r\n{{}}" + HIDDEN,
    "a list of lengths": CREATE + "Content-Length: 2, 60\r\n\r\n{{}}" + HIDDEN,
    "a length and chunks": CREATE + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a signed length": CREATE + "Content-Length: +2\r\n\r\n{{}}" + HIDDEN,
    "a negative length": CREATE + "Content-Length: -2\r\n\r\n{{}}" + HIDDEN,
    "an unknown encoding": CREATE + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a space before the colon": CREATE + "Content-Length : 2\r\n\r\n{{}}" + HIDDEN,
    "no host": "GET /health HTTP/1.1\r\n\r\n",
    "two hosts": "GET /health HTTP/1.1\r\nHost: {host}\r\nHost: evil.example\r\n\r\n",
    "another's host": "GET /health HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    SHORT: CREATE + "Content-Length: 9\r\n\r\n{{}}",
}


def port_of(laptop: Laptop, name: str) -> int:
    address = {"api": laptop.layout.api, "site": laptop.layout.site, "engine": laptop.layout.aws}[name]
    return int(address.rpartition(":")[2].partition("/")[0])


def answers(port: int, request: str, *, ends: bool = False) -> list[bytes]:
    """The status lines of all that comes back until the server closes the connection or nothing came for a second.

    With `ends` the server hears that no more is sent.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
        connection.sendall(request.format(host=f"127.0.0.1:{port}").encode())
        if ends:
            connection.shutdown(socket.SHUT_WR)
        received = b""
        try:
            while piece := connection.recv(65_536):
                received += piece
        except (TimeoutError, ConnectionResetError):
            pass
    return [line for line in received.split(b"\r\n") if line.startswith((b"HTTP/1.1 ", b"HTTP/1.0 "))]


@pytest.mark.parametrize("unclear", UNCLEAR)
@pytest.mark.parametrize("name", ["api", "site", "engine"])
def test_an_unclear_request_is_refused_and_hides_no_other(name: str, unclear: str, laptop: Laptop) -> None:
    lines = answers(port_of(laptop, name), UNCLEAR[unclear], ends=unclear == SHORT)
    # One answer at most, and it is a refusal (501 for an unknown encoding: RFC 9112, 6.1)
    assert len(lines) <= 1, lines
    assert all(line.split()[1].startswith(b"4") or line.split()[1] == b"501" for line in lines), lines


@pytest.mark.parametrize(("name", "path"), [("api", "/health"), ("site", "/"), ("engine", "/_local/health")])
def test_a_clear_request_is_answered(name: str, path: str, laptop: Laptop) -> None:
    lines = answers(port_of(laptop, name), f"GET {path} HTTP/1.1\r\nHost: {{host}}\r\nConnection: close\r\n\r\n")
    assert [line.split()[1] for line in lines] == [b"200"]
