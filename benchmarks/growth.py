"""Whether a page takes the same however much is stored: in the table, and for one person.

Ours alone is asked. CPU time is the function's own; wall time has the table's in it. Beside them stands what the
application asked for: requests, items evaluated, units and bytes, which must be the same at each size.
"""

import json
import random
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.agreement import Process
from benchmarks.contestants import BenchError, Contestant, answered, ask
from benchmarks.figures import Row, grown
from benchmarks.grown import Grown, owned
from benchmarks.rounds import BATCHES, ROUNDS, started
from benchmarks.scenarios import Event, todo_event, todos_event
from benchmarks.servers import seen, stub

EACH, MANY = 100, 100_000
SIZES, QUICK_SIZES = (1_000, 10_000, 100_000, 1_000_000), (1_000, 10_000)
CALLS = 20


@dataclass(frozen=True, slots=True)
class Grew:
    """A page where so much is stored: ms of each round, and what was `asked`: requests, items, units and bytes."""

    page: str
    stored: str
    cpu: Sequence[float]
    wall: Sequence[float]
    asked: Mapping[str, float]


def grow(ours: Contestant, sizes: Sequence[int], many: int) -> list[Grew]:
    """Each page at each size of the table, and in the largest for a person with `many` todos.

    Raises:
        BenchError: a page is not answered, or what is asked for it depends on what is stored.
    """
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / str(size) for size in sizes]
        for place, (path, size) in enumerate(zip(files, sizes, strict=True)):
            _fill(path, size, {_owner(place): EACH} | ({_owner(len(sizes)): many} if size == sizes[-1] else {}))
        stored = [f"{size:,}" for size in sizes] + [f"{many:,} of one person"]
        served = map(str, (*files, files[-1]))
        with stub("benchmarks.grown", *served) as port, started(ours, port) as process:
            answered(process)
            found = _measured(process, port, stored)
    unequal = {each.page for each in found if each.asked != next(e.asked for e in found if e.page == each.page)}
    if unequal:
        raise BenchError(f"Growth: what is asked for depends on what is stored: {'; '.join(sorted(unequal))}.")
    return found


def as_rows(found: Sequence[Grew]) -> list[Row]:
    """Each page where more is stored against the same where the least is."""
    first = {each.page: each for each in reversed(found)}
    return [
        grown(each.page, each.stored, first[each.page].cpu, each.cpu) for each in found if each is not first[each.page]
    ]


def table(found: Sequence[Grew]) -> str:
    """The pages in Markdown."""
    lines = ["| page | todos stored | function, ms | with the table, ms | requests | items | units | bytes |"]
    lines += ["|---" * 8 + "|"]
    for each in found:
        asked = each.asked
        requests = asked.get("GetItem", 0) + asked.get("Query", 0)
        times = f"{median(each.cpu):.2f} | {median(each.wall):.2f}"
        lines.append(
            f"| {each.page} | {each.stored} | {times} | {requests:g} | {asked['items']:g} "
            f"| {asked['units']:g} | {asked['bytes']:g} |"
        )
    return "\n".join(lines)


def _fill(path: Path, size: int, people: Mapping[str, int]) -> None:
    held = Grown(path)
    for owner, todos in people.items():
        held.fill([owner], todos)
    others = (size - sum(people.values())) // EACH
    held.fill((f"other-{number:06d}" for number in range(others)), EACH)
    held.close()


def _owner(place: int) -> str:
    return f"6f1a7c1e-0000-4000-8000-00000000000{place}"


def _pages(process: Process, owner: str) -> Iterator[tuple[str, Event]]:
    yield "one todo", todo_event(owner, owned(owner, EACH // 2)["todo_id"]["S"])
    yield "first page of 20", todos_event(owner, limit="20")
    yield "first page of 20 open", todos_event(owner, limit="20", state="open")
    first = json.loads(ask(process, todos_event(owner, limit="50"))["body"])
    yield "page of 20 after 50", todos_event(owner, limit="20", cursor=first["next"])


def _measured(process: Process, port: int, stored: Sequence[str]) -> list[Grew]:
    events = {
        (page, name): event for place, name in enumerate(stored) for page, event in _pages(process, _owner(place))
    }
    asked = {key: _asked(process, port, key[0], event) for key, event in events.items()}
    pages = dict.fromkeys(page for page, _ in events)
    samples: dict[tuple[str, str], list[dict[str, float]]] = {key: [] for key in events}
    for _ in range(ROUNDS):
        for page in pages:
            # Next to each other, so that a ratio is of the same moment.
            for name in random.sample(list(stored), len(stored)):
                batches = [ask(process, events[page, name], CALLS) for _ in range(BATCHES)]
                samples[page, name].append({each: _least(batches, each) for each in ("cpu", "wall")})
    return [
        Grew(page, name, [each["cpu"] for each in took], [each["wall"] for each in took], asked[page, name])
        for (page, name), took in sorted(samples.items(), key=lambda each: list(pages).index(each[0][0]))
    ]


def _asked(process: Process, port: int, page: str, event: Event) -> dict[str, float]:
    answer = ask(process, event, CALLS)
    if answer["status"] != 200:
        raise BenchError(f"Growth: {page} answers {answer['status']} {answer['body'][:300]}")
    seen(port)
    ask(process, event)
    told = seen(port)
    return {**told["billed"], **told["requests"]}


def _least(batches: Sequence[Mapping[str, Any]], name: str) -> float:
    return min(float(each[name]) for each in batches) * 1000
