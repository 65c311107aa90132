"""The count of a function's runs in a chain of requests, as a trace header carries it.

A header reads `Root=1-…;Parent=…;Sampled=0;Lineage=1:a87bd80c:3|68fd508a:1`: a hash of each function, and how often
it has run in the chain.
https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

_FIELD = "Lineage"
_VERSION = "1"

# The trace header of the request that is being answered, or of the message that a function is run for.
trace: ContextVar[str | None] = ContextVar("trace_header", default=None)


@contextmanager
def within(header: str | None) -> Iterator[None]:
    """Have what happens here belong to the chain of this header; None begins a new chain."""
    token = trace.set(header)
    try:
        yield
    finally:
        trace.reset(token)


def counts(header: str | None) -> dict[str, int]:
    """The runs by a function's hash; empty where the header has no lineage, or one that cannot be read."""
    for field in (header or "").split(";"):
        name, _, value = field.strip().partition("=")
        if name == _FIELD:
            return _parse(value)
    return {}


def with_counts(header: str | None, runs: Mapping[str, int]) -> str:
    """The header with these counts in the place of its own."""
    fields = [field for field in (header or "").split(";") if field and not field.strip().startswith(f"{_FIELD}=")]
    lineage = "|".join(f"{name}:{count}" for name, count in runs.items())
    return ";".join([*fields, f"{_FIELD}={_VERSION}:{lineage}"])


def function_hash(arn: str) -> str:
    """Name a function in a lineage."""
    return hashlib.sha256(arn.encode()).hexdigest()[:8]


def of_batch(headers: Sequence[str | None]) -> str | None:
    """One header for the messages of a batch, with the longest count of each function; None where none has one."""
    first = next((header for header in headers if header), None)
    longest: dict[str, int] = {}
    for header in headers:
        for name, count in counts(header).items():
            longest[name] = max(longest.get(name, 0), count)
    return None if first is None else with_counts(first, longest)


def _parse(value: str) -> dict[str, int]:
    version, _, lineage = value.partition(":")
    found: dict[str, int] = {}
    for entry in lineage.split("|") if version == _VERSION else ():
        name, _, count = entry.partition(":")
        if name and count.isdigit():
            found[name] = int(count)
    return found
