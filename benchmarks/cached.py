"""A cached read: the post by slug, through the local DAX, which has it.

Beside ours stands the peer that asks DAX by Amazon's own client, and ours without DAX: what a function's time costs
that capacity units save.
"""

import random
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from benchmarks.agreement import Process, same_answers, with_subsegments
from benchmarks.contestants import BenchError, Contestant, answered, ask, ours
from benchmarks.figures import OURS
from benchmarks.rounds import ROUNDS, Samples, least, started
from benchmarks.scenarios import READ
from benchmarks.servers import seen
from infra.local.dax.process import DaxProcess

CACHED = "cached read of a post"
PEER, UNCACHED = "raw", "ours without DAX"
# Longer than a run.
_KEPT_SECONDS = 3600.0


def measure_cached(runners: Sequence[Contestant], folder: Path, port: int, calls: int) -> Samples:
    """CPU seconds of a read that DAX answers, one a round, and of the same without DAX."""
    by_name = {each.name: each for each in runners}
    with _dax(port) as endpoint, ExitStack() as running:
        through = {"DAX_ENDPOINT": endpoint}
        processes = {
            OURS: replace(ours(folder / "ours-dax", "requirements-dax.txt"), variables=through),
            PEER: replace(by_name[PEER], variables=through),
            UNCACHED: by_name[OURS],
        }
        warm = {name: running.enter_context(started(each, port)) for name, each in processes.items()}
        for process in warm.values():
            answered(process)
        same_answers(READ, warm)
        _check(warm, port)
        samples: Samples = {CACHED: {name: [] for name in warm}}
        for _ in range(ROUNDS):
            for name in random.sample(sorted(warm), len(warm)):
                samples[CACHED][name].append(least(warm[name], READ.event, calls))
    return samples


@contextmanager
def _dax(port: int) -> Iterator[str]:
    dynamodb = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_DEFAULT_REGION": "eu-north-1",
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
    }
    with DaxProcess(dynamodb, item_seconds=_KEPT_SECONDS) as dax:
        yield dax.endpoint


def _check(warm: dict[str, Process], port: int) -> None:
    """Refuse to compare what DAX does not answer, or what X-Ray does not hear of."""
    for name, process in warm.items():
        seen(port)
        ask(process, READ.event)
        told = seen(port)
        wanted = {READ.operation: 1} if name == UNCACHED else {}
        if told["requests"] != wanted:
            raise BenchError(f"{CACHED}: {name} asked DynamoDB for {told['requests']}, not {wanted}.")
        calls = [each for each in with_subsegments(told["segments"]) if each["name"] == "dax"]
        if len(calls) != (name != UNCACHED):
            raise BenchError(f"{CACHED}: {name} told X-Ray of {len(calls)} calls of DAX.")
