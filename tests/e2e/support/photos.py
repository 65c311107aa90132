"""Photos to choose."""

import random
import struct
import zlib

from playwright.sync_api import FilePayload


def png(side: int = 8, name: str = "dial.png", *, noise: bool = False) -> FilePayload:
    """A small picture; with noise it does not compress."""
    source = random.Random(1)  # noqa: S311 - a picture, not a secret
    rows = b"".join(b"\0" + (source.randbytes(side * 3) if noise else b"\x0b\x6a\x50" * side) for _ in range(side))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return {"name": name, "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n" + body}
