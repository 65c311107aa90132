"""Who must not be shown a cached answer: people who read what is theirs, and caches that ask for a new copy."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_wanted: ContextVar[bool] = ContextVar("fresh_reads_wanted", default=False)


@contextmanager
def fresh_reads(*, wanted: bool) -> Iterator[None]:
    """Read past DAX meanwhile, if that is wanted."""
    before = _wanted.set(wanted or _wanted.get())
    try:
        yield
    finally:
        _wanted.reset(before)


def are_wanted() -> bool:
    """Whether reads go past DAX now."""
    return _wanted.get()
