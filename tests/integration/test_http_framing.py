"""Requests whose ends are unclear, on each port of a running laptop: none of them is a second request's beginning."""

import socket

import pytest

from tests.support.laptop import Laptop

# What is answered by 200 with any body, so that a body of which the end was guessed shows.
READ = "GET {path} HTTP/1.1\r\nHost: {host}\r\n"
# A second request, as an attacker hides it in the first one's body.
HIDDEN = "GET {path}?hidden HTTP/1.1\r\nHost: {host}\r\n\r\n"
SHORT = "a body shorter than its length"
UNCLEAR = {
    "two lengths": READ + "Content-Length: 2\r\nContent-Length: 60\r\n\r\n{{}}" + HIDDEN,
    "a list of lengths": READ + "Content-Length: 2, 60\r\n\r\n{{}}" + HIDDEN,
    "a length and chunks": READ + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a signed length": READ + "Content-Length: +2\r\n\r\n{{}}" + HIDDEN,
    "a negative length": READ + "Content-Length: -2\r\n\r\n{{}}" + HIDDEN,
    "an unknown encoding": READ + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a space before the colon": READ + "Content-Length : 2\r\n\r\n{{}}" + HIDDEN,
    "no host": "GET {path} HTTP/1.1\r\n\r\n",
    "two hosts": "GET {path} HTTP/1.1\r\nHost: {host}\r\nHost: evil.example\r\n\r\n",
    "another's host": "GET {path} HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    SHORT: READ + "Content-Length: 9\r\n\r\n{{}}",
}


PATHS = {"api": "/health", "site": "/", "engine": "/_local/health"}


def port_of(laptop: Laptop, name: str) -> int:
    address = {"api": laptop.layout.api, "site": laptop.layout.site, "engine": laptop.layout.aws}[name]
    return int(address.rpartition(":")[2].partition("/")[0])


def answers(port: int, path: str, request: str, *, ends: bool = False) -> list[bytes]:
    """The status lines of all that comes back until the server closes the connection or nothing came for a second.

    With `ends` the server hears that no more is sent.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
        connection.sendall(request.format(host=f"127.0.0.1:{port}", path=path).encode())
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
@pytest.mark.parametrize("name", PATHS)
def test_an_unclear_request_is_refused_and_hides_no_other(name: str, unclear: str, laptop: Laptop) -> None:
    lines = answers(port_of(laptop, name), PATHS[name], UNCLEAR[unclear], ends=unclear == SHORT)
    # One answer at most, and it is a refusal (501 for an unknown encoding: RFC 9112, 6.1)
    assert len(lines) <= 1, lines
    if (name, unclear) == ("engine", SHORT):
        return  # Its health is answered without the body.
    assert all(line.split()[1].startswith(b"4") or line.split()[1] == b"501" for line in lines), lines


@pytest.mark.parametrize("name", PATHS)
def test_a_clear_request_is_answered(name: str, laptop: Laptop) -> None:
    lines = answers(port_of(laptop, name), PATHS[name], READ + "Connection: close\r\n\r\n")
    assert [line.split()[1] for line in lines] == [b"200"]
