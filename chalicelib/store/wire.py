"""HTTP/1.1 posts to one address over connections that are kept; every trouble is one of botocore's exceptions.

A request goes out in one write and httptools reads the answer: a third of what urllib3 takes (docs/performance.md).
What DynamoDB never does is an error here: redirects, answers whose length is not told, proxies.
"""

import os
import select
import socket
import ssl
from collections import deque
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlsplit

from botocore import exceptions
from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

MOST_IDLE = 50
_CHUNK_BYTES = 65536


class Answer(NamedTuple):
    """Status, headers by names in small letters, and body."""

    status: int
    headers: dict[str, str]
    content: bytes


class Wire:
    """Connections to one address, for any number of threads; `bundle` names the file of trusted authorities."""

    def __init__(self, url: str, connect_timeout: float, read_timeout: float, bundle: Callable[[], str]) -> None:
        parts = urlsplit(url)
        self._url, self._host = url, parts.hostname or ""
        self._is_secure = parts.scheme == "https"
        self._port = parts.port or (443 if self._is_secure else 80)
        self._head = f"POST {parts.path or '/'} HTTP/1.1\r\n"
        self._connect_timeout, self._read_timeout = connect_timeout, read_timeout
        self._bundle = bundle
        self._context: ssl.SSLContext | None = None
        self._idle: deque[_Connection] = deque()
        # A child must not speak on its parent's connections.
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forget)

    def post(self, headers: dict[str, str], body: bytes) -> Answer:
        """Send a request and wait for its answer.

        Raises:
            SSLError: the other side is not whom its address says.
            EndpointConnectionError: nobody is there.
            ConnectTimeoutError: nobody took the connection in time.
            ReadTimeoutError: for too long nothing came.
            ConnectionClosedError: the connection ended before the answer did.
            HTTPClientError: what came is not HTTP.
        """
        lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
        request = f"{self._head}{lines}content-length: {len(body)}\r\n\r\n".encode() + body
        connection = self._connection()
        try:
            answer, may_stay = connection.exchange(request)
        except BaseException as error:
            connection.close()
            told = self._told(error)
            if told is None:
                raise
            raise told from error
        if may_stay and len(self._idle) < MOST_IDLE:
            self._idle.append(connection)
        else:
            connection.close()
        return answer

    def close(self) -> None:
        """End what is idle."""
        while self._idle:
            self._idle.pop().close()

    def _connection(self) -> "_Connection":
        while True:
            try:
                kept = self._idle.pop()
            except IndexError:
                return self._connected()
            if not kept.was_dropped():
                return kept
            kept.close()

    def _connected(self) -> "_Connection":
        try:
            # As bytes it needs no table of international names.
            address = (self._host.encode(), self._port)
            plain = socket.create_connection(address, self._connect_timeout)  # type: ignore[arg-type]
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            made = self._secured(plain) if self._is_secure else plain
        except ssl.SSLError as error:
            raise exceptions.SSLError(endpoint_url=self._url, error=error) from error
        except TimeoutError as error:
            raise exceptions.ConnectTimeoutError(endpoint_url=self._url, error=error) from error
        except OSError as error:
            raise exceptions.EndpointConnectionError(endpoint_url=self._url, error=error) from error
        made.settimeout(self._read_timeout)
        return _Connection(made)

    def _secured(self, plain: socket.socket) -> socket.socket:
        try:
            # Two threads at worst read the authorities twice.
            self._context = self._context or self._trusting()
            return self._context.wrap_socket(plain, server_hostname=self._host)
        except BaseException:
            plain.close()
            raise

    def _trusting(self) -> ssl.SSLContext:
        # Names and certificates are checked as by botocore: not stricter, as newer Pythons' default context is.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            context.load_verify_locations(self._bundle())
        except OSError as error:
            raise ssl.SSLError(f"no authorities can be read: {error}") from error
        return context

    def _told(self, error: BaseException) -> Exception | None:
        if isinstance(error, TimeoutError):
            return exceptions.ReadTimeoutError(endpoint_url=self._url, error=error)
        if isinstance(error, OSError | EOFError):
            return exceptions.ConnectionClosedError(endpoint_url=self._url, error=error)
        is_no_answer = isinstance(error, HttpParserError | HttpParserUpgrade)
        return exceptions.HTTPClientError(error=error) if is_no_answer else None

    def _forget(self) -> None:
        self._idle = deque()


class _Connection:
    def __init__(self, made: socket.socket) -> None:
        self._socket = made
        self._poll = None
        if hasattr(select, "poll"):
            self._poll = select.poll()
            self._poll.register(made, select.POLLIN)

    def exchange(self, request: bytes) -> tuple[Answer, bool]:
        """The answer, and whether another may be asked for on this connection."""
        said = _Said()
        said.parser = parser = HttpResponseParser(said)
        self._socket.sendall(request)
        while not said.is_complete:
            received = self._socket.recv(_CHUNK_BYTES)
            if not received:
                raise EOFError
            parser.feed_data(received)
        # Neither waits for the garbage collector.
        said.parser = None
        return Answer(parser.get_status_code(), said.headers, b"".join(said.parts)), said.may_stay

    def was_dropped(self) -> bool:
        """Whether anything came while nothing was asked: most often the other side's farewell."""
        if self._poll is not None:
            return bool(self._poll.poll(0))
        return bool(select.select([self._socket], [], [], 0)[0])

    def close(self) -> None:
        self._socket.close()


class _Said:
    """What httptools has read so far."""

    def __init__(self) -> None:
        self.headers: dict[str, str] = {}
        self.parts: list[bytes] = []
        self.parser: HttpResponseParser | None = None
        self.is_complete = self.may_stay = False

    def on_message_begin(self) -> None:
        if self.is_complete:
            raise ValueError("two answers to one request")

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, part: bytes) -> None:
        self.parts.append(part)

    def on_message_complete(self) -> None:
        self.is_complete = True
        # Afterwards the parser no longer knows.
        self.may_stay = self.parser is not None and self.parser.should_keep_alive()
