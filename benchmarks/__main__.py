"""`python -m benchmarks [quick]`: measure in randomised order, print the table, write .local/bench.json."""

import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.contestants import ROOT, Contestant, answered, ask, contestants, event
from benchmarks.figures import as_json, rows, table

GET, LIST = event("/todos/{todo_id}"), event("/todos", limit="20")
WARM = {"warm GET of one todo": GET, "warm list of 20": LIST}
COLD, IMPORT = "cold start, first GET", "import"
ROUNDS = 15
CALLS, QUICK_CALLS = 200, 40

Samples = dict[str, dict[str, list[float]]]


class UnequalError(Exception):
    """A contestant answers something else than ours, so that comparing them says nothing."""


@contextmanager
def stub() -> Iterator[int]:
    """DynamoDB and the X-Ray daemon; its port."""
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.stub"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None  # noqa: S101 - asked for above
        try:
            yield int(process.stdout.readline().split()[1])
        finally:
            process.terminate()


@contextmanager
def started(contestant: Contestant, port: int) -> Iterator["subprocess.Popen[str]"]:
    """A process of a contestant, until it is no longer needed."""
    with contestant.start(port) as process:
        try:
            yield process
        finally:
            process.terminate()


def measure(runners: Sequence[Contestant], port: int, rounds: int, calls: int) -> Samples:
    """CPU seconds by scenario and contestant, one a round."""
    samples: Samples = {name: {each.name: [] for each in runners} for name in (IMPORT, COLD, *WARM)}
    with ExitStack() as running:
        warm = {each.name: running.enter_context(started(each, port)) for each in runners}
        for process in warm.values():
            answered(process)
        same_answers(warm)
        for _ in range(rounds):
            for each in random.sample(runners, len(runners)):
                for scenario, asked in WARM.items():
                    samples[scenario][each.name].append(ask(warm[each.name], asked, calls)["cpu"])
                with started(each, port) as fresh:
                    samples[IMPORT][each.name].append(answered(fresh)["import_cpu"])
                    samples[COLD][each.name].append(ask(fresh, GET)["total_cpu"])
    return samples


def same_answers(warm: "dict[str, subprocess.Popen[str]]") -> None:
    """Refuse to compare what answers differently."""
    for scenario, asked in WARM.items():
        said = {name: ask(process, asked, 20) for name, process in warm.items()}
        for name, answer in said.items():
            if answer["status"] != 200 or json.loads(answer["body"]) != json.loads(said["ours"]["body"]):
                raise UnequalError(f"{scenario}: {name} answers {answer['status']} {answer['body'][:300]}")


def main(arguments: Sequence[str]) -> int:
    """Measure, print, write."""
    with tempfile.TemporaryDirectory() as folder, stub() as port:
        found = rows(measure(contestants(Path(folder)), port, ROUNDS, QUICK_CALLS if arguments else CALLS))
    sys.stdout.write(f"{table(found)}\n")
    written = ROOT / ".local" / "bench.json"
    written.parent.mkdir(exist_ok=True)
    written.write_text(json.dumps(as_json(found), indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
