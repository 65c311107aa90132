"""What tests of subscribers stand on."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine

from chalicelib.subscribers.model import Subscriber
from tests.faults.dynamodb import MemoryDynamoDb
from tests.support.seam import dynamodb_behind
from tests.unit.mail.conftest import desk, lines
from tests.unit.mail.fakes import Pile

__all__ = ["desk", "lines"]

NOON = "2026-11-21T12:00:00Z"
EVENTS = Path(__file__).parents[2] / "events" / "ses"


@pytest.fixture
def traveller() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as travelling:
        yield travelling


@pytest.fixture
def memory() -> Iterator[None]:
    """Tables in memory, for tests that write many rows."""
    with dynamodb_behind(lambda _: MemoryDynamoDb()):
        yield


@pytest.fixture
def pile() -> Pile:
    return Pile()


@pytest.fixture
def row(tables: None) -> Callable[[str], Subscriber | None]:
    """Looks an address up as it is stored, whether or not it has expired."""

    def look(email: str) -> Subscriber | None:
        try:
            return Subscriber.get(email, consistent_read=True)
        except Subscriber.DoesNotExist:
            return None

    return look


def ses_event(name: str) -> str:
    return (EVENTS / name).read_text(encoding="utf-8")


def queue_event(*bodies: str, received: int = 1) -> dict[str, Any]:
    return {
        "Records": [
            {"messageId": str(place), "body": body, "attributes": {"ApproximateReceiveCount": str(received)}}
            for place, body in enumerate(bodies)
        ]
    }
