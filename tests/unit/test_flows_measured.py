"""What the steps of each flow ask of DynamoDB and S3 is what the cost model counts with."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.blog.copies import Change, edge_paths
from chalicelib.blog.events import on_posts_changed
from chalicelib.blog.site import Page, Stored
from chalicelib.contact.effects import CONTACT
from chalicelib.contact.events import on_messages_added
from chalicelib.mail import events as mail_events
from chalicelib.mail.sender import DELIVERY_TAG
from chalicelib.media.events import on_media_changed, on_upload_jobs
from chalicelib.media.model import object_key
from chalicelib.subscribers import effects, service
from chalicelib.subscribers.announcements import Announcement, ShardJob, body
from chalicelib.subscribers.announcing import PAGE
from chalicelib.subscribers.events import on_announcement_jobs, on_mail_event, on_subscribers_changed
from chalicelib.subscribers.model import Subscriber, shard
from infra.costs.routes import measured
from tests.images.corpus import encoded, small
from tests.support.api import Api
from tests.support.meter import Meter, metered
from tests.support.site import MemorySite
from tests.support.usual import BODY, MESSAGE, PHOTO, POST, READER, TODO
from tests.unit.mail.fakes import Desk, Pile
from tests.unit.media.buckets import Buckets
from tests.unit.media.uploads_of import batch, told_of
from tests.unit.subscribers.conftest import queue_event, ses_event

DONE: dict[str, Any] = {"batchItemFailures": []}
Images = tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]


def record(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, *keys: str) -> dict[str, Any]:
    """One record of a stream."""
    stands = after or before or {}
    change = {"Keys": {key: stands[key] for key in keys}, "SequenceNumber": "1"}
    change |= {"OldImage": before} if before else {}
    change |= {"NewImage": after} if after else {}
    return {"Records": [{"eventName": "MODIFY" if before else "INSERT", "dynamodb": change}]}


def last(meter: Meter, table: str) -> Images:
    """What the last change of a table's item was."""
    found = [each for each in meter.changes if each.table == f"mytodolist-test-{table}"][-1]
    return found.before, found.after


def units(meter: Meter) -> dict[str, float]:
    read, written = meter.units
    return {"read": read, "written": written}


def counted(step: str) -> dict[str, float]:
    """What the model counts with, but the time."""
    return {name: amount for name, amount in measured()["steps"][step].items() if name != "ms"}


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_sign_up_is_asked_to_confirm_and_welcomed(anonymous: Api, desk: Desk) -> None:
    with metered() as signing:
        anonymous.post("/subscribers", {"email": READER})
    with metered() as asking:
        assert on_subscribers_changed(record(*last(signing, "subscribers"), "email"), desk.outbox) == DONE
    assert units(asking) == counted("mail")
    with metered() as confirming:
        service.confirm(READER, Subscriber.get(READER).request_id)
    with metered() as welcoming:
        assert on_subscribers_changed(record(*last(confirming, "subscribers"), "email"), desk.outbox) == DONE
    assert units(welcoming) == {name: 2 * amount for name, amount in counted("mail").items()}
    assert (len(desk.letters.sent), len(desk.notices.published)) == (2, 1)


def test_what_ses_tells_of_a_mail_is_one_write(anonymous: Api, desk: Desk) -> None:
    anonymous.post("/subscribers", {"email": READER})
    row = Subscriber.get(READER)
    effects.ask_to_confirm(desk.outbox, READER, row.request_id)
    told = json.loads(ses_event("send.json"))
    told["mail"] |= {"messageId": "message-1", "tags": {DELIVERY_TAG: [desk.letters.sent[0][0]]}}
    with metered() as meter:
        assert on_mail_event(queue_event(json.dumps(told))) == DONE
    assert units(meter) == counted("event of SES")


def test_a_message_is_told_to_the_owner(anonymous: Api, desk: Desk) -> None:
    with metered() as writing:
        anonymous.post("/contact", MESSAGE)
    message = next(each.after for each in writing.changes if each.after and "name" in each.after)
    with metered() as meter:
        assert on_messages_added(record(None, message, "message_id"), desk.outbox) == DONE
    assert units(meter) == counted("message to the owner")


def test_a_page_of_an_announcement_takes_a_mail_a_subscriber_and_a_little(anonymous: Api, desk: Desk) -> None:
    readers = [email for number in range(150) if shard(email := f"reader{number}@example.com") == "0"][: PAGE + 1]
    for email in readers:
        service.ask(email)
        service.confirm(email, Subscriber.get(email).request_id)
    post = Announcement("tea", POST["summary"], POST["summary"], "https://site.example.test/blog/tea/", "Ada")
    pile = Pile()
    with metered() as listing:
        assert on_announcement_jobs(queue_event(body(ShardJob(post, "0"))), desk.outbox, pile) == DONE
    assert units(listing) == counted("shard of an announcement")
    with metered() as telling:
        assert on_announcement_jobs(queue_event(pile.bodies[0]), desk.outbox, Pile()) == DONE
    assert len(desk.letters.sent) == PAGE
    a_mail, a_page = counted("announcing mail"), counted("page of an announcement")
    assert units(telling) == {name: PAGE * a_mail[name] + a_page[name] for name in a_mail}


@dataclass
class Counting(MemorySite):
    """A site that counts what S3 would be asked."""

    looks: int = 0
    writes: int = 0

    def look(self, path: str) -> Stored | None:
        self.looks += 1
        return super().look(path)

    def replace(self, path: str, seen: Stored | None, page: Page | None) -> None:
        self.writes += 1
        super().replace(path, seen, page)


class Noting:
    """Copies that are only noted."""

    def __init__(self) -> None:
        self.paths = 0

    def forget(self, change: Change) -> None:
        self.paths += len(edge_paths(change, "/api"))


def test_a_publication_writes_its_pages_and_lists(author: Api) -> None:
    for number in range(25):
        author.post("/posts", POST | {"title": f"Tea and how to make it, part {number}", "slug": f"tea-{number}"})
        author.post(f"/posts/tea-{number}/publish")
    author.post("/posts", POST | {"title": "What comes next", "slug": "next"})
    with metered() as publishing:
        author.post("/posts/next/publish")
    site, copies = Counting(), Noting()
    with metered() as meter:
        assert on_posts_changed(record(*last(publishing, "posts"), "slug"), site, copies) == DONE
    asked = {"s3_read": site.looks, "s3_written": site.writes, "paths": copies.paths}
    assert units(meter) | asked == counted("pages of a publication")


def test_a_draft_that_is_saved_is_looked_at_and_no_more(author: Api) -> None:
    author.post("/posts", POST | {"title": "What comes next", "slug": "next"})
    with metered() as saving:
        author.patch("/posts/next", {"body": BODY + BODY})
    with metered() as meter:
        assert on_posts_changed(record(*last(saving, "posts"), "slug"), MemorySite()) == DONE
    assert meter.spent == []


def test_a_photo_gets_its_thumbnails_and_the_todo_shows_one(ada: Api) -> None:
    assert ada.sub is not None
    todo = ada.post("/todos", TODO).json()["id"]
    photo, buckets = "01KAWYJ4A00000000000000000", Buckets()
    with metered() as attaching:
        ada.post(f"/todos/{todo}/attachments", PHOTO | {"key": object_key(ada.sub, photo)})
    buckets.receive("mytodolist-test-media", object_key(ada.sub, photo), encoded(small(), "JPEG"))
    with metered() as making:
        assert on_upload_jobs(batch(told_of(object_key(ada.sub, photo))), buckets) == DONE
    written = sum(each[0] == "put" for each in buckets.changes)
    assert units(making) | {"s3_written": written, "s3_read": 2} == counted("thumbnails of a photo")
    with metered() as following:
        for changes in (attaching, making):
            assert on_media_changed(record(*last(changes, "media"), "owner_id", "media_id"), buckets) == DONE
    assert units(following) == counted("photo shown on its todo")


def test_a_round_of_the_sweeper_looks_into_each_shard(tables: None, desk: Desk) -> None:
    kinds = (effects.CONFIRM, effects.WELCOME, effects.NEW_SUBSCRIBER, effects.NEW_POST, CONTACT)
    with metered() as meter:
        mail_events.on_sweep({}, kinds, desk.outbox)
    assert units(meter) == {"read": measured()["by itself"]["sweep"]["read"], "written": 0}
