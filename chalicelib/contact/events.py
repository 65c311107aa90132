"""What follows when a message is added."""

from collections.abc import Mapping
from typing import Any

from chalicelib.contact import effects
from chalicelib.events.batches import BatchResponse, StreamRecord, stream_batch
from chalicelib.mail.outbox import Outbox
from chalicelib.ratelimits.model import is_counter


def on_messages_added(event: Mapping[str, Any], outbox: Outbox | None = None) -> BatchResponse:
    """Handle a batch of the messages table's stream."""
    ways_out = outbox or Outbox()
    return stream_batch(event, lambda record: _added(record, ways_out))


def _added(record: StreamRecord, outbox: Outbox) -> None:
    message_id = str(record.keys["message_id"]["S"])
    if record.name == "INSERT" and not is_counter(message_id):
        effects.tell_owner(outbox, message_id)
