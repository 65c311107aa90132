"""What SES tells: mails that were sent, came back, or made somebody complain."""

import json
from typing import Any

import pytest

from chalicelib.mail import ledger
from chalicelib.mail.model import Delivery
from chalicelib.mail.model import State as Delivered
from chalicelib.subscribers import service
from chalicelib.subscribers.events import on_mail_event
from chalicelib.subscribers.model import State, Subscriber
from tests.unit.subscribers.conftest import queue_event, ses_event

ADA = "ada@example.com"
NAME = "welcome_01KAGQ3ZJ8Y5V4M2T7C9XWNDRE_8KTb-QWZ_D9hg9Dy-HJsxhvP"
MESSAGE = "0101018f6a0c7c2e-2f0b6c1e-93b0-4a53-8d29-6f1a5e0d7c11-000000"
DONE: dict[str, Any] = {"batchItemFailures": []}


@pytest.fixture(autouse=True)
def sending(tables: None) -> None:
    """A welcome of which nobody knows, to a subscriber."""
    service.ask(ADA)
    service.confirm(ADA, Subscriber.get(ADA, consistent_read=True).request_id)
    assert ledger.claim(NAME, "welcome", {"email": ADA}) is not None


def take(name: str, times: int = 2) -> None:
    for _ in range(times):
        assert on_mail_event(queue_event(ses_event(name))) == DONE


def state() -> str:
    return str(Subscriber.get(ADA, consistent_read=True).state)


def delivered() -> tuple[str, str | None]:
    row = Delivery.get(NAME, consistent_read=True)
    return row.state, row.message_id


@pytest.mark.parametrize(
    ("name", "after"),
    [
        ("send.json", State.CONFIRMED),
        ("delivery.json", State.CONFIRMED),
        ("bounce-transient.json", State.CONFIRMED),
        ("bounce-permanent.json", State.BOUNCED),
        ("bounce-suppressed.json", State.BOUNCED),
        ("complaint.json", State.COMPLAINED),
        ("complaint-not-spam.json", State.CONFIRMED),
    ],
)
def test_an_event_settles_the_mail_and_says_how_the_address_stands(name: str, after: str) -> None:
    take(name)
    # A mail that came back was sent.
    assert delivered() == (Delivered.SENT, MESSAGE)
    assert state() == after
    if after != State.CONFIRMED:
        assert Subscriber.get(ADA, consistent_read=True).confirmed_shard is None


def test_what_ses_throws_away_has_failed() -> None:
    take("send.json")
    take("reject.json")
    take("send.json")
    assert Delivery.get(NAME, consistent_read=True).state == Delivered.FAILED
    assert state() == State.CONFIRMED


@pytest.mark.parametrize("name", ["open.json", "delivery-delay.json"])
def test_other_events_are_passed_over_with_a_line(name: str, lines: list[str]) -> None:
    take(name, times=1)
    assert delivered() == (Delivered.SENDING, None)
    assert "mail event ignored" in lines


def test_the_greeting_of_ses_is_no_event() -> None:
    take("topic-validated.txt")
    assert delivered() == (Delivered.SENDING, None)


def test_mails_of_others_settle_nothing() -> None:
    # given events of a mail that went out without our tag
    for name in ("send.json", "reject.json"):
        event = json.loads(ses_event(name))
        del event["mail"]["tags"]["delivery"]
        assert on_mail_event(queue_event(json.dumps(event))) == DONE
    assert delivered() == (Delivered.SENDING, None)


def test_an_address_that_is_none_is_passed_over(lines: list[str]) -> None:
    event = json.loads(ses_event("bounce-permanent.json"))
    event["bounce"]["bouncedRecipients"] = [{"emailAddress": "Mailer Daemon"}, {"emailAddress": ADA}]
    assert on_mail_event(queue_event(json.dumps(event))) == DONE
    assert "mail event about no address of ours" in lines
    assert state() == State.BOUNCED


@pytest.mark.parametrize("body", ["", "{", "[]", '{"eventType": "Send"}', '{"Type": "Notification", "Message": "{}"}'])
def test_what_makes_no_sense_is_reported_and_holds_nothing_up(body: str) -> None:
    answered = on_mail_event(queue_event(body, ses_event("send.json")))
    assert answered == {"batchItemFailures": [{"itemIdentifier": "0"}]}
    assert delivered() == (Delivered.SENT, MESSAGE)


def test_a_bounce_keeps_the_address_out_for_good() -> None:
    take("bounce-permanent.json")
    service.leave(ADA)
    service.ask(ADA)
    take("bounce-permanent.json")
    assert state() == State.BOUNCED
