"""How Lambda works through one batch of a stream until all of it is handled or given up.

- Records are handled in order; the position is committed only up to what was handled.
- After a function error the batch is retried, with `bisect` in halves; splitting costs no attempt.
- With partial responses the retry starts at the lowest failed sequence number; what came before is done.
- Attempts, and the age of records, may be limited; what exceeds the limit is given up and reported.
- Throttles are retried and count for nothing.

https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Record = dict[str, Any]
Verdict = Literal["ok", "failed", "throttled"]
Reason = Literal["RetryAttemptsExhausted", "MaxRecordAgeExceeded"]

_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 10.0


@dataclass(frozen=True)
class Limits:
    """A mapping's settings; None means without limit."""

    retries: int | None = None
    age_seconds: int | None = None
    bisect: bool = False
    partial: bool = False


@dataclass(frozen=True)
class Placed:
    """A record and its position in the stream."""

    position: int
    record: Record

    @property
    def sequence(self) -> str:
        return str(self.record["dynamodb"]["SequenceNumber"])


@dataclass(frozen=True)
class Result:
    """What an invocation came to; `body` is the function's answer, or the error."""

    verdict: Verdict
    body: object = None


@dataclass(frozen=True)
class Shard:
    """What the batch is worked through with; `stopped` says whether to leave the rest for later."""

    invoke: Callable[[Sequence[Placed]], Result]
    commit: Callable[[int], None]
    give_up: Callable[[Sequence[Placed], Reason, int, Result], None]
    pause: Callable[[float], None]
    stopped: Callable[[], bool]
    now: Callable[[], float]


@dataclass
class _Part:
    """Records that are invoked together, and how often they have been."""

    records: list[Placed]
    attempts: int = 0
    last: Result = field(default_factory=lambda: Result("failed"))


def work_through(records: Sequence[Placed], limits: Limits, shard: Shard) -> None:
    """Handle `records`; returns early, with the position where it got to, when `stopped`."""
    parts = [_Part(list(records))]
    failures = 0
    while parts and not shard.stopped():
        part = parts.pop(0)
        _give_up_old(part, limits, shard)
        if not part.records:
            continue
        result = part.last = shard.invoke(part.records)
        done = _handled(part.records, result, limits)
        if done:
            shard.commit(part.records[done - 1].position + 1)
        if done == len(part.records):
            failures = 0
            continue
        parts[:0] = _next_parts(part, done, result, limits, shard)
        failures += 1
        shard.pause(min(_FIRST_PAUSE * 2 ** (failures - 1), _LONGEST_PAUSE))


def _next_parts(part: _Part, done: int, result: Result, limits: Limits, shard: Shard) -> list[_Part]:
    """What is left of a part that was not handled whole."""
    rest = part.records[done:]
    if result.verdict == "throttled" or done:
        return [_Part(rest, part.attempts if not done else 0, result)]
    if limits.bisect and len(rest) > 1:
        half = len(rest) // 2
        return [_Part(rest[:half], part.attempts, result), _Part(rest[half:], part.attempts, result)]
    attempts = part.attempts + 1
    if limits.retries is None or attempts <= limits.retries:
        return [_Part(rest, attempts, result)]
    shard.give_up(rest, "RetryAttemptsExhausted", attempts, result)
    shard.commit(rest[-1].position + 1)
    return []


def _give_up_old(part: _Part, limits: Limits, shard: Shard) -> None:
    if limits.age_seconds is None:
        return
    oldest = shard.now() - limits.age_seconds
    old = [placed for placed in part.records if placed.record["dynamodb"]["ApproximateCreationDateTime"] < oldest]
    if old:
        shard.give_up(old, "MaxRecordAgeExceeded", part.attempts, part.last)
        shard.commit(old[-1].position + 1)
        part.records = part.records[len(old) :]


def _handled(records: Sequence[Placed], result: Result, limits: Limits) -> int:
    """How many records, from the first on, are done."""
    if result.verdict != "ok":
        return 0
    if not limits.partial:
        return len(records)
    failed = failed_sequences(result.body)
    if failed is None:
        return 0
    if not failed:
        return len(records)
    return next((place for place, placed in enumerate(records) if placed.sequence in failed), 0)


def failed_sequences(body: object) -> set[str] | None:
    """The identifiers a partial response names; None when it means that everything failed."""
    try:
        parsed: Any = json.loads(body or "null") if isinstance(body, str) else body
        failures = [] if parsed is None else parsed.get("batchItemFailures") or []
        identifiers = [failure["itemIdentifier"] for failure in failures]
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return set(identifiers) if all(isinstance(name, str) and name for name in identifiers) else None
