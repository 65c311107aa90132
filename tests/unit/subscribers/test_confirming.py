"""Confirming and leaving: by links that only we can make, good for one thing, and never twice."""

from collections.abc import Callable

import pytest
import time_machine

from chalicelib import clock
from chalicelib.store import cursors
from chalicelib.subscribers import service, tokens
from chalicelib.subscribers.model import SHARDS, State, Subscriber, shard
from chalicelib.subscribers.service import NotToConfirm
from chalicelib.subscribers.tokens import InvalidToken, Purpose, Token, seal, unseal
from tests.support.api import Answered, Api
from tests.support.seam import AnswerLost, Recorder, dynamodb_behind, refusal

ADA = "ada@example.com"
SUBSCRIBED = "https://site.example.test/blog/subscribed/"
EXPIRED = "https://site.example.test/blog/link-expired/"
HTML = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"

Look = Callable[[str], Subscriber | None]


def asked() -> Token:
    """Let Ada sign up, and return what her link says."""
    service.ask(ADA)
    row = Subscriber.get(ADA, consistent_read=True)
    return Token(ADA, row.request_id, int(row.expires_at))


def follow(api: Api, token: Token, **headers: str) -> Answered:
    return api.get(f"/subscribers/confirm?token={seal(Purpose.CONFIRM, token)}", **headers)


def stored() -> Subscriber:
    return Subscriber.get(ADA, consistent_read=True)


def test_following_the_link_subscribes(anonymous: Api, traveller: time_machine.Traveller) -> None:
    token = asked()
    with dynamodb_behind(Recorder) as recorder:
        answered = follow(anonymous, token, accept=HTML)
    assert (answered.status, answered.headers["Location"], answered.body) == (303, SUBSCRIBED, "")
    assert answered.headers["Cache-Control"] == "private, no-store"
    assert recorder.operations == ["UpdateItem"]
    row = stored()
    assert (row.state, row.confirmed_shard, row.expires_at) == (State.CONFIRMED, shard(ADA), None)
    assert row.confirmed_at == clock.timestamp(clock.now())


def test_following_it_twice_is_following_it_once(anonymous: Api) -> None:
    token = asked()
    follow(anonymous, token)
    before = stored().attribute_values
    answered = follow(anonymous, token)
    assert (answered.status, answered.headers["Location"]) == (303, SUBSCRIBED)
    assert stored().attribute_values == before


def test_an_older_link_of_the_same_two_days_does_too(anonymous: Api, traveller: time_machine.Traveller) -> None:
    # given somebody who asked again, since the first mail was slow
    token = asked()
    traveller.shift(service.COOL_DOWN_SECONDS)
    assert asked().request_id != token.request_id
    # when they follow the first link
    assert follow(anonymous, token).headers["Location"] == SUBSCRIBED
    # then they are subscribed
    assert stored().state == State.CONFIRMED


def test_an_answer_that_was_lost_is_a_click_all_the_same(tables: None) -> None:
    token = asked()
    with dynamodb_behind(lambda inner: AnswerLost(inner, "UpdateItem", refusal("RequestTimeout"))):
        with pytest.raises(Exception, match="UpdateItem"):
            service.confirm(ADA, token.request_id)
        service.confirm(ADA, token.request_id)
    assert stored().state == State.CONFIRMED


def test_a_link_is_good_for_two_days(anonymous: Api, traveller: time_machine.Traveller) -> None:
    token = asked()
    traveller.shift(service.PENDING_SECONDS - 1)
    sealed = seal(Purpose.CONFIRM, token)
    assert unseal(Purpose.CONFIRM, sealed) == token
    traveller.shift(1)
    answered = follow(anonymous, token, accept=HTML)
    assert (answered.status, answered.headers["Location"]) == (303, EXPIRED)
    assert stored().state == State.PENDING


def test_a_link_that_outlives_its_row_confirms_nothing(tables: None, traveller: time_machine.Traveller) -> None:
    token = asked()
    traveller.shift(service.PENDING_SECONDS)
    with pytest.raises(NotToConfirm):
        service.confirm(ADA, token.request_id)


@pytest.mark.parametrize("accept", ["application/json", "*/*"])
def test_programs_are_told_what_is_wrong(accept: str, anonymous: Api) -> None:
    answered = anonymous.get("/subscribers/confirm?token=nonsense", accept=accept)
    assert (answered.status, answered.json()["type"]) == (400, "urn:problem-type:invalid-token")


def test_a_link_without_a_token_is_refused(anonymous: Api) -> None:
    assert anonymous.get("/subscribers/confirm", accept=HTML).status == 400
    assert anonymous.post("/subscribers/unsubscribe").status == 400
    assert anonymous.get(f"/subscribers/confirm?token={'a' * 1025}").status == 400


@pytest.mark.parametrize("leave", [service.leave, service.bounced, service.complained])
def test_whoever_left_is_not_brought_back_by_an_old_link(
    leave: Callable[[str], None], anonymous: Api, traveller: time_machine.Traveller
) -> None:
    # given somebody who confirmed and left
    token = asked()
    follow(anonymous, token)
    leave(ADA)
    before = stored().state
    # when the old link is followed, as a program that looks into mails might
    answered = follow(anonymous, token, accept=HTML)
    # then nothing comes of it
    assert (answered.headers["Location"], stored().state) == (EXPIRED, before)


def test_whoever_left_may_come_back_by_a_new_link_only(anonymous: Api, traveller: time_machine.Traveller) -> None:
    # given somebody who left while pending, and signed up again
    old = asked()
    service.leave(ADA)
    traveller.shift(service.COOL_DOWN_SECONDS)
    new = asked()
    # when both links are followed
    assert follow(anonymous, old, accept=HTML).headers["Location"] == EXPIRED
    assert stored().state == State.PENDING
    assert follow(anonymous, new).headers["Location"] == SUBSCRIBED
    # then the old one does not even look as if it had worked
    assert follow(anonymous, old, accept=HTML).headers["Location"] == EXPIRED


def test_nobody_is_subscribed_who_never_asked(anonymous: Api, row: Look) -> None:
    token = Token("bob@example.com", "01KAGQ3ZJ8Y5V4M2T7C9XWNDRE", clock.epoch_seconds() + 60)
    assert follow(anonymous, token, accept=HTML).headers["Location"] == EXPIRED
    assert row("bob@example.com") is None


def unsubscribe(api: Api, token: str, body: object = None, **headers: str) -> Answered:
    return api.post(f"/subscribers/unsubscribe?token={token}", body, **headers)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"),
        (None, "application/json"),
        ({}, "application/json"),
        ("--x\r\n\r\n--x--", "multipart/form-data; boundary=x"),
    ],
)
def test_one_click_is_enough_to_leave(body: object, content_type: str, anonymous: Api) -> None:
    # given a subscriber
    token = asked()
    follow(anonymous, token)
    # when their mail program posts to the link, however it does
    link = seal(Purpose.LEAVE, Token(ADA, token.request_id))
    for _ in range(2):
        with dynamodb_behind(Recorder) as recorder:
            answered = unsubscribe(anonymous, link, body, content_type=content_type)
        # then they have left, and have stayed so the second time
        assert (answered.status, answered.json()) == (200, {"unsubscribed": True})
        assert recorder.operations == ["UpdateItem"]
        assert (stored().state, stored().confirmed_shard) == (State.UNSUBSCRIBED, None)


def test_a_link_to_leave_never_expires(anonymous: Api, traveller: time_machine.Traveller) -> None:
    token = asked()
    follow(anonymous, token)
    traveller.shift(20 * 365 * 24 * 60 * 60)
    assert unsubscribe(anonymous, seal(Purpose.LEAVE, Token(ADA, token.request_id))).status == 200
    assert stored().state == State.UNSUBSCRIBED


def test_whoever_is_not_there_may_leave_too(anonymous: Api, row: Look) -> None:
    link = seal(Purpose.LEAVE, Token("bob@example.com", "01KAGQ3ZJ8Y5V4M2T7C9XWNDRE"))
    assert unsubscribe(anonymous, link).status == 200
    assert row("bob@example.com") is None


def test_a_pending_address_may_leave(tables: None, traveller: time_machine.Traveller) -> None:
    asked()
    service.leave(ADA)
    assert stored().state == State.UNSUBSCRIBED
    assert stored().expires_at == clock.epoch_seconds() + service.REMEMBERED_SECONDS


@pytest.mark.parametrize(("end", "state"), [(service.bounced, "bounced"), (service.complained, "complained")])
def test_whoever_is_never_mailed_again_stays_so(end: Callable[[str], None], state: str, tables: None) -> None:
    asked()
    end(ADA)
    service.leave(ADA)
    service.ask(ADA)
    assert stored().state == state
    assert stored().expires_at is None


def test_a_complaint_outweighs_a_bounce(tables: None) -> None:
    service.bounced(ADA)
    service.complained(ADA)
    service.bounced(ADA)
    assert stored().state == State.COMPLAINED


def test_what_comes_back_is_remembered_for_whoever_it_is(tables: None) -> None:
    service.bounced("bob@example.com")
    service.complained("eve@example.com")
    for email in ("bob@example.com", "eve@example.com"):
        service.ask(email)
        found = service.find(email)
        assert found is not None
        assert found.state in (State.BOUNCED, State.COMPLAINED)


def test_a_link_says_nothing_to_whoever_changes_it() -> None:
    token = Token(ADA, "01KAGQ3ZJ8Y5V4M2T7C9XWNDRE", clock.epoch_seconds() + 60)
    sealed = seal(Purpose.CONFIRM, token)
    payload, signature = sealed.split(".")
    forged = seal(Purpose.CONFIRM, Token("eve@example.com", token.request_id, token.expires_at)).split(".")[0]
    for wrong in (
        "",
        ".",
        payload,
        signature,
        f"{payload}.",
        f".{signature}",
        f"{payload}.{signature}.x",
        f"{payload}.{signature[:-1]}",
        f"{payload}.{signature}=",
        f"{payload}A.{signature}",
        f"{forged}.{signature}",
        f"{payload}.{signature[:-1]}{'A' if signature[-1] != 'A' else 'B'}",
        f"{payload}.ü",
        f"{payload}. {signature}",
    ):
        with pytest.raises(InvalidToken):
            unseal(Purpose.CONFIRM, wrong)
    assert unseal(Purpose.CONFIRM, sealed) == token


def test_a_link_is_good_for_one_purpose_only(anonymous: Api) -> None:
    # given a subscriber's two links
    token = asked()
    confirm, leave = seal(Purpose.CONFIRM, token), seal(Purpose.LEAVE, token)
    # then neither does the other's work
    assert anonymous.get(f"/subscribers/confirm?token={leave}").status == 400
    assert unsubscribe(anonymous, confirm).status == 400
    assert stored().state == State.PENDING


def test_a_link_is_no_cursor() -> None:
    # The same key signs both; what is signed tells them apart.
    assert tokens._message(Purpose.CONFIRM, b"x") != tokens._message(Purpose.LEAVE, b"x")
    assert cursors._message(b"x", "confirm") != tokens._message(Purpose.CONFIRM, b"x")


def test_addresses_spread_over_all_shards() -> None:
    spread = [shard(f"reader{number}@example.com") for number in range(1000)]
    assert set(spread) == set(SHARDS)
    assert min(spread.count(each) for each in SHARDS) > 150
