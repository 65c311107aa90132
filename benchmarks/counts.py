"""Instructions instead of seconds, by valgrind's callgrind: they repeat, whatever else the machine does.

A warm call's are those of a process with twice as many calls less those of one with so many. Without valgrind there are
none.
"""

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product

from benchmarks.contestants import BenchError, Contestant, answered, ask
from benchmarks.scenarios import Scenario

MISSING = "Instructions are not counted: valgrind is not installed."
CALLS, WARMING = 20, 20
_COLLECTED = re.compile(r"Collected *: *(\d+)")
# Under valgrind one thread runs at a time; as many processes as processors do not disturb each other's counts.
_AT_ONCE = os.cpu_count() or 1

Counts = dict[str, dict[str, float]]


def can_count() -> bool:
    """Whether there is a valgrind."""
    return shutil.which("valgrind") is not None


def count(runners: Sequence[Contestant], scenarios: Mapping[str, Scenario], port: int) -> Counts:
    """Instructions by scenario and contestant; a scenario named `cold …` is a process with its first call."""
    jobs = list(product(scenarios, runners))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        counted = pool.map(lambda job: _counted(job[1], job[0], scenarios[job[0]], port), jobs)
        found: Counts = {name: {} for name in scenarios}
        for (name, each), number in zip(jobs, counted, strict=True):
            found[name][each.name] = number
    return found


def _counted(each: Contestant, name: str, scenario: Scenario, port: int) -> float:
    if name.startswith("cold"):
        return float(_run(each, scenario, port, 1))
    less, more = (_run(each, scenario, port, WARMING + calls) for calls in (CALLS, 2 * CALLS))
    return (more - less) / CALLS


def _run(each: Contestant, scenario: Scenario, port: int, calls: int) -> int:
    command = ("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null")
    # The same hashes each time, or the same dictionary is another one.
    with each.start(port, command, {"PYTHONHASHSEED": "0"}) as process:
        answered(process)
        ask(process, scenario.event, calls)
        _, said = process.communicate()
    found = _COLLECTED.search(said or "")
    if found is None:
        raise BenchError(f"valgrind counted nothing of {each.name}: {(said or '')[-300:]}")
    return int(found.group(1))
