"""Libraries lose what only debuggers read, and keep every byte that is loaded where it was."""

import struct
from pathlib import Path

from infra.deploy.native import empty_debugging

PROGRAM, NO_BITS, ALLOCATED = 1, 8, 0x2


def library(*sections: tuple[str, int, int, bytes]) -> bytes:
    """A 64-bit ELF file of sections: name, type, flags, content."""
    names = b"\0" + b"".join(f"{name}\0".encode() for name, *_ in sections) + b".shstrtab\0"
    body, headers, at = bytearray(64), [bytes(64)], 64
    for name, kind, flags, content in (*sections, (".shstrtab", 3, 0, names)):
        place = names.index(f"{name}\0".encode())
        headers.append(struct.pack("<IIQQQQIIQQ", place, kind, flags, 0, at, len(content), 0, 0, 0, 0))
        body += content
        at += len(content)
    body[:16] = b"\x7fELF\x02\x01".ljust(16, b"\0")
    struct.pack_into("<Q", body, 0x28, at)
    struct.pack_into("<HHH", body, 0x3A, 64, len(headers), len(headers) - 1)
    return bytes(body) + b"".join(headers)


def emptied(folder: Path, content: bytes) -> bytes:
    path = folder / "library.so.1"
    path.write_bytes(content)
    empty_debugging(folder)
    return path.read_bytes()


def test_what_only_debuggers_read_is_emptied_in_its_place(tmp_path: Path) -> None:
    code, mapped = (".text", PROGRAM, ALLOCATED, b"code"), (".debug_gdb_scripts", PROGRAM, ALLOCATED, b"loaded")
    debugging = [(".debug_info", PROGRAM, 0, b"lines"), (".symtab", 2, 0, b"symbols"), (".strtab", 3, 0, b"names")]
    empty = [(name, kind, flags, bytes(len(content))) for name, kind, flags, content in debugging]
    assert emptied(tmp_path, library(code, mapped, *debugging)) == library(code, mapped, *empty)


def test_a_section_without_bytes_of_its_own_takes_none_of_its_neighbours(tmp_path: Path) -> None:
    # Its header has a place and a size all the same.
    nothing = library((".debug_frame", NO_BITS, 0, b"not there"), (".text", PROGRAM, ALLOCATED, b"code"))
    assert emptied(tmp_path, nothing) == nothing


def test_whatever_is_no_such_library_stays_as_it_is(tmp_path: Path) -> None:
    for content in (b"", b"GROUP ( libc.so.6 )", b"\x7fELF\x01\x01" + bytes(80), b"\xcf\xfa\xed\xfe" + bytes(80)):
        assert emptied(tmp_path, content) == content
