"""An HTTP server of a test's own on 127.0.0.1, which answers what it is told, one after the other."""

import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# Status, body, and headers beside those that every answer has.
Answer = tuple[int, bytes, dict[str, str]]
# What writes an answer by itself, or finds one out.
Script = Callable[["Connection"], Answer | None]
NOTHING: Answer = (200, b"{}", {})


@dataclass(frozen=True)
class Asked:
    """A request: the port it came from, its headers and its body."""

    port: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Server(ThreadingHTTPServer):
    """Answers `answers` and then `otherwise`; None ends the connection without a word."""

    request_queue_size = 100
    daemon_threads = True

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Connection)
        self.answers: list[Answer | Script | None] = []
        self.otherwise: Answer | Script | None = None
        self.asked: list[Asked] = []
        self._open: list[socket.socket] = []
        self._tls = tls

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.server_port}"

    def drop_connections(self) -> None:
        """End every connection, as servers do with those that are idle for long."""
        while self._open:
            hang_up(self._open.pop())

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self._tls is None:
            self._open.append(request)
            super().finish_request(request, client_address)
            return
        with self._tls.wrap_socket(request, server_side=True) as secured:
            self._open.append(secured)
            super().finish_request(secured, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away, or do not trust us, are what tests are about."""


class Connection(BaseHTTPRequestHandler):
    """One connection of a client's."""

    protocol_version = "HTTP/1.1"
    # A body must not wait until its head is acknowledged.
    disable_nagle_algorithm = True
    # Head and body in one packet: each for itself would wait for the other side.
    wbufsize = -1
    server: Server
    asked: Asked

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.asked = Asked(self.client_address[1], headers, body)
        self.server.asked.append(self.asked)
        answer = self.server.answers.pop(0) if self.server.answers else self.server.otherwise
        said = answer(self) if callable(answer) else answer
        if said is None:
            self.close_connection = True
            return
        status, content, more = said
        self.send_response_only(status)
        for name, value in {"Content-Length": str(len(content)), **more}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Tests say what they saw."""


def reset_in_the_body(connection: Connection) -> None:
    """Begin an answer and let the network break."""
    connection.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    connection.wfile.flush()
    # Without lingering, closing resets.
    connection.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.connection.close()


def says(said: bytes) -> Script:
    """Say just that, and end the connection."""

    def say(connection: Connection) -> None:
        connection.wfile.write(said)

    return say


def hang_up(connection: socket.socket) -> None:
    """End a connection from whichever thread."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        connection.close()


@contextmanager
def running(tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A server that answers until the end of the block."""
    with Server(tls) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.drop_connections()
            server.shutdown()
            thread.join()
