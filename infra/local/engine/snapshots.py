"""Everything but DynamoDB items and S3 objects, saved shortly after it changed and loaded at the start.

A service's state is copied between two requests; turning the copy into text and writing it happens in a
thread. Services that only gather log lines and data points are copied in the thread too. An idle engine
writes nothing. `generations` says what the files look like.
"""

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import Callable
from typing import Any

from infra.local.engine.generations import Generations

State = dict[str, Any]
# Appended to by every function call, and harmless when a copy catches them in the middle.
_GATHERERS = frozenset({"cloudwatch", "cloudwatch_logs", "cloudtrail"})
_LONG_BYTES = 64 * 1024
# A change no request announced, such as a message sent by a schedule, is found within this time.
_SEARCH_SECONDS = 15.0
# A snapshot that takes long is followed by a pause this many times as long, within reason.
_REST = 10
_LONGEST_REST_SECONDS = 10.0
_ATTEMPTS = 20


class Snapshots:
    """Saves `sources`, one `get_state` a service, into `generations`."""

    def __init__(
        self,
        generations: Generations,
        sources: Callable[[], dict[str, Callable[[], State | None]]],
        default: Callable[[object], object],
    ) -> None:
        self._generations = generations
        self._sources = sources
        self._default = default
        self._changed = False
        self._one_save = asyncio.Lock()
        self._named: dict[int, tuple[bytes, str]] = {}
        self._used: set[str] = set()

    def touch(self) -> None:
        """Something may have changed."""
        self._changed = True

    def load(self, object_hook: Callable[[dict[str, Any]], object]) -> dict[str, State]:
        def hook(found: dict[str, Any]) -> object:
            if "__kept__" in found:
                return self._generations.kept(found["__kept__"])
            return object_hook(found)

        return {name: json.loads(text, object_hook=hook) for name, text in self._generations.load().items()}

    async def keep(self, seconds: float, stop: asyncio.Event) -> None:
        """Save until `stop`: a change is on disk within `seconds`. Ends with one last save."""
        searched = time.monotonic()
        pause = seconds / 2
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)
            now = time.monotonic()
            if not (self._changed or stop.is_set() or now - searched > _SEARCH_SECONDS):
                continue
            searched, self._changed = now, False
            try:
                await self.save()
            except OSError as error:  # a full disk now must not end all later snapshots
                self._changed = True
                print(f"engine: snapshot failed: {error}", file=sys.stderr, flush=True)
            pause = max(seconds / 2, min((time.monotonic() - now) * _REST, _LONGEST_REST_SECONDS))

    async def save(self) -> None:
        """Write a snapshot of now; on return it is on disk."""
        async with self._one_save:
            # Read positions come first: reading a record twice after a crash is allowed, losing one is not.
            sources = sorted(self._sources().items(), key=lambda source: source[0] != "lambda")
            copies: dict[str, State] = {}
            for name, get_state in sources:
                copy = _copy(get_state) if name not in _GATHERERS else await asyncio.to_thread(_copy, get_state)
                if copy is not None:
                    copies[name] = copy
                await asyncio.sleep(0)  # let requests in between two services
            await asyncio.to_thread(self._write, copies)

    def _write(self, copies: dict[str, State]) -> None:
        self._used = set()
        texts: dict[str, str] = {}
        for name, state in copies.items():
            try:
                texts[name] = self._encode(state)
            except TypeError as error:  # keep the service's last snapshot, and everyone else's new one
                print(f"engine: snapshot of {name} left out: {error}", file=sys.stderr, flush=True)
        self._named = {key: named for key, named in self._named.items() if named[1] in self._used}
        self._generations.save(texts, frozenset(self._used))

    def _encode(self, state: State) -> str:
        """JSON in pieces: one call for a large state would hold the interpreter, and with it every request."""
        members = (f"{json.dumps(name)}: {self._encode_store(store)}" for name, store in state.items())
        return f"{{{', '.join(members)}}}"

    def _encode_store(self, store: object) -> str:
        plain = self._default(store) if hasattr(store, "_data") else store
        if isinstance(plain, dict) and isinstance(plain.get("data"), dict) and hasattr(store, "_data"):
            entries = (f"{json.dumps(key)}: {self._dumps(value)}" for key, value in plain["data"].items())
            marks = {name: value for name, value in plain.items() if name != "data"}
            return f'{json.dumps(marks)[:-1]}, "data": {{{", ".join(entries)}}}}}'
        return self._dumps(store)

    def _dumps(self, value: object) -> str:
        return json.dumps(value, default=self._plain)

    def _plain(self, value: object) -> object:
        if isinstance(value, bytes) and len(value) > _LONG_BYTES:
            if id(value) not in self._named:
                self._named[id(value)] = (value, self._generations.keep(value))
            name = self._named[id(value)][1]
            self._used.add(name)
            return {"__kept__": name}
        return self._default(value)


def _copy(get_state: Callable[[], State | None]) -> State | None:
    """A service's own copy of its state; a thread of the emulator may change it meanwhile, so try again."""
    for _ in range(_ATTEMPTS):
        with contextlib.suppress(RuntimeError):
            return get_state()
    return get_state()
