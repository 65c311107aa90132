"""Uploads that no event told of have an end."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from chalicelib import clock
from chalicelib.media import strays
from chalicelib.media.events import on_upload_jobs
from chalicelib.media.model import Media, object_key
from tests.unit.media.buckets import Buckets
from tests.unit.media.uploads_of import batch

ADA, BEA = "6f1a7c1e-0000-4000-8000-00000000ada0", "61aaaaaa-0000-4000-8000-00000000bea0"
MEDIA = "mytodolist-test-media"
DONE: dict[str, Any] = {"batchItemFailures": []}
# The day on which ids that begin with 6 are looked at.
DAY = "2026-10-05"


@pytest.fixture
def at_first() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2026-10-01T12:00:00Z", tick=False) as travelling:
        yield travelling


class Queues:
    """SQS, as far as questions are put into a queue."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    def get_queue_url(self, *, QueueName: str) -> dict[str, str]:  # noqa: N803 - as botocore has it
        return {"QueueUrl": f"https://sqs.example.test/{QueueName}"}

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        self.sent += [(QueueUrl, entry["MessageBody"]) for entry in Entries]
        return {"Successful": Entries}


def look(buckets: Buckets, day: str = DAY) -> None:
    assert on_upload_jobs(batch(*strays.questions(day)), buckets) == DONE


def test_an_upload_whose_event_is_lost_ends(tables: None, at_first: time_machine.Traveller) -> None:
    # Given photos and something else, of which no event tells
    buckets, media_id = Buckets(), clock.new_id()
    photos = [object_key(owner, media_id) for owner in (ADA, BEA)]
    other = f"users/{ADA}/a.html"
    for key in (*photos, other):
        buckets.receive(MEDIA, key, b"x")
    # When the bucket is looked at on that day, nothing happens; a day later what is no photo's key goes
    look(buckets)
    assert len(buckets.keys(MEDIA)) == 3
    at_first.shift(25 * 60 * 60)
    look(buckets)
    assert buckets.keys(MEDIA) == sorted(photos)
    # Then the photos go as well when they are as old as an unused one may be
    at_first.shift(29 * 24 * 60 * 60)
    look(buckets)
    assert buckets.keys(MEDIA) == []


def test_what_was_judged_or_is_used_stays(tables: None, at_first: time_machine.Traveller) -> None:
    # Given a photo that an event told of, one that is on a todo already, and a lost one
    buckets = Buckets()
    judged, used, lost = (clock.new_id() for _ in range(3))
    for media_id in (judged, used, lost):
        buckets.receive(MEDIA, object_key(ADA, media_id), b"no photo, but a row")
    Media(ADA, judged).update([Media.state.set("ready")])
    Media(ADA, used).update([Media.todo_id.set("1")])
    # When the bucket is looked at, once and again, long after
    at_first.shift(40 * 24 * 60 * 60)
    for _ in range(2):
        look(buckets)
    # Then they stay
    assert buckets.keys(MEDIA) == sorted(object_key(ADA, media_id) for media_id in (judged, used))


def test_what_is_written_anew_meanwhile_stays(tables: None, at_first: time_machine.Traveller) -> None:
    # Given an old object, and a newer one that takes its place while the bucket is looked at
    buckets, key = Buckets(), f"users/{ADA}/a.html"
    buckets.receive(MEDIA, key, b"old")
    at_first.shift(2 * 24 * 60 * 60)
    listed = list(buckets.list_under(MEDIA, "users/"))
    buckets.receive(MEDIA, key, b"new")
    buckets.list_under = lambda *_: iter(listed)  # type: ignore[method-assign]
    look(buckets)
    assert buckets.objects[MEDIA, key].body == b"new"


def test_sixteen_days_look_at_every_persons_part(tables: None, at_first: time_machine.Traveller) -> None:
    # Given an old object of each of 256 people
    buckets = Buckets()
    for number in range(256):
        buckets.receive(MEDIA, f"users/{number:02x}aaaaaa-0000-4000-8000-00000000ada0/a", b"x")
    at_first.shift(2 * 24 * 60 * 60)
    # When sixteen days in a row have looked, then none is left
    for day in range(1, 17):
        look(buckets, f"2026-10-{day:02}")
    assert buckets.keys(MEDIA) == []


@pytest.mark.parametrize(
    ("time", "sent"), [("00:00:00", 1), ("00:04:59", 1), ("00:05:00", 0), ("12:00:00", 0), ("", 0)]
)
def test_the_schedule_asks_once_a_day(time: str, sent: int) -> None:
    queues = Queues()
    assert strays.ask_once_a_day({"time": f"{DAY}T{time}Z"} if time else {}, queues) is bool(sent)
    address = "https://sqs.example.test/mytodolist-test-thumbnail-jobs"
    assert queues.sent == [(address, question) for question in strays.questions(DAY)] * sent


def test_a_question_looks_under_people_alone(tables: None, at_first: time_machine.Traveller) -> None:
    # Given old objects elsewhere in the bucket
    buckets = Buckets()
    buckets.receive(MEDIA, "elsewhere/a/b", b"x")
    at_first.shift(99 * 24 * 60 * 60)
    # When a message asks for another part, then it is no message of ours
    body = json.dumps({"Event": "mytodolist:LookForStrays", "Prefix": ""})
    assert on_upload_jobs(batch(body), buckets)["batchItemFailures"] != []
    assert buckets.keys(MEDIA) == ["elsewhere/a/b"]
