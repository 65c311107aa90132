"""The delivery ledger: every transition is one conditional write that says whom it expects."""

import json
from collections.abc import Callable
from io import StringIO

import pytest
import time_machine

from chalicelib import clock, signing
from chalicelib.mail import ledger
from chalicelib.mail.model import SHARDS, Delivery, State
from chalicelib.store.errors import Unavailable
from tests.faults.dynamodb import MemoryDynamoDb
from tests.support.seam import AnswerLost, Recorder, Scripted, dynamodb_behind, refusal

ABOUT = {"email": "ada@example.com"}
NAME = "welcome_1_abc"
NOON = "2026-11-21T12:00:00Z"

pytestmark = pytest.mark.usefixtures("tables")


def row() -> Delivery:
    return Delivery.get(NAME, consistent_read=True)


def claimed() -> ledger.Claim:
    held = ledger.claim(NAME, "welcome", ABOUT)
    assert held is not None
    return held


@pytest.mark.parametrize("purpose", ["welcome_01KAGQ3ZJ8Y5V4M2T7C9XWNDRE", f"post_{'a' * 80}"])
def test_a_delivery_is_named_by_its_purpose_and_a_hash(purpose: str) -> None:
    # given the name of a delivery
    name = ledger.delivery_id(purpose, "ada@example.com")
    # then it says what for and not for whom, and SES takes it as a tag
    assert name.startswith(f"{purpose}_")
    assert "ada" not in name.removeprefix(purpose)
    assert len(name) <= 256
    assert name.isascii()
    assert name.replace("-", "").replace("_", "").isalnum()
    # and nobody else has it
    assert name == ledger.delivery_id(purpose, "ada@example.com")
    assert name != ledger.delivery_id(purpose, "bob@example.com")


def test_a_delivery_keeps_its_name_so_that_no_later_release_sends_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing, "keys", lambda: signing.read_ring("the key of the first deploy"))
    assert ledger.delivery_id("welcome", "ada@example.com") == "welcome_1iWXhg0WdyYDlcLl4nn3J-qB"


@time_machine.travel(NOON, tick=False)
def test_a_claim_is_one_write_that_says_all_there_is_to_know() -> None:
    with dynamodb_behind(Recorder) as recorder:
        held = claimed()
    assert recorder.operations == ["UpdateItem"]
    now = clock.epoch_seconds()
    assert (held.delivery_id, held.attempt, held.lease_until) == (NAME, 1, now + ledger.LEASE_SECONDS)
    stored = row()
    assert (stored.kind, stored.state, stored.token) == ("welcome", State.SENDING, held.token)
    assert (stored.attempt, stored.lease_until, stored.about) == (1, held.lease_until, ABOUT)
    assert stored.unsettled in SHARDS
    assert stored.expires_at is None


def test_what_is_claimed_is_not_claimed_again() -> None:
    claimed()
    assert ledger.claim(NAME, "welcome", ABOUT) is None


@pytest.mark.parametrize("error", [refusal("InternalServerError", status=500), refusal("RequestTimeout")])
def test_a_claim_whose_answer_was_lost_is_a_claim(error: Exception) -> None:
    with dynamodb_behind(lambda inner: AnswerLost(inner, "UpdateItem", error)):
        held = claimed()
    assert row().token == held.token


def test_a_claim_is_not_made_where_dynamodb_does_not_answer() -> None:
    scripted = Scripted(refusal("ThrottlingException"))
    with dynamodb_behind(lambda _: scripted), pytest.raises(Unavailable):
        claimed()
    assert len(scripted.calls) == 2


def test_a_lease_is_held_until_its_last_moment() -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        held = claimed()
        assert held.holds()
        traveller.shift(ledger.LEASE_SECONDS - ledger.LAST_MOMENT_SECONDS - 1)
        assert held.holds()
        traveller.shift(1)
        assert not held.holds()


@time_machine.travel(NOON, tick=False)
def test_what_was_sent_is_settled_and_names_nobody() -> None:
    held = claimed()
    ledger.sent(held, "message-1")
    stored = row()
    assert (stored.state, stored.message_id) == (State.SENT, "message-1")
    assert stored.about is None
    assert stored.unsettled is None
    assert stored.expires_at == clock.epoch_seconds() + ledger.KEPT_SECONDS
    assert ledger.claim(NAME, "welcome", ABOUT) is None
    assert list(ledger.overdue()) == []


def test_what_was_refused_for_good_is_settled_with_the_reason() -> None:
    ledger.failed(claimed(), "MessageRejected")
    assert (row().state, row().reason, row().about) == (State.FAILED, "MessageRejected", None)
    assert ledger.claim(NAME, "welcome", ABOUT) is None


def test_what_was_released_may_be_claimed_again() -> None:
    first = claimed()
    ledger.release(first)
    assert row().state == State.RELEASED
    assert row().about == ABOUT
    second = claimed()
    assert second.token != first.token
    # Nothing went out, so this is the first attempt still.
    assert second.attempt == 1


def test_what_is_written_too_late_changes_nothing() -> None:
    # given a claim that was given back, and is someone else's now
    first = claimed()
    ledger.release(first)
    second = claimed()
    # when the first worker settles
    ledger.sent(first, "message-1")
    ledger.failed(first, "late")
    ledger.release(first)
    # then the row is the second one's
    assert (row().state, row().token) == (State.SENDING, second.token)


@pytest.mark.parametrize(
    "settle", [lambda held: ledger.sent(held, "1"), lambda held: ledger.failed(held, "no"), ledger.release]
)
def test_a_row_that_cannot_be_written_stays_for_the_sweeper(
    lines: list[str], settle: Callable[[ledger.Claim], None]
) -> None:
    held = claimed()
    with dynamodb_behind(lambda _: Scripted(refusal("ThrottlingException"))) as scripted:
        settle(held)
    assert len(scripted.calls) == 2
    assert (row().state, row().unsettled is None) == (State.SENDING, False)
    assert lines == ["delivery left unsettled"]


def test_nothing_is_overdue_within_the_grace_period() -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        claimed()
        traveller.shift(ledger.LEASE_SECONDS + ledger.GRACE_SECONDS - 1)
        assert list(ledger.overdue()) == []
        traveller.shift(1)
        (found,) = ledger.overdue()
        assert (found.delivery_id, found.about) == (NAME, ABOUT)


def test_what_was_released_is_overdue_after_a_pause() -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        ledger.release(claimed())
        traveller.shift(ledger.PAUSE_SECONDS - 1)
        assert list(ledger.overdue()) == []
        traveller.shift(1)
        (found,) = ledger.overdue()
        # and whoever takes it over makes the first attempt
        taken = ledger.take_over(found)
        assert taken is not None
        assert taken.attempt == 1


def test_whatever_is_overdue_is_found_in_every_shard() -> None:
    with time_machine.travel(NOON, tick=False) as traveller, dynamodb_behind(lambda _: MemoryDynamoDb()):
        names = {ledger.delivery_id("post_tides", f"reader{number}@example.com") for number in range(60)}
        for name in names:
            assert ledger.claim(name, "post", ABOUT) is not None
        traveller.shift(ledger.LEASE_SECONDS + ledger.GRACE_SECONDS)
        found = list(ledger.overdue())
    assert {each.delivery_id for each in found} == names
    assert {each.unsettled for each in found} == set(SHARDS)


def overdue(traveller: time_machine.Traveller) -> Delivery:
    claimed()
    traveller.shift(ledger.LEASE_SECONDS + ledger.GRACE_SECONDS)
    (found,) = ledger.overdue()
    return found


def test_taking_over_counts_as_another_attempt() -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        found = overdue(traveller)
        taken = ledger.take_over(found)
        assert taken is not None
        assert (taken.attempt, row().token, row().about) == (2, taken.token, ABOUT)
        # An index that lags shows it as it was; nobody gets it by that.
        assert ledger.take_over(found) is None
        assert not ledger.give_up(found)
        assert not ledger.drop(found)


def test_a_delivery_that_is_gone_meanwhile_is_not_taken_over() -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        found = overdue(traveller)
        Delivery(NAME).delete()
        assert ledger.take_over(found) is None


def test_a_second_attempt_that_was_refused_leaves_the_first_one_unknown() -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        taken = ledger.take_over(overdue(traveller))
        assert taken is not None
        ledger.release(taken)
        # Nobody but the sweeper may try again, since nobody knows about the first attempt.
        assert (row().state, row().attempt) == (State.SENDING, 1)
        assert ledger.claim(NAME, "welcome", ABOUT) is None
        traveller.shift(ledger.PAUSE_SECONDS)
        (found,) = ledger.overdue()
        assert ledger.take_over(found) is not None


def test_what_is_given_up_or_dropped_is_settled() -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        found = overdue(traveller)
        assert ledger.give_up(found)
        assert (row().state, row().about, row().unsettled) == (State.FAILED_UNKNOWN, None, None)
        Delivery(NAME).delete()
        found = overdue(traveller)
        assert ledger.drop(found)
        assert (row().state, row().about, row().unsettled) == (State.DROPPED, None, None)


def test_ses_is_believed_in_every_state_but_a_failure() -> None:
    # in the middle of sending
    claimed()
    ledger.was_sent(NAME, "message-1")
    assert (row().state, row().message_id) == (State.SENT, "message-1")
    # released, by a worker that another one was before
    Delivery(NAME).delete()
    ledger.release(claimed())
    ledger.was_sent(NAME, "message-1")
    assert row().state == State.SENT
    assert ledger.claim(NAME, "welcome", ABOUT) is None
    # but what it rejected was rejected
    ledger.was_rejected(NAME, "Bad content")
    ledger.was_sent(NAME, "message-1")
    assert (row().state, row().reason) == (State.FAILED, "Bad content")
    ledger.was_rejected(NAME, "Again")
    assert row().reason == "Bad content"


@pytest.mark.parametrize("settle", [ledger.give_up, ledger.drop])
def test_ses_is_believed_of_what_was_given_up_or_dropped(settle: Callable[[Delivery], bool]) -> None:
    # given a delivery that the sweeper has settled
    with time_machine.travel(NOON, tick=False) as traveller:
        assert settle(overdue(traveller))
    # when SES tells that it was sent
    ledger.was_sent(NAME, "message-1")
    # then
    assert (row().state, row().message_id) == (State.SENT, "message-1")


def test_ses_cannot_settle_what_is_not_there() -> None:
    ledger.was_sent(NAME, "message-1")
    assert not ledger.was_rejected(NAME, "Bad content")
    with pytest.raises(Delivery.DoesNotExist):
        row()


def test_a_mail_that_went_out_twice_is_counted(lines: list[str], logged: StringIO) -> None:
    # given a mail of which SES told once, twice
    claimed()
    ledger.was_sent(NAME, "message-1")
    ledger.was_sent(NAME, "message-1")
    assert lines == []
    # when it tells of another one of the same delivery
    ledger.was_sent(NAME, "message-2")
    # then a line says so
    assert lines == ["sent twice"]
    assert json.loads(logged.getvalue())["delivery"] == NAME
    assert row().message_id == "message-1"
