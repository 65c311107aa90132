"""The rules of stream batches, without an engine."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from infra.local.engine.stream_batches import Limits, Placed, Reason, Result, Shard, failed_sequences, work_through

NOW = 1_000_000.0
OK = Result("ok")
FAILED = Result("failed", {"errorType": "ValueError"})


def records(count: int, *, start: int = 10, created: float = NOW) -> list[Placed]:
    """Records at positions `start`, `start + 1`, ..., with their position as sequence number."""
    return [
        Placed(place, {"dynamodb": {"SequenceNumber": str(place), "ApproximateCreationDateTime": created}})
        for place in range(start, start + count)
    ]


@dataclass
class Run:
    """A shard that records what happens to it; `answer` decides each invocation."""

    answer: Callable[[list[int]], Result]
    stop_after: int = 1000
    batches: list[list[int]] = field(default_factory=list)
    commits: list[int] = field(default_factory=list)
    lost: list[tuple[list[int], str, int]] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    clock: float = NOW

    def through(self, batch: Sequence[Placed], **limits: object) -> "Run":
        work_through(batch, Limits(**limits), self.shard())  # type: ignore[arg-type]
        return self

    def shard(self) -> Shard:
        return Shard(
            invoke=self._invoke,
            commit=self.commits.append,
            give_up=self._give_up,
            pause=self._pause,
            stopped=lambda: len(self.batches) >= self.stop_after,
            now=lambda: self.clock,
        )

    def _invoke(self, batch: Sequence[Placed]) -> Result:
        self.batches.append([placed.position for placed in batch])
        return self.answer(self.batches[-1])

    def _give_up(self, batch: Sequence[Placed], reason: Reason, attempts: int, _: Result) -> None:
        self.lost.append(([placed.position for placed in batch], reason, attempts))

    def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.clock += seconds


def poison(*bad: int) -> Callable[[list[int]], Result]:
    """A function that raises when one of `bad` is in its batch."""
    return lambda batch: FAILED if set(batch) & set(bad) else OK


def reporting(*bad: int) -> Callable[[list[int]], Result]:
    """A function that handles everything but `bad`, and says so."""
    return lambda batch: Result("ok", {"batchItemFailures": [{"itemIdentifier": str(n)} for n in batch if n in bad]})


def test_a_batch_that_works_is_committed_once() -> None:
    run = Run(poison()).through(records(3))
    assert (run.batches, run.commits, run.lost, run.pauses) == ([[10, 11, 12]], [13], [], [])


def test_a_failing_batch_is_retried_as_often_as_allowed_and_then_given_up() -> None:
    run = Run(poison(11)).through(records(3), retries=2)
    assert run.batches == [[10, 11, 12]] * 3
    assert run.lost == [([10, 11, 12], "RetryAttemptsExhausted", 3)]
    assert run.commits == [13]


def test_no_retries_means_one_attempt() -> None:
    run = Run(poison(10)).through(records(1), retries=0)
    assert (run.batches, run.lost) == ([[10]], [([10], "RetryAttemptsExhausted", 1)])


def test_without_a_limit_it_retries_for_ever_and_pauses_ever_longer() -> None:
    run = Run(poison(10), stop_after=20).through(records(1))
    assert len(run.batches) == 20
    assert (run.lost, run.commits) == ([], [])
    assert run.pauses[:4] == [0.2, 0.4, 0.8, 1.6]
    assert max(run.pauses) == 10.0


def test_splitting_isolates_one_bad_record_of_a_thousand_and_costs_no_attempt() -> None:
    run = Run(poison(500)).through(records(1000, start=0), retries=1, bisect=True)
    assert run.lost == [([500], "RetryAttemptsExhausted", 2)]
    assert sorted({place for batch in run.batches for place in batch}) == list(range(1000))
    assert run.commits == sorted(run.commits)
    assert run.commits[-1] == 1000


def test_order_holds_while_splitting() -> None:
    handled: list[int] = []

    def handle(batch: list[int]) -> Result:
        if 13 in batch:
            return FAILED
        handled.extend(batch)
        return OK

    Run(handle).through(records(8), retries=0, bisect=True)
    assert handled == [10, 11, 12, 14, 15, 16, 17]


def test_a_partial_response_is_retried_from_the_lowest_failure() -> None:
    once = iter([reporting(12, 14)])

    def recover(batch: list[int]) -> Result:
        return next(once, reporting())(batch)

    run = Run(recover).through(records(5), partial=True, retries=3)
    assert run.batches == [[10, 11, 12, 13, 14], [12, 13, 14]]
    assert run.commits == [12, 15]


def test_progress_renews_the_attempts() -> None:
    run = Run(reporting(11)).through(records(3), partial=True, retries=1)
    assert run.batches == [[10, 11, 12], [11, 12], [11, 12]]
    assert run.lost == [([11, 12], "RetryAttemptsExhausted", 2)]


def test_partial_responses_and_splitting_lose_only_the_bad_record() -> None:
    run = Run(reporting(11)).through(records(6), partial=True, bisect=True, retries=1)
    assert [places for places, _, _ in run.lost] == [[11]]
    assert run.commits[-1] == 16


def test_a_partial_response_nobody_asked_for_is_a_success() -> None:
    run = Run(reporting(10)).through(records(2))
    assert (run.batches, run.commits) == ([[10, 11]], [12])


@pytest.mark.parametrize("body", [None, {}, {"batchItemFailures": []}, {"batchItemFailures": None}, "", "null", "{}"])
def test_empty_responses_are_successes(body: object) -> None:
    assert failed_sequences(body) == set()


@pytest.mark.parametrize(
    "body",
    [
        "nonsense",
        [1],
        {"batchItemFailures": [{"itemIdentifier": ""}]},
        {"batchItemFailures": [{"itemIdentifier": None}]},
        {"batchItemFailures": [{"itemId": "10"}]},
        {"batchItemFailures": ["10"]},
        {"batchItemFailures": 5},
    ],
)
def test_malformed_responses_fail_the_whole_batch(body: object) -> None:
    assert failed_sequences(body) is None
    run = Run(lambda _: Result("ok", body)).through(records(2), partial=True, retries=0)
    assert run.lost == [([10, 11], "RetryAttemptsExhausted", 1)]


def test_an_identifier_that_is_not_in_the_batch_fails_the_whole_batch() -> None:
    unknown = {"batchItemFailures": [{"itemIdentifier": "99"}]}
    run = Run(lambda _: Result("ok", unknown)).through(records(2), partial=True, retries=0)
    assert run.lost == [([10, 11], "RetryAttemptsExhausted", 1)]


def test_throttles_cost_no_attempt() -> None:
    answers = iter([Result("throttled")] * 5 + [FAILED, OK])
    run = Run(lambda _: next(answers)).through(records(1), retries=1)
    assert (len(run.batches), run.lost, run.commits) == (7, [], [11])


def test_records_that_grow_too_old_are_given_up() -> None:
    batch = [*records(2, created=NOW - 100), *records(2, start=12)]
    run = Run(poison()).through(batch, age_seconds=60)
    assert run.lost == [([10, 11], "MaxRecordAgeExceeded", 0)]
    assert (run.batches, run.commits) == ([[12, 13]], [12, 14])


def test_a_record_that_fails_until_it_is_too_old_is_given_up_then() -> None:
    run = Run(poison(10)).through(records(1), age_seconds=60)
    assert [(places, reason) for places, reason, _ in run.lost] == [([10], "MaxRecordAgeExceeded")]
    assert run.lost[0][2] == len(run.batches)
    assert run.commits == [11]


def test_a_stop_leaves_the_rest_uncommitted() -> None:
    run = Run(reporting(12), stop_after=1).through(records(4), partial=True)
    assert (run.batches, run.commits) == ([[10, 11, 12, 13]], [12])
