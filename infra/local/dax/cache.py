"""A cache with a time to live and a size; the least recently used entry goes first."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Hit:
    """What was found; None is what DynamoDB said if there was nothing."""

    value: Any


class Cache:
    """Entries by key. A value read before a write must not be kept after it: see `generation`."""

    def __init__(self, seconds: float, size: int = 10_000, now: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._size = size
        self._now = now
        self._entries: OrderedDict[Hashable, tuple[float, Any]] = OrderedDict()
        self._generation = 0
        self._lock = threading.Lock()

    @property
    def generation(self) -> int:
        """Changes with each write."""
        return self._generation

    def get(self, key: Hashable) -> Hit | None:
        """Find an entry that is not too old."""
        with self._lock:
            until, value = self._entries.get(key, (0.0, None))
            if until <= self._now():
                self._entries.pop(key, None)
                return None
            self._entries.move_to_end(key)
            return Hit(value)

    def keep(self, key: Hashable, value: Any, generation: int) -> None:  # noqa: ANN401 - any answer
        """Keep what was read when `generation` was the current one."""
        with self._lock:
            if generation == self._generation:
                self._put(key, value)

    def write(self, key: Hashable, value: Any, generation: int) -> None:  # noqa: ANN401 - any item
        """Put what has been written since `generation`, unless another write came in between: then nobody knows."""
        with self._lock:
            if generation == self._generation:
                self._put(key, value)
            else:
                self._entries.pop(key, None)
            self._generation += 1

    def forget(self, key: Hashable) -> None:
        """Drop an entry whose item is being changed."""
        with self._lock:
            self._generation += 1
            self._entries.pop(key, None)

    def _put(self, key: Hashable, value: Any) -> None:  # noqa: ANN401
        self._entries[key] = (self._now() + self._seconds, value)
        self._entries.move_to_end(key)
        if len(self._entries) > self._size:
            self._entries.popitem(last=False)
