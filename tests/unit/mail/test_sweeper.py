"""The sweeper: sends again what may be sent again, once, and gives up what nobody will ever know."""

from collections.abc import Iterator

import pytest
import time_machine

from chalicelib.mail import ledger, sweeper
from chalicelib.mail.delivery import About, Kind, Send
from chalicelib.mail.events import on_sweep
from chalicelib.mail.model import Delivery, State
from chalicelib.mail.outbox import Outbox
from chalicelib.mail.outcomes import OutcomeUnknown, RefusedForNow
from tests.unit.mail.fakes import Desk

NOON = "2026-11-21T12:00:00Z"
NOTHING = {"tried_again": 0, "dropped": 0, "given_up": 0, "put_off": 0, "failed": 0}

pytestmark = pytest.mark.usefixtures("tables")


@pytest.fixture
def traveller() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as travelling:
        yield travelling


class Post:
    """A kind of letter that remembers whom it went to."""

    def __init__(self, name: str = "letter") -> None:
        self.sent: list[str] = []
        self.unwanted: set[str] = set()
        self.error: Exception | None = None
        self.broken: set[str] = set()
        self.kind = Kind(name, self._prepare)

    def _prepare(self, _: Outbox, name: str, about: About) -> Send | None:
        if name in self.broken:
            raise KeyError("title")
        if about["to"] in self.unwanted:
            return None
        return lambda: self._send(about["to"])

    def _send(self, to: str) -> str:
        self.sent.append(to)
        if self.error is not None:
            raise self.error
        return f"message-{len(self.sent)}"


def overdue(traveller: time_machine.Traveller, *names: str, kind: str = "letter") -> None:
    for name in names:
        assert ledger.claim(name, kind, {"to": name}) is not None
    traveller.shift(ledger.LEASE_SECONDS + ledger.GRACE_SECONDS)


def state(name: str) -> str:
    return str(Delivery.get(name, consistent_read=True).state)


def test_a_round_with_nothing_to_do_does_nothing(desk: Desk, traveller: time_machine.Traveller) -> None:
    assert on_sweep({}, [Post().kind], desk.outbox) == NOTHING
    assert on_sweep({}, [Post().kind]) == NOTHING


def test_what_is_overdue_is_sent_again_once(desk: Desk, traveller: time_machine.Traveller) -> None:
    post = Post()
    overdue(traveller, "a", "b", "c")
    assert on_sweep({}, [post.kind], desk.outbox) == {**NOTHING, "tried_again": 3}
    assert sorted(post.sent) == ["a", "b", "c"]
    assert {state(name) for name in "abc"} == {State.SENT}
    traveller.shift(ledger.LEASE_SECONDS + ledger.GRACE_SECONDS)
    assert on_sweep({}, [post.kind], desk.outbox) == NOTHING


def test_what_stays_unknown_is_given_up_and_says_so(
    desk: Desk, traveller: time_machine.Traveller, lines: list[str]
) -> None:
    post = Post()
    post.error = OutcomeUnknown("ReadTimeoutError")
    overdue(traveller, "a")
    on_sweep({}, [post.kind], desk.outbox)
    traveller.shift(ledger.LEASE_SECONDS + ledger.GRACE_SECONDS)
    assert on_sweep({}, [post.kind], desk.outbox) == {**NOTHING, "given_up": 1}
    assert (post.sent, state("a")) == (["a"], State.FAILED_UNKNOWN)
    assert "delivery unknown" in lines


def test_what_nobody_wants_any_more_is_dropped(desk: Desk, traveller: time_machine.Traveller) -> None:
    post = Post()
    post.unwanted = {"a"}
    overdue(traveller, "a")
    assert on_sweep({}, [post.kind], desk.outbox) == {**NOTHING, "dropped": 1}
    assert (post.sent, state("a")) == ([], State.DROPPED)


def test_a_refusal_ends_the_round_for_its_kind_alone(desk: Desk, traveller: time_machine.Traveller) -> None:
    # given letters that are refused, and cards that are not
    letters, cards = Post("letter"), Post("card")
    letters.error = RefusedForNow("TooManyRequestsException")
    for name in ("a", "b", "c"):
        assert ledger.claim(name, "letter", {"to": name}) is not None
    overdue(traveller, "d", "e", kind="card")
    # when the sweeper goes round
    swept = on_sweep({}, [letters.kind, cards.kind], desk.outbox)
    # then one letter was tried, and every card was sent
    assert swept == {**NOTHING, "tried_again": 2, "put_off": 1}
    assert len(letters.sent) == 1
    assert sorted(cards.sent) == ["d", "e"]
    # and when letters are taken again, each is sent once more
    letters.error = None
    traveller.shift(ledger.GRACE_SECONDS)
    assert on_sweep({}, [letters.kind, cards.kind], desk.outbox) == {**NOTHING, "tried_again": 3}
    assert {state(name) for name in "abcde"} == {State.SENT}


def test_one_that_cannot_be_seen_to_does_not_stop_the_others(desk: Desk, traveller: time_machine.Traveller) -> None:
    post = Post()
    post.broken = {"b"}
    overdue(traveller, "a", "b", "c")
    overdue(traveller, "d", kind="a kind that is no more")
    assert on_sweep({}, [post.kind], desk.outbox) == {**NOTHING, "tried_again": 2, "failed": 2}
    assert sorted(post.sent) == ["a", "c"]
    assert {state(name) for name in "bd"} == {State.SENDING}


def test_what_somebody_else_has_meanwhile_is_left_alone(desk: Desk, traveller: time_machine.Traveller) -> None:
    # given two deliveries, one of them at its last attempt, that an event of SES settles while the sweeper looks
    post = Post()
    overdue(traveller, "a", "b")
    (second,) = [row for row in ledger.overdue() if row.delivery_id == "b"]
    assert ledger.take_over(second) is not None
    traveller.shift(ledger.LEASE_SECONDS + ledger.GRACE_SECONDS)
    overdue_rows = list(ledger.overdue())
    for row in overdue_rows:
        ledger.was_sent(row.delivery_id, "message-1")
    swept = sweeper.Swept()
    for row in overdue_rows:
        sweeper._see_to(desk.outbox, {"letter": post.kind}, row, swept)
    assert (post.sent, swept) == ([], sweeper.Swept())
    assert {state(name) for name in "ab"} == {State.SENT}


def test_a_round_ends_in_time(desk: Desk, traveller: time_machine.Traveller) -> None:
    # given letters that take long
    post = Post()
    overdue(traveller, *"abcdef")
    slow = Kind("letter", lambda *about: (traveller.shift(sweeper.BUDGET_SECONDS / 2), post.kind.prepare(*about))[1])
    # when the sweeper goes round, then it leaves the rest for the next round
    assert on_sweep({}, [slow], desk.outbox) == {**NOTHING, "tried_again": 2}
    assert len(post.sent) == 2
