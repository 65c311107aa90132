"""Does one thing once: asks whether it is still wanted, claims it, sends it, settles it."""

import logging
from collections.abc import Callable, Mapping

import msgspec

from chalicelib.mail import ledger
from chalicelib.mail.ledger import Claim
from chalicelib.mail.outbox import Outbox
from chalicelib.mail.outcomes import OutcomeUnknown, RefusedForGood, RefusedForNow

About = Mapping[str, str]
Send = Callable[[], str]

_log = logging.getLogger(__name__)


class Kind(msgspec.Struct, frozen=True):
    """One kind of mail or notice.

    `prepare` takes the ways out, the delivery's id and what it is about. It reads whether the thing is still wanted,
    makes it ready, and returns what sends it and gives the service's id; None where nobody wants it any more. It
    sends nothing itself, so whatever is wrong with it comes to light before anything is claimed.
    """

    name: str
    prepare: Callable[[Outbox, str, About], Send | None]


def deliver(outbox: Outbox, kind: Kind, delivery_id: str, about: About) -> None:
    """Send unless it was sent, is being sent, or is no longer wanted.

    Returning means that it is settled, or that the ledger has it and will see to it.

    Raises:
        RefusedForNow: nothing was sent; trying again later is the caller's to arrange.
        Unavailable: the ledger could not be asked.
    """
    send = kind.prepare(outbox, delivery_id, about)
    if send is None:
        return
    held = ledger.claim(delivery_id, kind.name, about)
    if held is not None:
        act(held, send)


def act(held: Claim, send: Send) -> None:
    """Send what is claimed, and settle as it ends.

    Raises:
        RefusedForNow: nothing was sent.
    """
    if not held.holds():
        ledger.release(held)
        raise RefusedForNow("The lease is over")
    try:
        message_id = send()
    except RefusedForNow:
        ledger.release(held)
        raise
    except RefusedForGood as refused:
        _log.error("refused for good", extra={"fields": {"delivery": held.delivery_id, "reason": str(refused)}})
        ledger.failed(held, str(refused))
    except OutcomeUnknown as unknown:
        # Left as it is: an event of SES settles it, or the sweeper.
        _log.warning("outcome unknown", extra={"fields": {"delivery": held.delivery_id, "reason": str(unknown)}})
    else:
        ledger.sent(held, message_id)
