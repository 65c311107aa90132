"""A cached read: the post by slug, through the local DAX, which has it.

Beside ours stands the peer that asks DAX by Amazon's own client, and ours without DAX: what a function's time costs
that capacity units save.
"""

import random
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from benchmarks.agreement import Process, same_answers, with_subsegments
from benchmarks.contestants import BenchError, Contestant, answered, ask, environment, ours
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
    with DaxProcess(environment(port, folder), item_seconds=_KEPT_SECONDS) as dax, ExitStack() as running:
        through = {"DAX_ENDPOINT": dax.endpoint}
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


def _check(warm: dict[str, Process], port: int) -> None:
    """Refuse to compare what DAX does not answer, or what X-Ray does not hear of."""
    for name, process in warm.items():
        seen(port)
        ask(process, READ.event)
        told = seen(port)
        requests, calls = ({READ.operation: 1}, 0) if name == UNCACHED else ({}, 1)
        if told["requests"] != requests:
            raise BenchError(f"{CACHED}: {name} asked DynamoDB for {told['requests']}, not {requests}.")
        traced = [each for each in with_subsegments(told["segments"]) if each["name"] == "dax"]
        if len(traced) != calls:
            raise BenchError(f"{CACHED}: {name} told X-Ray of {len(traced)} calls of DAX, not {calls}.")
