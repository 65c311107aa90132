"""What follows when a subscriber's row changes."""

from collections.abc import Mapping
from typing import Any

import pytest
import time_machine

from chalicelib.mail import ledger
from chalicelib.mail.events import on_sweep
from chalicelib.mail.message import build
from chalicelib.mail.model import Delivery
from chalicelib.mail.model import State as Delivered
from chalicelib.mail.outcomes import OutcomeUnknown, RefusedForNow
from chalicelib.subscribers import service
from chalicelib.subscribers.effects import KINDS
from chalicelib.subscribers.events import on_subscribers_changed
from chalicelib.subscribers.model import Subscriber
from chalicelib.subscribers.tokens import Purpose, Token, unseal
from tests.unit.mail.fakes import Desk

ADA = "ada@example.com"
DONE: dict[str, Any] = {"batchItemFailures": []}
Image = Mapping[str, Any] | None

pytestmark = pytest.mark.usefixtures("tables")


def image() -> dict[str, Any]:
    return dict(Subscriber.get(ADA, consistent_read=True).to_dynamodb_dict())


def records(*changes: tuple[Image, Image]) -> dict[str, Any]:
    """A stream's event of an item's changes, each from what to what."""
    found = []
    for place, (old, new) in enumerate(changes):
        change: dict[str, Any] = {"Keys": {"email": {"S": ADA}}, "SequenceNumber": str(place)}
        change |= {} if old is None else {"OldImage": old}
        change |= {} if new is None else {"NewImage": new}
        name = "INSERT" if old is None else "REMOVE" if new is None else "MODIFY"
        found.append({"eventName": name, "dynamodb": change})
    return {"Records": found}


def asked() -> dict[str, Any]:
    service.ask(ADA)
    return image()


def confirmed() -> tuple[dict[str, Any], dict[str, Any]]:
    before = asked()
    service.confirm(ADA, before["request_id"]["S"])
    return before, image()


def test_whoever_signs_up_is_asked_to_confirm_once(desk: Desk, traveller: time_machine.Traveller) -> None:
    # given a sign-up whose record comes twice
    row = asked()
    event = records((None, row))
    for _ in range(2):
        assert on_subscribers_changed(event, desk.outbox) == DONE
    # then there is one mail, with a link that says whom and until when
    (mail,) = desk.letters.mails
    assert (mail.to, mail.subject, mail.unsubscribe) == (ADA, "Confirm your subscription to MyBlog", None)
    link = mail.text.partition("https://api.example.test/subscribers/confirm?token=")[2].split()[0]
    assert unseal(Purpose.CONFIRM, link) == Token(ADA, row["request_id"]["S"], int(row["expires_at"]["N"]))
    assert "It works until Monday 23 November, 12:00 UTC." in mail.text
    assert desk.notices.published == []


def test_whoever_signs_up_again_is_asked_again(desk: Desk, traveller: time_machine.Traveller) -> None:
    first = asked()
    on_subscribers_changed(records((None, first)), desk.outbox)
    traveller.shift(service.COOL_DOWN_SECONDS)
    on_subscribers_changed(records((first, asked())), desk.outbox)
    assert len(desk.letters.sent) == 2


def test_a_record_that_is_behind_the_times_sends_nothing(desk: Desk, traveller: time_machine.Traveller) -> None:
    # given two sign-ups, and a confirmation, before any record is seen
    first = asked()
    traveller.shift(service.COOL_DOWN_SECONDS)
    second = asked()
    service.confirm(ADA, second["request_id"]["S"])
    # when the records come
    on_subscribers_changed(records((None, first), (first, second), (second, image())), desk.outbox)
    # then there is only the welcome
    assert [mail.subject for mail in desk.letters.mails] == ["Welcome to MyBlog"]


def test_whoever_confirms_is_welcome_once(desk: Desk, traveller: time_machine.Traveller) -> None:
    event = records(confirmed())
    for _ in range(2):
        assert on_subscribers_changed(event, desk.outbox) == DONE
    # then there is one mail, with both ways to leave
    (mail,) = desk.letters.mails
    assert (mail.to, mail.subject) == (ADA, "Welcome to MyBlog")
    assert mail.unsubscribe is not None
    api, _, link = mail.unsubscribe.partition("?token=")
    assert api == "https://api.example.test/subscribers/unsubscribe"
    assert unseal(Purpose.LEAVE, link) == Token(ADA, image()["request_id"]["S"])
    assert f"https://site.example.test/blog/unsubscribe/#token={link}" in mail.text
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in build(mail, "blog@example.com")
    # and one notice, that does not say who
    ((topic, subject, text),) = desk.notices.published
    assert topic == "arn:aws:sns:eu-north-1:123456789012:mytodolist-test-new-subscriber"
    assert subject == "A new subscriber"
    assert "ada" not in text.replace(image()["request_id"]["S"], "")


def test_nobody_is_welcome_who_has_not_confirmed(desk: Desk) -> None:
    on_subscribers_changed(records((None, asked())), desk.outbox)
    assert [mail.subject for mail in desk.letters.mails] == ["Confirm your subscription to MyBlog"]


def test_whoever_left_before_they_were_welcomed_hears_nothing(desk: Desk) -> None:
    change = confirmed()
    service.leave(ADA)
    on_subscribers_changed(records(change), desk.outbox)
    assert (desk.letters.sent, desk.notices.published) == ([], [])


def test_other_changes_are_followed_by_nothing(desk: Desk) -> None:
    pending, welcome = confirmed()
    service.leave(ADA)
    left = image()
    event = records(
        (pending, {**pending, "asked_2": {"N": "5"}}),
        (welcome, {**welcome, "asked_2": {"N": "5"}}),
        (welcome, left),
        (left, None),
        (None, {"email": {"S": ADA}, "state": {"S": "bounced"}}),
    )
    assert on_subscribers_changed(event, desk.outbox) == DONE
    assert (desk.letters.sent, desk.notices.published) == ([], [])


def test_whoever_comes_back_is_welcome_again(desk: Desk, traveller: time_machine.Traveller) -> None:
    on_subscribers_changed(records(confirmed()), desk.outbox)
    service.leave(ADA)
    traveller.shift(service.COOL_DOWN_SECONDS)
    on_subscribers_changed(records(confirmed()), desk.outbox)
    assert [mail.subject for mail in desk.letters.mails] == ["Welcome to MyBlog"] * 2


def test_the_owner_hears_although_the_mail_is_refused(desk: Desk) -> None:
    # given an SES that refuses for now
    desk.letters.fails = [RefusedForNow("TooManyRequestsException")]
    event = records(confirmed())
    # when somebody confirms, then the record is reported, and the owner has heard all the same
    assert on_subscribers_changed(event, desk.outbox) == {"batchItemFailures": [{"itemIdentifier": "0"}]}
    assert len(desk.notices.published) == 1
    # and the next time only the mail goes out
    assert on_subscribers_changed(event, desk.outbox) == DONE
    assert (len(desk.letters.sent), len(desk.notices.published)) == (1, 1)


@pytest.mark.parametrize("meanwhile", ["left", "stayed"])
def test_the_sweeper_asks_again_whether_it_is_wanted(
    meanwhile: str, desk: Desk, traveller: time_machine.Traveller
) -> None:
    # given a welcome of which nobody knows
    desk.letters.fails = [OutcomeUnknown("ReadTimeoutError")]
    on_subscribers_changed(records(confirmed()), desk.outbox)
    assert desk.letters.sent == []
    # when the sweeper comes by, and the subscriber may have left
    if meanwhile == "left":
        service.leave(ADA)
    traveller.shift(ledger.LEASE_SECONDS + ledger.GRACE_SECONDS)
    on_sweep({}, KINDS, desk.outbox)
    # then it is sent only to whoever still wants it
    name = ledger.delivery_id(f"welcome_{image()['request_id']['S']}", ADA)
    state = Delivery.get(name, consistent_read=True).state
    assert (len(desk.letters.sent), state) == ((0, Delivered.DROPPED) if meanwhile == "left" else (1, Delivered.SENT))


def test_without_an_outbox_of_a_test_it_is_the_real_one() -> None:
    assert on_subscribers_changed({"Records": []}) == DONE
