"""A process that answers like DynamoDB, by operation and at once, and takes X-Ray's datagrams.

It prints `ready PORT`; both are on that port of 127.0.0.1, by TCP and by UDP.
"""

import asyncio
import json
import re
import sys
import zlib

from benchmarks.items import answers

_TARGET = re.compile(rb"x-amz-target: *DynamoDB_20120810\.(\w+)", re.IGNORECASE)
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


def response(answer: object) -> bytes:
    """An answer over the wire, with DynamoDB's headers."""
    body = json.dumps(answer, separators=(",", ":")).encode()
    head = (
        "HTTP/1.1 200 OK\r\nServer: Server\r\nContent-Type: application/x-amz-json-1.0\r\n"
        f"Content-Length: {len(body)}\r\nConnection: keep-alive\r\n"
        f"x-amzn-RequestId: {'A' * 52}\r\nx-amz-crc32: {zlib.crc32(body)}\r\n\r\n"
    )
    return head.encode() + body


class Table(asyncio.Protocol):
    """One connection."""

    def __init__(self) -> None:
        self._said = {operation.encode(): response(answer) for operation, answer in answers().items()}
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
            length, target = _LENGTH.search(head), _TARGET.search(head)
            needed = int(length.group(1)) if length else 0
            if len(rest) < needed or target is None:
                return
            self._buffer = rest[needed:]
            self._transport.write(self._said[target.group(1)])


async def serve() -> None:
    """Serve until ended."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Table, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    await loop.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=("127.0.0.1", port))
    sys.stdout.write(f"ready {port}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
