"""Native libraries without what only debuggers read.

Wheels come with it as often as not. It is emptied in its place instead of cut out: nothing that is loaded moves, and
zeros take no room in a zip.
https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.sheader.html
"""

import struct
from collections.abc import Iterator
from pathlib import Path

_ELF_64_LITTLE = b"\x7fELF\x02\x01"
_ALLOCATED = 0x2
_NO_BITS = 8
_FOR_DEBUGGERS = (b".debug_", b".symtab", b".strtab")
# A section's header: name, type, flags, address, offset, size; what follows says nothing here.
_HEADER = struct.Struct("<IIQQQQ")


def empty_debugging(root: Path) -> None:
    """Empty what only debuggers read in every library in `root`."""
    for path in root.rglob("*.so*"):
        content = bytearray(path.read_bytes())
        for start, size in list(_sections(content)):
            content[start : start + size] = bytes(size)
        path.write_bytes(content)


def _sections(content: bytes | bytearray) -> Iterator[tuple[int, int]]:
    """Where each section is that is not loaded and named as debuggers know it: offset and size."""
    if not content.startswith(_ELF_64_LITTLE):
        return
    (table,) = struct.unpack_from("<Q", content, 0x28)
    each, count, names = struct.unpack_from("<HHH", content, 0x3A)
    headers = [_HEADER.unpack_from(content, table + number * each) for number in range(count)]
    if not headers:
        return
    *_, offset, size = headers[names]
    texts = bytes(content[offset : offset + size])
    for name, kind, flags, _, start, length in headers:
        if kind != _NO_BITS and not flags & _ALLOCATED and texts[name:].startswith(_FOR_DEBUGGERS):
            yield start, length
