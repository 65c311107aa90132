"""Instructions of a call: what twice as many calls take more; a cold start is a whole process."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from benchmarks import counts
from benchmarks.contestants import BenchError, Contestant
from benchmarks.counts import count
from benchmarks.scenarios import GET

# Imports for 5000 instructions, takes 300 a call, and says so as callgrind does.
COUNTED = """
import json, sys
print(json.dumps({}), flush=True)
calls = 0
for line in sys.stdin:
    calls += json.loads(line)["calls"]
    print(json.dumps({"status": 200}), flush=True)
# Valgrind has more to say than a pipe holds.
with open(sys.argv[1], "w") as log:
    log.write("WARNING: Serious error\\n" * 10_000 + f"==7== Collected : {5000 + 300 * calls}")
"""


class Told(Contestant):
    """One that says what it was told to say."""

    script = COUNTED

    def start(
        self,
        port: int,
        under: Sequence[str] = (),
        variables: Mapping[str, str] | None = None,
    ) -> "subprocess.Popen[str]":
        assert (port, under[0]) == (4711, "valgrind")
        assert variables == {"PYTHONHASHSEED": "0"}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        (log,) = (each.removeprefix("--log-file=") for each in under if each.startswith("--log-file="))
        return subprocess.Popen([sys.executable, "-c", self.script, log], text=True, **pipes)


class Silent(Told):
    """One under a valgrind that cannot run it."""

    script = COUNTED.replace("Collected", "Killed")


def test_a_warm_call_is_counted_alone_and_a_cold_one_with_all_but_the_interpreter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(counts, "interpreter", lambda: 4000)
    found = count([Told("ours", "app", (Path(),))], {"warm GET": GET, "cold start": GET}, 4711)
    assert found == {"warm GET": {"ours": 300.0}, "cold start": {"ours": 1300.0}}


def test_a_count_that_is_not_there_is_a_sentence() -> None:
    with pytest.raises(BenchError, match="valgrind counted nothing of ours"):
        count([Silent("ours", "app", (Path(),))], {"warm GET": GET}, 4711)
