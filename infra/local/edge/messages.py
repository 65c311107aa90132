"""Requests and responses on their way through the edge. Header names are in lower case."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Self

Pair = tuple[str, str]
# RFC 9110 7.6.1: they belong to one connection.
_HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
)


@dataclass(frozen=True, slots=True)
class Message:
    """What requests and responses have in common."""

    headers: Sequence[Pair]

    def header(self, name: str) -> str:
        """Return a header's values, joined by commas; empty where there is none."""
        return ", ".join(value for each, value in self.headers if each == name)

    def with_header(self, name: str, value: str) -> Self:
        """Return the message with this header alone under its name."""
        return self.without(name).adding((name, value))

    def adding(self, *pairs: Pair) -> Self:
        """Return the message with more headers."""
        return replace(self, headers=[*self.headers, *pairs])

    def without(self, *names: str) -> Self:
        """Return the message without these headers."""
        return replace(self, headers=[pair for pair in self.headers if pair[0] not in names])


@dataclass(frozen=True, slots=True)
class Request(Message):
    """A request; `path` and `query` are percent-encoded as they were sent, the query without its question mark."""

    method: str
    path: str
    query: str = ""
    body: bytes = b""
    address: str = "127.0.0.1"

    @property
    def target(self) -> str:
        """The path with its query."""
        return f"{self.path}?{self.query}" if self.query else self.path


@dataclass(frozen=True, slots=True)
class Response(Message):
    """A response with its whole body."""

    status: int
    body: bytes = b""


def end_to_end(headers: Iterable[tuple[str | bytes, str | bytes]]) -> list[Pair]:
    """Return headers with names in lower case, without those of one connection and the body's length."""
    texts = [(_text(name).lower(), _text(value)) for name, value in headers]
    named = {name.strip().lower() for each, value in texts if each == "connection" for name in value.split(",")}
    dropped = _HOP_BY_HOP | named | {"content-length", "date", "server"}
    return [(name, value) for name, value in texts if name not in dropped]


def plain(status: int, text: str, *headers: Pair) -> Response:
    """Return a response of the edge itself."""
    return Response([("content-type", "text/plain; charset=utf-8"), *headers], status, f"{text}\n".encode())


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")
