"""A world around the application: its functions on their streams, queues and schedule, and a clock that is set by hand.

Everything that the application does here is its own code; only what is outside of it is made up.
"""

import heapq
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import time_machine

from chalicelib import clock
from chalicelib.contact import effects as contact_effects
from chalicelib.contact.events import on_messages_added
from chalicelib.events.queue import SqsQueue
from chalicelib.mail import ledger
from chalicelib.mail.events import on_sweep
from chalicelib.mail.outbox import Outbox
from chalicelib.mail.topics import SnsTopics
from chalicelib.store.errors import Unavailable
from chalicelib.subscribers import effects
from chalicelib.subscribers.events import on_announcement_jobs, on_mail_event, on_subscribers_changed
from tests.faults.dice import Dice, FaultyDynamoDb, FunctionDied
from tests.faults.dynamodb import MemoryDynamoDb
from tests.faults.lambdas import QueueMapping, StreamMapping
from tests.faults.outside import Ses, Sns, Sqs, send_event
from tests.support.seam import dynamodb_behind

START = datetime(2026, 1, 1, tzinfo=UTC)
SWEEP_EVERY_SECONDS = 300
KINDS = (*effects.KINDS, *contact_effects.KINDS)


@dataclass
class World:
    """One run."""

    dice: Dice
    traveller: time_machine.Traveller
    lost_events: float = 0.0
    duplicated: float = 0.0
    dynamodb: MemoryDynamoDb = field(default_factory=MemoryDynamoDb)
    # Deliveries whose Send event never comes.
    lost: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.random = random.Random(self.dice.random.random())  # noqa: S311 - repeatable, no secret
        self.faulty = FaultyDynamoDb(self.dynamodb, self.dice)
        self.ses = Ses(self.dice, self._tell_later)
        self.sns = Sns(self.dice)
        outbox = Outbox(self.ses, SnsTopics(self.sns))
        self.subscribers = StreamMapping(lambda event: on_subscribers_changed(event, outbox))
        self.messages = StreamMapping(lambda event: on_messages_added(event, outbox))
        self.mail_events = QueueMapping(on_mail_event)
        self.announcements = QueueMapping(lambda event: on_announcement_jobs(event, outbox, self.queue), batch_size=1)
        self.queue = SqsQueue("https://sqs.example.test/announcements", Sqs(self.dice, self.announcements.put))
        self.sweep_once: Callable[[], object] = lambda: on_sweep({}, KINDS, outbox)
        self._on_their_way: list[tuple[int, int, str]] = []
        self._next_sweep = clock.epoch_seconds() + SWEEP_EVERY_SECONDS
        self._again: list[Mapping[str, Any]] = []

    def advance(self, seconds: int) -> None:
        """Let time pass, with the events and sweeps that fall into it."""
        end = clock.epoch_seconds() + seconds
        while True:
            step = min(end, self._next_sweep)
            self.traveller.move_to(datetime.fromtimestamp(step, UTC))
            self._deliver_events()
            self.announcements.run()
            if step < self._next_sweep:
                return
            self._next_sweep += SWEEP_EVERY_SECONDS
            self.sweep()

    def sweep(self) -> None:
        """One tick of the schedule, which Lambda offers twice more where the function fails."""
        for _ in range(3):
            try:
                self.sweep_once()
            except (FunctionDied, Unavailable):
                continue
            return

    def run_streams(self) -> None:
        """Hand what the tables' streams hold to their functions."""
        for name, mapping in (("subscribers", self.subscribers), ("messages", self.messages)):
            table = self.dynamodb.table(name)
            records, table.records = table.records, []
            self._run(mapping, records)

    def patiently(self, do: Callable[[], object]) -> None:
        """What a person does who is told to try again."""
        while True:
            try:
                do()
            except (FunctionDied, Unavailable):
                continue
            return

    def settle(self) -> None:
        """Let time pass until nothing is unsettled and nothing is waiting."""
        for _ in range(5000):
            self.run_streams()
            if not (self.unsettled() or self._on_their_way or self.mail_events.waiting or self.announcements.waiting):
                return
            self.advance(SWEEP_EVERY_SECONDS)
        raise AssertionError(f"{len(self.unsettled())} deliveries never settled")

    def unsettled(self) -> list[str]:
        return [name for name, row in self.deliveries().items() if "unsettled" in row]

    def deliveries(self) -> dict[str, dict[str, Any]]:
        return {name: row for name, row in self.dynamodb.table("deliveries").items.items() if "state" in row}

    def states(self, purpose: str) -> Counter[str]:
        """How many deliveries of a purpose ended how."""
        found: Counter[str] = Counter()
        for name, row in self.deliveries().items():
            if name.startswith(purpose):
                found[str(row["state"]["S"])] += 1
        return found

    def subscriber(self, email: str) -> Mapping[str, Any]:
        return self.dynamodb.table("subscribers").items[email]

    @property
    def functions(self) -> Sequence[StreamMapping | QueueMapping]:
        return (self.subscribers, self.messages, self.mail_events, self.announcements)

    def _run(self, mapping: StreamMapping, records: list[Mapping[str, Any]]) -> None:
        shards: dict[int, list[Mapping[str, Any]]] = {}
        for record in records:
            key = next(iter(record["dynamodb"]["Keys"].values()))["S"]
            shards.setdefault(sum(key.encode()) % 4, []).append(record)
        batches = []
        for shard in shards.values():
            again = [record for record in shard if self.random.random() < self.duplicated]
            start = 0
            while start < len(shard):
                end = start + self.random.randint(1, 5)
                batches.append(shard[start:end])
                start = end
            # A record that comes twice comes later, whatever its key went through meanwhile.
            batches += [[record] for record in again]
        # Batches of one shard keep their order; those of others fall in between.
        order = sorted(range(len(batches)), key=lambda place: place + self.random.randint(0, len(shards) * 2))
        for place in order:
            mapping.run(batches[place])

    def _tell_later(self, delivery_id: str, message_id: str) -> None:
        if self.random.random() < self.lost_events:
            self.lost.add(delivery_id)
            return
        times = 2 if self.random.random() < self.duplicated else 1
        for _ in range(times):
            late = self.random.random() < 0.02
            due = clock.epoch_seconds() + self.random.randint(300, 600) if late else clock.epoch_seconds() + 5
            heapq.heappush(self._on_their_way, (due, len(self._on_their_way), send_event(delivery_id, message_id)))

    def _deliver_events(self) -> None:
        while self._on_their_way and self._on_their_way[0][0] <= clock.epoch_seconds():
            self.mail_events.put(heapq.heappop(self._on_their_way)[2])
        self.mail_events.run()


@contextmanager
def world(seed: int = 1, faults: float = 0.0, lost_events: float = 0.0, duplicated: float = 0.0) -> Iterator[World]:
    """A world in which every call that leaves the process goes wrong at the rate `faults`."""
    random.seed(seed)
    with time_machine.travel(START, tick=False) as traveller:
        made = World(Dice(seed, faults), traveller, lost_events, duplicated)
        with dynamodb_behind(lambda _: made.faulty):
            yield made


__all__ = ["World", "ledger", "world"]
