"""The rounds: each asks every contestant in a new random order, and notes seconds of CPU time."""

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from statistics import median

from benchmarks.agreement import Process, check, prepared
from benchmarks.contestants import Contestant, answered, ask
from benchmarks.scenarios import FOUR_TABLES, GET, WARM, Event

IMPORT, COLD, COLD_FOUR = "cold import", "cold start, first GET", "cold start, four tables"
PROCESS = "process start, first GET"
TRACING = "tracing of one GET"
ROUNDS = 15
# A sample is the least of some short ones: others' use of the machine only ever adds.
BATCHES = 4
# A small difference of two times wants longer ones.
TRACING_CALLS = 200

Samples = dict[str, dict[str, list[float]]]


@contextmanager
def started(contestant: Contestant, port: int) -> Iterator[Process]:
    """A process of a contestant, until it is no longer needed."""
    with contestant.start(port) as process:
        try:
            yield process
        finally:
            process.terminate()


def measure(
    runners: Sequence[Contestant], untraced: Mapping[str, Contestant], port: int, calls: int, pairs: int
) -> tuple[Samples, dict[str, int]]:
    """CPU seconds by scenario and contestant, one a round, and each one's peak of memory in KB.

    `untraced` are some of the contestants without tracing, by the name of the one that traces; `pairs` of both are
    started a round, since where a process's memory happens to lie moves their difference more than what is measured.
    """
    names = (IMPORT, COLD, COLD_FOUR, PROCESS, *(each.name for each in WARM), TRACING)
    samples: Samples = {name: {} for name in names}
    with ExitStack() as running:
        warm = {each.name: running.enter_context(started(each, port)) for each in runners}
        for process in warm.values():
            answered(process)
        check(warm, port)
        events = prepared(warm)
        for _ in range(ROUNDS):
            for scenario in WARM:
                for each in random.sample(runners, len(runners)):
                    asked = events[each.name, scenario.name]
                    _add(samples, scenario.name, each.name, least(warm[each.name], asked, calls))
            for each in random.sample(runners, len(runners)):
                _cold(samples, each, port)
                if each.name in untraced:
                    found = [_tracing(each, untraced[each.name], port) for _ in range(pairs)]
                    _add(samples, TRACING, each.name, median(found))
        memory = {name: int(ask(process, GET.event)["rss_kb"]) for name, process in warm.items()}
    return samples, memory


def _cold(samples: Samples, each: Contestant, port: int) -> None:
    with started(each, port) as fresh:
        _add(samples, IMPORT, each.name, answered(fresh)["import_cpu"])
        for place, scenario in enumerate(FOUR_TABLES):
            found = ask(fresh, scenario.event)
            if place == 0:
                _add(samples, COLD, each.name, found["since_import_cpu"])
                _add(samples, PROCESS, each.name, found["since_start_cpu"])
        _add(samples, COLD_FOUR, each.name, found["since_import_cpu"])


def least(process: Process, asked: Event, calls: int) -> float:
    """Seconds a call."""
    return min(float(ask(process, asked, calls // BATCHES)["cpu"]) for _ in range(BATCHES))


def _tracing(traced: Contestant, untraced: Contestant, port: int) -> float:
    """What a call takes longer with tracing: by turns, so that both meet the same machine."""
    with started(traced, port) as on, started(untraced, port) as off:
        for process in (on, off):
            answered(process)
            ask(process, GET.event, TRACING_CALLS)
        spent = [(least(on, GET.event, TRACING_CALLS), least(off, GET.event, TRACING_CALLS)) for _ in range(2)]
    return min(seconds for seconds, _ in spent) - min(seconds for _, seconds in spent)


def _add(samples: Samples, scenario: str, name: str, seconds: float) -> None:
    samples[scenario].setdefault(name, []).append(seconds)
