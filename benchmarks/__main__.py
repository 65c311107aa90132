"""`python -m benchmarks [quick]`: measure in randomised order, print the table, write .local/bench.json."""

import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.contestants import ROOT, BenchError, Contestant, answered, ask, contestants, event
from benchmarks.figures import as_json, rows, table
from infra.deploy.package import PackageError

GET, LIST = event("/todos/{todo_id}"), event("/todos", limit="20")
WARM = {"warm GET of one todo": GET, "warm list of 20": LIST}
COLD, IMPORT = "cold start, first GET", "import"
UNTRACED = "Ours sends X-Ray no segments yet and every peer does, so each ratio flatters ours."
ROUNDS = 15
CALLS, QUICK_CALLS = 200, 40

Samples = dict[str, dict[str, list[float]]]


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
    """Refuse to compare what answers differently.

    Raises:
        BenchError: a contestant answers something else than ours.
    """
    for scenario, asked in WARM.items():
        said = {name: ask(process, asked, 20) for name, process in warm.items()}
        for name, answer in said.items():
            if answer["status"] != 200 or json.loads(answer["body"]) != json.loads(said["ours"]["body"]):
                raise BenchError(f"{scenario}: {name} answers {answer['status']} {answer['body'][:300]}")


def main(arguments: Sequence[str]) -> int:
    """Measure, print, write."""
    if list(arguments) not in ([], ["quick"]):
        sys.stderr.write("Say python -m benchmarks [quick]\n")
        return 2
    try:
        with tempfile.TemporaryDirectory() as folder, stub() as port:
            found = rows(measure(contestants(Path(folder)), port, ROUNDS, QUICK_CALLS if arguments else CALLS))
    except (BenchError, PackageError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{table(found)}\n\n{UNTRACED}\n")
    written = ROOT / ".local" / "bench.json"
    written.parent.mkdir(exist_ok=True)
    written.write_text(json.dumps(as_json(found), indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
