"""Queues are polled while they hold messages, and not while they are empty."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from chalicelib.events.polling import poll_when_needed

JOBS, MAILS = (f"arn:aws:sqs:eu-north-1:123456789012:mytodolist-dev-{name}" for name in ("jobs", "mails"))


@dataclass
class Queues:
    """SQS with queues by name, and of each how many messages wait, are worked on and are delayed."""

    holding: dict[str, tuple[int, int, int]]

    def get_queue_url(self, *, QueueName: str) -> dict[str, str]:  # noqa: N803 - AWS's own names
        return {"QueueUrl": f"https://sqs.example/{QueueName}"}

    def get_queue_attributes(self, *, QueueUrl: str, AttributeNames: list[str]) -> dict[str, Any]:  # noqa: N803
        counts = self.holding[QueueUrl.rpartition("/")[2]]
        return {"Attributes": {name: str(count) for name, count in zip(AttributeNames, counts, strict=True)}}


@dataclass
class EventSources:
    """Lambda with one event source a queue, by the queue's ARN, and what it was told."""

    states: dict[str, str]
    told: list[tuple[str, bool]] = field(default_factory=list)

    def list_event_source_mappings(self, *, EventSourceArn: str) -> dict[str, Any]:  # noqa: N803
        return {"EventSourceMappings": [{"UUID": EventSourceArn, "State": self.states[EventSourceArn]}]}

    def update_event_source_mapping(self, *, UUID: str, Enabled: bool) -> None:  # noqa: N803
        self.told.append((UUID, Enabled))


@pytest.mark.parametrize("counts", [(1, 0, 0), (0, 1, 0), (0, 0, 1)], ids=["waits", "is worked on", "is delayed"])
def test_a_queue_with_a_message_is_polled(counts: tuple[int, int, int]) -> None:
    sources = EventSources({JOBS: "Disabled"})
    assert poll_when_needed([JOBS], sources, Queues({"mytodolist-dev-jobs": counts})) == 1
    assert sources.told == [(JOBS, True)]


def test_an_empty_queue_is_not_polled() -> None:
    sources = EventSources({JOBS: "Enabled"})
    assert poll_when_needed([JOBS], sources, Queues({"mytodolist-dev-jobs": (0, 0, 0)})) == 1
    assert sources.told == [(JOBS, False)]


@pytest.mark.parametrize(
    ("state", "counts"),
    [
        ("Enabled", (3, 0, 0)),
        ("Disabled", (0, 0, 0)),
        ("Enabling", (3, 0, 0)),
        ("Creating", (0, 0, 0)),
        ("Disabling", (1, 0, 0)),
    ],
)
def test_what_is_as_it_should_be_or_still_changing_is_left(state: str, counts: tuple[int, int, int]) -> None:
    sources = EventSources({JOBS: state})
    assert poll_when_needed([JOBS], sources, Queues({"mytodolist-dev-jobs": counts})) == 0
    assert sources.told == []


def test_each_queue_is_switched_by_itself() -> None:
    sources = EventSources({JOBS: "Disabled", MAILS: "Enabled"})
    queues = Queues({"mytodolist-dev-jobs": (2, 0, 0), "mytodolist-dev-mails": (0, 0, 0)})
    assert poll_when_needed([JOBS, MAILS], sources, queues) == 2
    assert sources.told == [(JOBS, True), (MAILS, False)]
