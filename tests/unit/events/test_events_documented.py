"""docs/events.md says what is so: every function with its source and batch, and how often it is tried."""

import re
from pathlib import Path
from typing import Any

from app import app
from infra.deadletters.letters import FAILURE_QUEUES
from infra.event_settings import EVENT_SETTINGS, StreamSettings

DOCUMENT = (Path(__file__).parents[3] / "docs" / "events.md").read_text(encoding="utf-8")
NOTHING = "\N{EN DASH}"
ROW = re.compile(
    rf"^\| `([a-z-]+)` \| (stream of|queue|schedule)[^|]* \| ([0-9]+|{NOTHING}) \| ([^|]+) \|", re.MULTILINE
)


def source_of(source: Any) -> tuple[str, str]:
    if hasattr(source, "stream_arn"):
        return "stream of", str(source.batch_size)
    if hasattr(source, "queue_arn"):
        return "queue", str(source.batch_size)
    return "schedule", NOTHING


def test_every_function_is_there_with_its_source_and_its_batch() -> None:
    documented = {name: (source, batch) for name, source, batch, _ in ROW.findall(DOCUMENT)}
    assert documented == {source.name: source_of(source) for source in app.event_sources}


def test_filters_are_those_of_the_settings() -> None:
    documented = {name for name, _, _, pattern in ROW.findall(DOCUMENT) if pattern != NOTHING}
    filtered = (
        name for name, each in EVENT_SETTINGS.items() if isinstance(each, StreamSettings) and each.pattern is not None
    )
    assert documented == set(filtered)


def test_tries_and_ages_are_those_of_the_settings() -> None:
    streams = [each for each in EVENT_SETTINGS.values() if isinstance(each, StreamSettings)]
    assert {each.maximum_retry_attempts for each in streams} == {8}
    assert {each.maximum_record_age_seconds for each in streams} == {6 * 60 * 60}
    assert "9 (8 retries)" in DOCUMENT
    assert "| 6 hours |" in DOCUMENT


def test_every_failure_queue_belongs_to_a_queue_that_is_named() -> None:
    assert "`stream-failures`" in DOCUMENT
    assert all(f"`{queue}`" in DOCUMENT for queue in FAILURE_QUEUES.values() if queue)
