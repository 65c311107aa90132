"""A process that answers like DynamoDB, by operation and table and at once, and takes X-Ray's datagrams.

It prints `ready PORT`; both are on that port of 127.0.0.1, by TCP and by UDP. `GET /seen` says what has come since it
was asked last: `{"requests": {operation: number}, "last": {operation: request}, "segments": [segment document, ...],
"billed": {"items" | "units" | "bytes": number}}`; the last only where what is stored is counted.
"""

import asyncio
import json
import re
import socket
import sys
import zlib
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from benchmarks.items import answers

_TARGET = re.compile(rb"x-amz-target: *DynamoDB_20120810\.(\w+)", re.IGNORECASE)
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_TABLE = re.compile(rb'"TableName": *"([^"]+)"')
# Takes an operation and a request's body, and gives the answer over the wire.
Answer = Callable[[str, bytes], bytes]
# Enough to look at, and little to keep.
_KEPT = 8
_LARGEST = 65_536
# Fewer come meanwhile than the system keeps.
_READ_EVERY_SECONDS = 0.01


def response(answer: object) -> bytes:
    """An answer over the wire, with DynamoDB's headers."""
    body = json.dumps(answer, separators=(",", ":")).encode()
    head = (
        "HTTP/1.1 200 OK\r\nServer: Server\r\nContent-Type: application/x-amz-json-1.0\r\n"
        f"Content-Length: {len(body)}\r\nConnection: keep-alive\r\n"
        f"x-amzn-RequestId: {'A' * 52}\r\nx-amz-crc32: {zlib.crc32(body)}\r\n\r\n"
    )
    return head.encode() + body


class Seen:
    """What has come."""

    def __init__(self) -> None:
        self.requests: Counter[str] = Counter()
        self.last: dict[str, bytes] = {}
        self.segments: list[bytes] = []
        self.billed: dict[str, float] = {}

    def told(self) -> bytes:
        """Say it, and begin anew."""
        said: dict[str, Any] = {
            "requests": dict(self.requests),
            "last": {operation: json.loads(body) for operation, body in self.last.items()},
            # A datagram is a header and a document, a line each.
            "segments": [json.loads(each.partition(b"\n")[2] or b"{}") for each in self.segments],
            "billed": dict(self.billed),
        }
        self.requests, self.last, self.segments, self.billed = Counter(), {}, [], {}
        return response(said)


class Daemon:
    """X-Ray's daemon, on a port of UDP; it reads what has come now and then.

    To wake it for each datagram would be charged to whoever sends, and its work would slow whoever shares its core.
    """

    def __init__(self, seen: Seen) -> None:
        self._seen = seen
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(0)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]

    def read(self) -> None:
        """Keep the first few of what has come."""
        with suppress(BlockingIOError):
            while True:
                data = self._socket.recv(_LARGEST)
                if len(self._seen.segments) < _KEPT:
                    self._seen.segments.append(data)

    async def read_on(self) -> None:
        """Read until ended."""
        while True:
            self.read()
            await asyncio.sleep(_READ_EVERY_SECONDS)


class Tables(asyncio.Protocol):
    """One connection."""

    def __init__(self, seen: Seen, daemon: Daemon, answer: Answer) -> None:
        self._seen, self._daemon, self._asked = seen, daemon, answer
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep where to answer."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - TCP
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each whole request."""
        self._buffer += data
        while b"\r\n\r\n" in self._buffer:
            head, _, rest = self._buffer.partition(b"\r\n\r\n")
            length = _LENGTH.search(head)
            needed = int(length.group(1)) if length else 0
            if len(rest) < needed:
                return
            self._buffer = rest[needed:]
            self._transport.write(self._answer(head, rest[:needed]))

    def _answer(self, head: bytes, body: bytes) -> bytes:
        target = _TARGET.search(head)
        if target is None:
            self._daemon.read()
            return self._seen.told()
        operation = target.group(1).decode()
        self._seen.requests[operation] += 1
        self._seen.last[operation] = body
        return self._asked(operation, body)


def canned() -> Answer:
    """The answers that are known beforehand, by operation and table."""
    said = {(operation, table.encode()): response(answer) for (operation, table), answer in answers().items()}

    def answer(operation: str, body: bytes) -> bytes:
        table = _TABLE.search(body)
        return said[operation, table.group(1) if table else b""]

    return answer


async def serve(seen: Seen, answer: Answer) -> None:
    """Serve until ended."""
    daemon = Daemon(seen)
    server = await asyncio.get_running_loop().create_server(
        lambda: Tables(seen, daemon, answer), "127.0.0.1", daemon.port
    )
    sys.stdout.write(f"ready {daemon.port}\n")
    sys.stdout.flush()
    await asyncio.gather(server.serve_forever(), daemon.read_on())


if __name__ == "__main__":
    asyncio.run(serve(Seen(), canned()))
