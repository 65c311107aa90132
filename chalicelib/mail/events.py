"""The schedule that sees to deliveries of which nobody knows how they went."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from chalicelib.mail.delivery import Kind
from chalicelib.mail.outbox import Outbox
from chalicelib.mail.sweeper import sweep


def on_sweep(_: Mapping[str, Any], kinds: Iterable[Kind], outbox: Outbox | None = None) -> dict[str, int]:
    """Handle a tick of the schedule; `kinds` are all that any capability sends. Answers with what was done."""
    return msgspec.structs.asdict(sweep(outbox or Outbox(), {kind.name: kind for kind in kinds}))
