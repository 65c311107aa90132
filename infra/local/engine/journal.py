"""An append-only log of changes, so that an acknowledged DynamoDB write survives `kill -9`.

A folder holds numbered pairs: `base-N.jsonl`, everything as it was, and `tail-N.jsonl`, every change since.
Each line is one JSON array of changes that belong together: a transaction is one line, so it is there whole or
not at all. A change is `[kind, ...]`; what the kinds mean is the reader's business.

`write` is one system call into the kernel's page cache. It outlives the process, not a power cut.
Two bases are kept: if the newest is damaged, the older one and the tails since rebuild the same state.
"""

import json
import os
import sys
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

Change = list[object]
Encoder = Callable[[object], object]

# A tail is folded into a new base once it outgrows the base, and this.
COMPACT_BYTES = 4 * 1024 * 1024
_NAME = "{kind}-{number:06d}.jsonl"


class Journal:
    """Writes one folder. `add` collects, `commit` makes what was collected durable as one line."""

    def __init__(self, folder: Path, default: Encoder) -> None:
        self._folder = folder
        self._default = default
        self._pending: list[str] = []
        self._lock = threading.Lock()
        self._tail: int | None = None
        self._number = 0
        self._size = 0
        self._base_size = 0

    def add(self, change: Change) -> None:
        text = json.dumps(change, default=self._default)
        with self._lock:
            self._pending.append(text)

    def commit(self) -> None:
        """Append what is pending. On a full disk nothing of it stays and OSError is raised."""
        with self._lock:
            if not self._pending or self._tail is None:
                return
            line = f"[{','.join(self._pending)}]\n".encode()
            try:
                _write_all(self._tail, line)
            except OSError:
                os.ftruncate(self._tail, self._size)
                raise
            self._size += len(line)
            self._pending.clear()

    def close(self) -> None:
        if self._tail is not None:
            os.close(self._tail)
            self._tail = None

    def wants_base(self) -> bool:
        return self._size > max(COMPACT_BYTES, self._base_size)

    def resume(self) -> None:
        """After `read`: append to the newest tail, or start the first one."""
        tails = sorted(_numbers(self._folder, "tail"))
        if not tails:
            self.next_tail()
            return
        path = self._folder / _NAME.format(kind="tail", number=tails[-1])
        self._tail = os.open(path, os.O_RDWR | os.O_APPEND, 0o600)
        self._number = tails[-1]
        whole = path.read_bytes().rfind(b"\n") + 1
        os.ftruncate(self._tail, whole)
        self._size = whole

    def next_tail(self) -> int:
        """Start the tail that follows the state as it is at this call; `write_base` then needs its number."""
        with self._lock:
            self._pending.clear()  # the state copied now already holds them
            self.close()
            self._number += 1
            path = self._folder / _NAME.format(kind="tail", number=self._number)
            self._tail = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            self._size = 0
            return self._number

    def write_base(self, number: int, lines: Iterable[list[Change]]) -> None:
        """Write base `number` from `lines` and drop what two bases make superfluous."""
        path = self._folder / _NAME.format(kind="base", number=number)
        temporary = path.with_suffix(".tmp")
        check, count = 0, 0
        with temporary.open("wb") as file:
            for changes in lines:
                line = (json.dumps(changes, default=self._default) + "\n").encode()
                check, count = zlib.crc32(line, check), count + 1
                file.write(line)
            file.write((json.dumps([["end", count, check]]) + "\n").encode())
        temporary.replace(path)
        self._base_size = path.stat().st_size
        bases = sorted(_numbers(self._folder, "base"))
        for kind in ("base", "tail"):
            for old in _numbers(self._folder, kind):
                if len(bases) > 1 and old < bases[-2]:
                    (self._folder / _NAME.format(kind=kind, number=old)).unlink()

    def read(self) -> Iterator[Change]:
        """Every change in order: the newest whole base, then all tails since. Resumes after the last number."""
        self._folder.mkdir(parents=True, exist_ok=True)
        tails = sorted(_numbers(self._folder, "tail"))
        bases = sorted(_numbers(self._folder, "base"), reverse=True)
        self._number = max([0, *tails, *bases])
        start = 0
        for number in bases:
            changes = _read_base(self._folder / _NAME.format(kind="base", number=number))
            if changes is not None:
                start = number
                yield from changes
                break
            _warn(f"base {number} is damaged; going back to the one before")
        for number in tails:
            if number >= start:
                yield from _read_tail(self._folder / _NAME.format(kind="tail", number=number))


def _read_base(path: Path) -> list[Change] | None:
    """All changes of a base, or None when its last line does not vouch for the others."""
    changes: list[Change] = []
    check, count, whole = 0, 0, False
    with path.open("rb") as file:
        for line in file:
            parsed = _parse(line)
            if parsed is None:
                return None
            if parsed and parsed[0][0] == "end":
                whole = parsed[0] == ["end", count, check]
                continue
            check, count = zlib.crc32(line, check), count + 1
            changes += parsed
    return changes if whole else None


def _read_tail(path: Path) -> Iterator[Change]:
    """The changes of a tail; a line cut short by a crash was never acknowledged and is left out."""
    with path.open("rb") as file:
        for line in file:
            parsed = _parse(line)
            if parsed is None:
                _warn(f"{path.name}: left out an unfinished line of {len(line)} bytes")
            else:
                yield from parsed


def _parse(line: bytes) -> list[Change] | None:
    try:
        parsed = json.loads(line)
    except ValueError:
        return None
    return parsed if line.endswith(b"\n") and isinstance(parsed, list) else None


def _numbers(folder: Path, kind: str) -> list[int]:
    return [int(path.stem.removeprefix(f"{kind}-")) for path in folder.glob(f"{kind}-*.jsonl")]


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _warn(text: str) -> None:
    print(f"engine: journal: {text}", file=sys.stderr, flush=True)
