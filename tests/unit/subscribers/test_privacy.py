"""No address, no token and no word that anybody typed enters a line of the log, however things go."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from chalicelib.contact import effects as contact_effects
from chalicelib.contact import service as contact
from chalicelib.contact.contract import NewMessage
from chalicelib.mail import ledger
from chalicelib.mail.events import on_sweep
from chalicelib.mail.model import Delivery
from chalicelib.mail.outcomes import OutcomeUnknown, RefusedForGood, RefusedForNow
from chalicelib.subscribers import effects, service
from chalicelib.subscribers.announcements import Announcement, OneJob, PageJob, ShardJob, body
from chalicelib.subscribers.events import on_announcement_jobs, on_mail_event, on_subscribers_changed
from chalicelib.subscribers.model import Subscriber, shard
from chalicelib.subscribers.tokens import Purpose, Token, seal
from tests.support.api import Api
from tests.unit.mail.fakes import Desk, Pile
from tests.unit.subscribers.conftest import queue_event, ses_event
from tests.unit.subscribers.test_following import records

EMAIL = "canary@example.com"
CANARIES = ("canary", "Canary", "ada@example.com")
ENDS = (
    RefusedForNow("TooManyRequestsException"),
    RefusedForGood("MessageRejected"),
    OutcomeUnknown("ReadTimeoutError"),
    RuntimeError(f"of {EMAIL}"),
    None,
)


@pytest.fixture
def log() -> Iterator[list[str]]:
    """Each line as it would be written."""
    found: list[str] = []
    handler = logging.Handler()

    def emit(record: logging.LogRecord) -> None:
        found.append(json.dumps([record.getMessage(), getattr(record, "fields", {})]))

    handler.emit = emit  # type: ignore[method-assign]
    logger = logging.getLogger("chalicelib")
    logger.addHandler(handler)
    yield found
    logger.removeHandler(handler)


def image() -> dict[str, Any]:
    return dict(Subscriber.get(EMAIL, consistent_read=True).to_dynamodb_dict())


@pytest.mark.parametrize("end", ENDS)
def test_nothing_of_anybody_is_logged(
    end: Exception | None, anonymous: Api, desk: Desk, log: list[str], traveller: time_machine.Traveller
) -> None:
    desk.letters.fails = [end] * 3
    desk.notices.fails = [end] * 2
    # given somebody who signs up, confirms, is told of a post, writes, and leaves, while things go wrong
    anonymous.post("/subscribers", {"email": EMAIL})
    anonymous.post("/subscribers", {"email": "canary@nowhere"})
    pending = image()
    on_subscribers_changed(records((None, pending)), desk.outbox)
    token = Token(EMAIL, pending["request_id"]["S"], int(pending["expires_at"]["N"]))
    tokens = [seal(Purpose.CONFIRM, token), seal(Purpose.LEAVE, token)]
    anonymous.get(f"/subscribers/confirm?token={tokens[0]}")
    on_subscribers_changed(records((pending, image())), desk.outbox)
    post = Announcement("tides", "Canary tides", "Canary", "https://site.example.test/blog/tides/", "Canary")
    for job in (ShardJob(post, shard(EMAIL)), PageJob(post, shard(EMAIL)), OneJob(post, EMAIL)):
        on_announcement_jobs(queue_event(body(job)), desk.outbox, Pile())
    anonymous.post("/contact", {"name": "Canary", "email": EMAIL, "message": "Canary"})
    contact.receive(NewMessage("Canary", EMAIL, "Canary"), EMAIL, "192.0.2.77")
    for name in ("bounce-permanent.json", "bounce-transient.json", "complaint.json", "reject.json", "open.json"):
        on_mail_event(queue_event(ses_event(name), "{canary"))
    for _ in range(3):
        traveller.shift(ledger.LEASE_SECONDS + ledger.GRACE_SECONDS)
        on_sweep({}, (*effects.KINDS, *contact_effects.KINDS), desk.outbox)
    anonymous.post(f"/subscribers/unsubscribe?token={tokens[1]}")
    anonymous.get(f"/subscribers/confirm?token={tokens[0]}x")
    # then the log tells of all that, and of nobody
    assert log
    for line in log:
        for canary in (*CANARIES, *tokens, "192.0.2.77", post.title):
            assert canary not in line


def test_a_settled_row_of_the_ledger_names_nobody(tables: None, desk: Desk) -> None:
    service.ask(EMAIL)
    on_subscribers_changed(records((None, image())), desk.outbox)
    rows = [row.to_dynamodb_dict() for row in Delivery.scan()]
    assert len(rows) == 1
    assert "canary" not in json.dumps(rows)
