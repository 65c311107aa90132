"""Signing up: the answer is the same for every address, and so is the work; no form can bomb anybody."""

from collections.abc import Callable

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import clock
from chalicelib.ratelimits.service import count
from chalicelib.subscribers import service
from chalicelib.subscribers.model import State, Subscriber
from tests.support.api import Api, Context
from tests.support.seam import Recorder, Scripted, dynamodb_behind, refusal

ADA = "ada@example.com"
Look = Callable[[str], Subscriber | None]


def test_a_new_address_waits_for_its_owner_for_two_days(
    anonymous: Api, row: Look, traveller: time_machine.Traveller
) -> None:
    answered = anonymous.post("/subscribers", {"email": " Ada@Example.com "})
    assert (answered.status, answered.json()) == (202, {"received": True})
    stored = row(ADA)
    assert stored is not None
    now = clock.epoch_seconds()
    assert (stored.state, stored.expires_at) == (State.PENDING, now + 48 * 60 * 60)
    assert (stored.asked_1, stored.asked_2, stored.asked_3) == (now, 0, 0)
    assert stored.confirmed_shard is None
    assert len(stored.request_id) == 26


def stand(state: str, traveller: time_machine.Traveller) -> None:
    """Bring Ada's address into a state."""
    if state == "unknown":
        return
    service.ask(ADA)
    if state == "pending":
        traveller.shift(service.COOL_DOWN_SECONDS)
    elif state == "expired":
        traveller.shift(service.PENDING_SECONDS)
    elif state == "confirmed":
        service.confirm(ADA, request_of(ADA))
    elif state == "unsubscribed":
        service.leave(ADA)
        traveller.shift(service.COOL_DOWN_SECONDS)
    elif state == "bounced":
        service.bounced(ADA)
    elif state == "complained":
        service.complained(ADA)


def request_of(email: str) -> str:
    return str(Subscriber.get(email, consistent_read=True).request_id)


STATES = ("unknown", "cooling", "pending", "expired", "confirmed", "unsubscribed", "bounced", "complained")


@pytest.mark.parametrize("state", STATES)
def test_nobody_learns_by_asking(state: str, anonymous: Api, row: Look, traveller: time_machine.Traveller) -> None:
    # given an address in some state
    stand(state, traveller)
    # when anybody asks for it
    with dynamodb_behind(Recorder) as recorder:
        answered = anonymous.post("/subscribers", {"email": ADA})
    # then the answer and the work are the same
    assert (answered.status, answered.json()) == (202, {"received": True})
    assert answered.headers["Cache-Control"] == "private, no-store"
    assert recorder.operations == ["UpdateItem", "TransactWriteItems"]


@pytest.mark.parametrize("state", STATES)
def test_a_mail_is_due_only_to_whom_one_may_be_sent(state: str, row: Look, traveller: time_machine.Traveller) -> None:
    stand(state, traveller)
    before = row(ADA)
    service.ask(ADA)
    after = row(ADA)
    assert after is not None
    asked = before is None or before.request_id != after.request_id
    assert asked == (state in {"unknown", "pending", "expired", "unsubscribed"})
    if asked:
        assert (after.state, after.expires_at) == (State.PENDING, clock.epoch_seconds() + service.PENDING_SECONDS)
    else:
        assert before is not None
        assert after.attribute_values == before.attribute_values


def test_a_second_mail_comes_only_after_a_pause(row: Look, traveller: time_machine.Traveller) -> None:
    service.ask(ADA)
    first = request_of(ADA)
    traveller.shift(service.COOL_DOWN_SECONDS - 1)
    service.ask(ADA)
    assert request_of(ADA) == first
    traveller.shift(1)
    service.ask(ADA)
    assert request_of(ADA) != first


def test_no_more_than_three_mails_come_in_a_day(memory: None, traveller: time_machine.Traveller) -> None:
    requests = set()
    for _ in range(24 * 4):
        service.ask(ADA)
        requests.add(request_of(ADA))
        traveller.shift(service.COOL_DOWN_SECONDS)
    assert len(requests) == 3
    # A day after the first, the next one may.
    service.ask(ADA)
    assert request_of(ADA) not in requests


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"email": "ada@example"}, [{"field": "email", "message": "Expected an address such as ada@example.com"}]),
        ({"email": "ada"}, [{"field": "email", "message": "Expected an address such as ada@example.com"}]),
        ({"email": "a" * 250 + "@b.c"}, [{"field": "email", "message": "Expected an address such as ada@example.com"}]),
        ({"email": "ada@example.com\r\nBcc: bob@example.com"}, None),
        ({"email": 5}, [{"field": "email", "message": "Expected `str`, got `int`"}]),
        ({}, [{"field": "email", "message": "Required"}]),
        ({"email": ADA, "state": "confirmed"}, [{"field": "state", "message": "Unknown field"}]),
    ],
)
def test_what_does_not_fit_is_refused(body: object, errors: object, anonymous: Api) -> None:
    with dynamodb_behind(Recorder) as recorder:
        answered = anonymous.post("/subscribers", body)
    assert answered.status == 400
    assert answered.json()["type"] == "urn:problem-type:invalid-body"
    assert errors is None or answered.json()["errors"] == errors
    assert recorder.calls == []


def test_a_database_that_does_not_answer_is_no_secret(anonymous: Api) -> None:
    with dynamodb_behind(lambda _: Scripted(refusal("ThrottlingException"))):
        assert anonymous.post("/subscribers", {"email": ADA}).status == 503


@given(email=st.text(max_size=60))
def test_whatever_is_typed_is_taken_or_refused(email: str) -> None:
    from tests.unit.conftest import application  # noqa: PLC0415 - the environment comes first

    with dynamodb_behind(lambda _: Scripted({"Attributes": {}})):
        answered = Api(application.app).post("/subscribers", {"email": email})
    assert answered.status in (202, 400)


@given(extra=st.dictionaries(st.text(max_size=20), st.none() | st.booleans() | st.text(max_size=20), min_size=1))
def test_fields_of_the_row_cannot_be_set_from_outside(extra: dict[str, object]) -> None:
    from tests.unit.conftest import application  # noqa: PLC0415 - the environment comes first

    body = {**extra, "email": ADA}
    with dynamodb_behind(lambda _: Scripted({"Attributes": {}})):
        answered = Api(application.app).post("/subscribers", body)
    assert answered.status == (202 if body.keys() == {"email"} else 400)


def ask_from(api: Api, email: str, source_ip: str) -> int:
    event = api.event("POST", "/subscribers", {"email": email}, {})
    event["requestContext"]["identity"] = {"sourceIp": source_ip}
    return int(api.app(event, Context())["statusCode"])


@pytest.mark.parametrize("state", STATES)
def test_a_computer_may_ask_for_so_many_addresses(
    state: str, anonymous: Api, row: Look, traveller: time_machine.Traveller
) -> None:
    # given an address in some state, and a computer that asked for it and for others
    stand(state, traveller)
    emails = [ADA] + [f"bob{number}@example.com" for number in range(service.BY_COMPUTER.most - 1)]
    assert [ask_from(anonymous, email, "192.0.2.1") for email in emails] == [202] * service.BY_COMPUTER.most
    # then one more is refused, whatever that state was, and another computer may ask
    assert ask_from(anonymous, "carol@example.com", "192.0.2.1") == 429
    assert row("carol@example.com") is None
    assert ask_from(anonymous, "carol@example.com", "192.0.2.2") == 202


def test_a_mailbox_gets_so_many_mails_whatever_tags_are_typed(
    anonymous: Api, row: Look, traveller: time_machine.Traveller
) -> None:
    # when somebody asks for 120 addresses of one mailbox
    emails = [f"ada+{number}@example.com" for number in range(120)]
    assert {ask_from(anonymous, email, f"192.0.2.{place}") for place, email in enumerate(emails)} == {202}
    # then few of them get a mail
    assert len([email for email in emails if row(email) is not None]) == service.BY_MAILBOX.most


def test_all_together_may_ask_for_so_many_addresses(anonymous: Api, traveller: time_machine.Traveller) -> None:
    for _ in range(service.IN_TOTAL.most):
        count(service.IN_TOTAL)
    assert ask_from(anonymous, ADA, "192.0.2.1") == 429
