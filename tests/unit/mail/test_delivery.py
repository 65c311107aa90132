"""Doing one thing once: what is asked first, what is claimed, and how each end is settled."""

import pytest
import time_machine

from chalicelib.mail import delivery, ledger
from chalicelib.mail.delivery import About, Kind, Send
from chalicelib.mail.model import Delivery, State
from chalicelib.mail.outbox import Outbox
from chalicelib.mail.outcomes import OutcomeUnknown, RefusedForGood, RefusedForNow
from tests.unit.mail.fakes import Desk

NAME = "letter_abc"
ABOUT = {"email": "ada@example.com"}

pytestmark = pytest.mark.usefixtures("tables")


class Post:
    """A kind of letter; each attempt gives or raises the next of what it was made with."""

    def __init__(self, *ends: str | Exception) -> None:
        self._ends = list(ends)
        self.attempts = 0
        self.wanted = True
        self.kind = Kind("letter", self._prepare)

    def _prepare(self, _: Outbox, name: str, about: About) -> Send | None:
        assert (name, about) == (NAME, ABOUT)
        return self._send if self.wanted else None

    def _send(self) -> str:
        self.attempts += 1
        end = self._ends.pop(0)
        if isinstance(end, Exception):
            raise end
        return end

    def deliver(self, desk: Desk) -> None:
        delivery.deliver(desk.outbox, self.kind, NAME, ABOUT)


def state() -> str | None:
    try:
        return str(Delivery.get(NAME, consistent_read=True).state)
    except Delivery.DoesNotExist:
        return None


def test_what_is_due_is_sent_once(desk: Desk) -> None:
    post = Post("message-1")
    for _ in range(3):
        post.deliver(desk)
    assert (post.attempts, state()) == (1, State.SENT)


def test_what_nobody_wants_is_not_even_claimed(desk: Desk) -> None:
    post = Post()
    post.wanted = False
    post.deliver(desk)
    assert (post.attempts, state()) == (0, None)


def test_what_cannot_be_prepared_is_not_claimed(desk: Desk) -> None:
    def prepare(*_: object) -> Send | None:
        raise KeyError("title")

    with pytest.raises(KeyError):
        delivery.deliver(desk.outbox, Kind("letter", prepare), NAME, ABOUT)
    assert state() is None


def test_what_is_refused_for_now_is_tried_again_by_the_caller(desk: Desk) -> None:
    post = Post(RefusedForNow("TooManyRequestsException"), "message-1")
    with pytest.raises(RefusedForNow):
        post.deliver(desk)
    assert state() == State.RELEASED
    post.deliver(desk)
    assert (post.attempts, state()) == (2, State.SENT)


def test_what_is_refused_for_good_is_not_tried_again(desk: Desk) -> None:
    post = Post(RefusedForGood("MessageRejected"))
    post.deliver(desk)
    post.deliver(desk)
    assert (post.attempts, state()) == (1, State.FAILED)


def test_what_nobody_knows_is_left_to_the_ledger(desk: Desk) -> None:
    post = Post(OutcomeUnknown("ReadTimeoutError"))
    post.deliver(desk)
    post.deliver(desk)
    assert (post.attempts, state()) == (1, State.SENDING)


def test_whoever_has_no_lease_left_sends_nothing(desk: Desk) -> None:
    held = ledger.claim(NAME, "letter", ABOUT)
    assert held is not None
    with time_machine.travel(held.lease_until, tick=False), pytest.raises(RefusedForNow):
        delivery.act(held, lambda: pytest.fail("sent"))
    assert state() == State.RELEASED


def test_an_error_nobody_thought_of_counts_as_not_known(desk: Desk) -> None:
    post = Post(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        post.deliver(desk)
    post.deliver(desk)
    assert (post.attempts, state()) == (1, State.SENDING)
    assert ledger.claim(NAME, "letter", ABOUT) is None
