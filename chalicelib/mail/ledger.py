"""The delivery ledger: one claim for each mail or notice, nothing silently lost, nothing blindly sent twice.

    (none) ──claim──> SENDING ──sent──────────────> SENT
                       │  ^  └──refused for good──> FAILED
     refused for now   │  │
                       v  │ claim
                      RELEASED

    SENDING past its lease: nobody knows. An event of SES settles it, or after a grace period the sweeper takes it
    over, once; then it ends as FAILED_UNKNOWN. What nobody wants any more ends as DROPPED.

SES has no idempotency key, so exactly once does not exist. Every transition is one conditional write that names the
token it expects, so whoever lost a claim changes nothing any more; what that worker has already handed to SES cannot
be called back.
"""

import logging
import random
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar
from uuid import uuid4

import msgspec
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib import clock, signing
from chalicelib.mail.model import SHARDS, Delivery, State, Unsettled
from chalicelib.observe import logs
from chalicelib.store.errors import ConditionFailed, Unavailable

# Longer than any function that sends may run, so that whoever is past it is dead or should be.
LEASE_SECONDS = 120
# Whoever has less of the lease left than sending may take does not begin.
LAST_MOMENT_SECONDS = 10
GRACE_SECONDS = 15 * 60
PAUSE_SECONDS = 60
ATTEMPTS = 2
KEPT_SECONDS = 90 * 24 * 60 * 60
_PAGE = 25
_HASH_BYTES = 18

Result = TypeVar("Result")

_log = logging.getLogger(__name__)


class Claim(msgspec.Struct, frozen=True):
    """The right to send once."""

    delivery_id: str
    token: str
    attempt: int
    lease_until: int

    def holds(self) -> bool:
        """Whether there is time left to send."""
        return clock.epoch_seconds() < self.lease_until - LAST_MOMENT_SECONDS


def delivery_id(purpose: str, subject: str) -> str:
    """Name what is sent: what for, and for whom by a hash that nobody without the key can make.

    It may stand in an SES tag if `purpose` may: letters, digits, `_` and `-`.
    """
    digest = signing.keys().digest(b"delivery\0" + subject.encode())
    return f"{purpose}_{urlsafe_b64encode(digest[:_HASH_BYTES]).decode()}"


def claim(name: str, kind: str, about: Mapping[str, str]) -> Claim | None:
    """Claim a delivery; None where it is settled, someone else's, or the sweeper's to find out about."""
    mine = _new_claim(name, attempt=1)
    free = Delivery.delivery_id.does_not_exist() | (Delivery.state == State.RELEASED)
    return _take(mine, [Delivery.kind.set(kind), Delivery.about.set(dict(about))], free)


def take_over(row: Delivery) -> Claim | None:
    """Claim an overdue delivery that is still as it was read; None where it is not."""
    attempt = int(row.attempt) + (0 if row.state == State.RELEASED else 1)
    return _take(_new_claim(row.delivery_id, attempt), [], _as_read(row))


def sent(held: Claim, message_id: str) -> None:
    """Settle: it was sent."""
    _with_care(lambda: _settle(held.delivery_id, State.SENT, _is_held(held), Delivery.message_id.set(message_id)))


def failed(held: Claim, reason: str) -> None:
    """Settle: it was refused for good."""
    _with_care(lambda: _settle(held.delivery_id, State.FAILED, _is_held(held), Delivery.reason.set(reason)))


def release(held: Claim) -> None:
    """Give a claim back because nothing was sent by it; what was not known before is not known now.

    Whoever claimed it may try again at once; the sweeper does in a while.
    """
    actions: list[Action] = [Delivery.lease_until.set(clock.epoch_seconds() + PAUSE_SECONDS - GRACE_SECONDS)]
    if held.attempt == 1:
        actions.append(Delivery.state.set(State.RELEASED))
    else:
        actions.append(Delivery.attempt.set(held.attempt - 1))
    _with_care(lambda: _if_it_holds(lambda: Delivery(held.delivery_id).change(actions, _is_held(held))))


def give_up(row: Delivery) -> bool:
    """Settle an overdue delivery that is still as it was read: how it went will never be known."""
    return _settle(row.delivery_id, State.FAILED_UNKNOWN, _as_read(row))


def drop(row: Delivery) -> bool:
    """Settle an overdue delivery that is still as it was read: nobody wants it any more."""
    return _settle(row.delivery_id, State.DROPPED, _as_read(row))


def was_sent(name: str, message_id: str) -> None:
    """Settle by what SES tells: it was sent, whatever the worker knew."""
    open_ = Delivery.state.is_in(State.SENDING, State.RELEASED, State.DROPPED, State.FAILED_UNKNOWN)
    try:
        _twice(lambda: _write_settled(name, State.SENT, open_, Delivery.message_id.set(message_id)))
    except ConditionFailed as refused:
        stands = None if refused.item is None else Delivery.from_raw_data(refused.item)
        if stands is not None and stands.state == State.SENT and stands.message_id != message_id:
            _log.warning("sent twice", extra={"fields": {"delivery": name}})


def was_rejected(name: str, reason: str) -> bool:
    """Settle by what SES tells: it took the mail, looked at it, and threw it away."""
    known = Delivery.delivery_id.exists() & (Delivery.state != State.FAILED)
    return _settle(name, State.FAILED, known, Delivery.reason.set(reason))


def overdue() -> Iterator[Delivery]:
    """The deliveries of which nobody has known for the grace period how they went, as an index shows them.

    The shards come in any order, so that a round that ends early does not leave the same ones each time.
    """
    before = Unsettled.lease_until <= clock.epoch_seconds() - GRACE_SECONDS
    for shard in random.sample(SHARDS, len(SHARDS)):
        yield from Delivery.by_lease.query(shard, before, page_size=_PAGE)


def _new_claim(name: str, attempt: int) -> Claim:
    return Claim(name, uuid4().hex, attempt, clock.epoch_seconds() + LEASE_SECONDS)


def _take(mine: Claim, actions: Sequence[Action], condition: Condition) -> Claim | None:
    taking = [
        *actions,
        Delivery.state.set(State.SENDING),
        Delivery.token.set(mine.token),
        Delivery.attempt.set(mine.attempt),
        Delivery.lease_until.set(mine.lease_until),
        Delivery.unsettled.set(_shard(mine.delivery_id)),
    ]
    try:
        _twice(lambda: Delivery(mine.delivery_id).change(taking, condition))
    except ConditionFailed as refused:
        stands = None if refused.item is None else Delivery.from_raw_data(refused.item)
        # An attempt whose answer was lost has made the claim.
        return mine if stands is not None and stands.token == mine.token and stands.state == State.SENDING else None
    return mine


def _settle(name: str, state: State, condition: Condition, *details: Action) -> bool:
    return _if_it_holds(lambda: _write_settled(name, state, condition, *details))


def _write_settled(name: str, state: State, condition: Condition, *details: Action) -> None:
    settled = [
        *details,
        Delivery.state.set(state),
        Delivery.expires_at.set(clock.epoch_seconds() + KEPT_SECONDS),
        Delivery.unsettled.remove(),
        Delivery.about.remove(),
    ]
    Delivery(name).change(settled, condition)


def _if_it_holds(write: Callable[[], None]) -> bool:
    try:
        _twice(write)
    except ConditionFailed:
        return False
    return True


def _with_care(settle: Callable[[], bool]) -> None:
    # What was sent was sent: a row that cannot be written is for the event of SES, or for the sweeper, to settle.
    try:
        settle()
    except Unavailable as error:
        logs.failure("delivery left unsettled", error)


def _twice(write: Callable[[], Result]) -> Result:
    try:
        return write()
    except Unavailable:
        return write()


def _is_held(held: Claim) -> Condition:
    return _stands(State.SENDING, held.token)


def _as_read(row: Delivery) -> Condition:
    same: Condition = _stands(row.state, row.token) & (Delivery.attempt == row.attempt)
    return same


def _stands(state: str, token: str) -> Condition:
    both: Condition = (Delivery.state == state) & (Delivery.token == token)
    return both


def _shard(name: str) -> str:
    return SHARDS[ord(name[-1]) % len(SHARDS)]
