"""Workers that stop for longer than their lease, and wake up when others have taken over."""

from collections.abc import Callable

import pytest

from chalicelib import clock
from chalicelib.mail import delivery, ledger
from chalicelib.mail.delivery import About, Kind, Send
from chalicelib.mail.ledger import Claim
from chalicelib.mail.model import Delivery, State
from chalicelib.mail.outbox import Outbox
from chalicelib.mail.outcomes import OutcomeUnknown, RefusedForNow
from chalicelib.mail.sweeper import sweep
from tests.faults.world import World, world

NAME = "letter_somebody"
PAST_GRACE = ledger.LEASE_SECONDS + ledger.GRACE_SECONDS


def letter(send: Send) -> Kind:
    def prepare(_: Outbox, __: str, ___: About) -> Send:
        return send

    return Kind("letter", prepare)


def row() -> Delivery:
    return Delivery.get(NAME, consistent_read=True)


@pytest.fixture
def outbox() -> Outbox:
    return Outbox()


def test_a_worker_that_overslept_its_lease_sends_nothing(outbox: Outbox) -> None:
    with world() as here:
        sent: list[str] = []
        # given a worker that stops between its claim and its send until the lease is over
        held = ledger.claim(NAME, "letter", {})
        assert held is not None
        here.advance(ledger.LEASE_SECONDS)
        # when it goes on
        with pytest.raises(RefusedForNow):
            delivery.act(held, lambda: sent.append("late") or "late")
        # then it sent nothing, and whoever comes next may
        assert sent == []
        delivery.deliver(outbox, letter(lambda: sent.append("new") or "new"), NAME, {})
        assert sent == ["new"]
        assert row().state == State.SENT


def test_a_worker_that_has_little_of_its_lease_left_does_not_begin() -> None:
    with world() as here:
        held = ledger.claim(NAME, "letter", {})
        assert held is not None
        here.advance(ledger.LEASE_SECONDS - ledger.LAST_MOMENT_SECONDS)
        with pytest.raises(RefusedForNow):
            delivery.act(held, lambda: pytest.fail("sent"))


def _taken_over(here: World) -> tuple[Claim, Claim]:
    zombie = ledger.claim(NAME, "letter", {})
    assert zombie is not None
    here.advance(ledger.LEASE_SECONDS)
    here.traveller.shift(ledger.GRACE_SECONDS)
    successor = ledger.take_over(row())
    assert successor is not None
    return zombie, successor


@pytest.mark.parametrize(
    "settle",
    [
        lambda zombie: ledger.sent(zombie, "of the zombie"),
        lambda zombie: ledger.failed(zombie, "of the zombie"),
        ledger.release,
    ],
)
def test_a_worker_whose_claim_was_taken_over_settles_nothing(settle: Callable[[Claim], None]) -> None:
    with world() as here:
        # given a worker whose claim another has taken over and is sending by
        zombie, successor = _taken_over(here)
        # when it wakes up and wants to settle
        settle(zombie)
        # then the row is the successor's as before
        assert (row().state, row().token, row().attempt) == (State.SENDING, successor.token, 2)
        assert row().unsettled is not None
        # and the successor settles it
        ledger.sent(successor, "of the successor")
        assert (row().state, row().message_id) == (State.SENT, "of the successor")


def test_only_one_takes_over() -> None:
    with world() as here:
        # given an overdue delivery that two have read
        assert ledger.claim(NAME, "letter", {}) is not None
        here.traveller.shift(PAST_GRACE)
        read_by_one, read_by_other = row(), row()
        # when both take it over, then one gets it
        assert ledger.take_over(read_by_one) is not None
        assert ledger.take_over(read_by_other) is None


def test_what_nobody_knows_is_not_sent_again_before_the_grace_period_is_over(outbox: Outbox) -> None:
    with world() as here:
        # given a mail whose answer was lost
        attempts: list[int] = []

        def silent() -> str:
            attempts.append(clock.epoch_seconds())
            raise OutcomeUnknown("ReadTimeoutError")

        kind = letter(silent)
        delivery.deliver(outbox, kind, NAME, {})
        # when its record comes again, at once and after the lease, and the sweeper looks
        for pause in (0, 1, ledger.LEASE_SECONDS, ledger.GRACE_SECONDS - 2):
            here.traveller.shift(pause)
            delivery.deliver(outbox, kind, NAME, {})
            sweep(outbox, {"letter": kind})
        # then it was not tried again
        assert len(attempts) == 1
        # when the grace period is over
        here.traveller.shift(2)
        sweep(outbox, {"letter": kind})
        # then it was, once
        assert len(attempts) == 2
        for _ in range(5):
            here.traveller.shift(PAST_GRACE)
            sweep(outbox, {"letter": kind})
        assert len(attempts) == 2
        assert row().state == State.FAILED_UNKNOWN


def test_an_event_of_ses_settles_what_nobody_knows(outbox: Outbox) -> None:
    with world() as here:
        # given a mail that SES took and never answered for
        def silent() -> str:
            raise OutcomeUnknown("ReadTimeoutError")

        kind = letter(silent)
        delivery.deliver(outbox, kind, NAME, {})
        # when SES tells of it
        ledger.was_sent(NAME, "message-1")
        # then it is sent, and nobody tries again
        here.traveller.shift(PAST_GRACE)
        assert sweep(outbox, {"letter": letter(lambda: pytest.fail("sent again"))}).tried_again == 0
        assert (row().state, row().message_id, row().about, row().unsettled) == (State.SENT, "message-1", None, None)


def test_an_event_of_ses_comes_too_late_and_is_believed_all_the_same(outbox: Outbox) -> None:
    with world() as here:

        def silent() -> str:
            raise OutcomeUnknown("ReadTimeoutError")

        delivery.deliver(outbox, letter(silent), NAME, {})
        for _ in range(3):
            here.traveller.shift(PAST_GRACE)
            sweep(outbox, {"letter": letter(silent)})
        assert row().state == State.FAILED_UNKNOWN
        ledger.was_sent(NAME, "message-1")
        assert row().state == State.SENT


def test_a_mail_is_claimed_before_it_is_sent(outbox: Outbox) -> None:
    with world():
        states: list[str] = []
        delivery.deliver(outbox, letter(lambda: states.append(row().state) or "message-1"), NAME, {})
        assert states == [State.SENDING]
