"""Looks after deliveries of which nobody has known for a while how they went."""

import logging
from collections.abc import Mapping

import msgspec

from chalicelib import clock
from chalicelib.mail import ledger
from chalicelib.mail.delivery import Kind, act
from chalicelib.mail.model import Delivery, State
from chalicelib.mail.outbox import Outbox
from chalicelib.mail.outcomes import RefusedForNow
from chalicelib.observe import logs

# Half of what the function may take, so that the last delivery has the other half.
BUDGET_SECONDS = 15

_log = logging.getLogger(__name__)


class Swept(msgspec.Struct):
    """What one round did."""

    tried_again: int = 0
    dropped: int = 0
    given_up: int = 0
    put_off: int = 0
    failed: int = 0


def sweep(outbox: Outbox, kinds: Mapping[str, Kind]) -> Swept:
    """Go through the overdue deliveries once: send again what may be sent again, give the others up."""
    swept = Swept()
    refusing: set[str] = set()
    until = clock.epoch_seconds() + BUDGET_SECONDS
    for row in ledger.overdue():
        if clock.epoch_seconds() >= until:
            break
        if row.kind in refusing:
            continue
        try:
            _see_to(outbox, kinds, row, swept)
        except RefusedForNow:
            # The service has had enough; the others of this kind would hear the same.
            refusing.add(row.kind)
            swept.put_off += 1
        except Exception as error:  # noqa: BLE001 - one that cannot be seen to must not stop the others
            logs.failure("delivery not swept", error)
            swept.failed += 1
    _log.info("swept", extra={"fields": msgspec.structs.asdict(swept)})
    return swept


def _see_to(outbox: Outbox, kinds: Mapping[str, Kind], row: Delivery, swept: Swept) -> None:
    if row.state == State.SENDING and row.attempt >= ledger.ATTEMPTS:
        if ledger.give_up(row):
            # An alarm counts these lines: a person may lack a mail, and only a person can tell.
            _log.error("delivery unknown", extra={"fields": {"delivery": row.delivery_id}})
            swept.given_up += 1
        return
    send = kinds[row.kind].prepare(outbox, row.delivery_id, row.about)
    if send is None:
        swept.dropped += ledger.drop(row)
        return
    held = ledger.take_over(row)
    if held is not None:
        act(held, send)
        swept.tried_again += 1
