"""Instructions instead of seconds, by valgrind's callgrind: they repeat, whatever else the machine does.

A warm call's are those of a process with twice as many calls less those of one with so many. Without valgrind there are
none.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

from benchmarks.contestants import PYTHON, BenchError, Contestant, answered, ask
from benchmarks.scenarios import Scenario

MISSING = "Instructions are not counted: valgrind is not installed."
CALLS, WARMING = 20, 20
_COLLECTED = re.compile(r"Collected *: *(\d+)")
# The same hashes each time, or the same dictionary is another one.
_STEADY = {"PYTHONHASHSEED": "0"}
# Under valgrind one thread runs at a time; as many processes as processors do not disturb each other's counts.
_AT_ONCE = os.cpu_count() or 1

Counts = dict[str, dict[str, float]]


def can_count() -> bool:
    """Whether there is a valgrind."""
    return shutil.which("valgrind") is not None


def count(runners: Sequence[Contestant], scenarios: Mapping[str, Scenario], port: int) -> Counts:
    """Instructions by scenario and contestant.

    A scenario named `cold …` is a process with its first call, less the interpreter's own start.
    """
    jobs = list(product(scenarios, runners))
    start = interpreter() if any(map(_is_cold, scenarios)) else 0
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        counted = pool.map(lambda job: _counted(job[1], job[0], scenarios[job[0]], port), jobs)
        found: Counts = {name: {} for name in scenarios}
        for (name, each), number in zip(jobs, counted, strict=True):
            found[name][each.name] = number - start if _is_cold(name) else number
    return found


def _counted(each: Contestant, name: str, scenario: Scenario, port: int) -> float:
    if _is_cold(name):
        return float(_run(each, scenario, port, 1))
    less, more = (_run(each, scenario, port, WARMING + calls) for calls in (CALLS, 2 * CALLS))
    return (more - less) / CALLS


def interpreter() -> int:
    """What the interpreter takes with what the worker itself imports."""
    command = [PYTHON, "-S", "-P", "-c", "import importlib, json, os, resource, sys, time"]
    with tempfile.NamedTemporaryFile() as told:
        subprocess.run([*_under(told.name), *command], env=_STEADY, capture_output=True, check=False)
        return _collected(Path(told.name), "the interpreter")


def _run(each: Contestant, scenario: Scenario, port: int, calls: int) -> int:
    with tempfile.NamedTemporaryFile() as told:
        with each.start(port, _under(told.name), _STEADY) as process:
            answered(process)
            ask(process, scenario.event, calls)
            process.communicate()
        return _collected(Path(told.name), each.name)


def _under(log: str) -> tuple[str, ...]:
    # What valgrind says of libraries would fill a pipe that nobody reads meanwhile.
    return ("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", f"--log-file={log}")


def _collected(log: Path, who: str) -> int:
    said = log.read_text(encoding="utf-8", errors="replace")
    found = _COLLECTED.search(said)
    if found is None:
        raise BenchError(f"valgrind counted nothing of {who}: {said[-300:]}")
    return int(found.group(1))


def _is_cold(name: str) -> bool:
    return name.startswith("cold")
