"""What follows when subscribers change, when SES tells of a mail, and when a post is announced."""

from collections.abc import Mapping
from typing import Any

from chalicelib.events.batches import BatchResponse, StreamRecord, queue_batch, stream_batch
from chalicelib.events.queue import Queue, SqsQueue
from chalicelib.mail.outbox import Outbox
from chalicelib.settings import settings
from chalicelib.subscribers import announcements, announcing, effects, mail_events
from chalicelib.subscribers.model import State


def on_subscribers_changed(event: Mapping[str, Any], outbox: Outbox | None = None) -> BatchResponse:
    """Handle a batch of the subscribers table's stream."""
    ways_out = outbox or Outbox()
    return stream_batch(event, lambda record: _changed(record, ways_out))


def on_mail_event(event: Mapping[str, Any]) -> BatchResponse:
    """Handle a batch of messages that SES sent through a topic, delivered raw."""
    return queue_batch(event, lambda message: mail_events.take(message.body))


def on_announcement_jobs(
    event: Mapping[str, Any], outbox: Outbox | None = None, queue: Queue | None = None
) -> BatchResponse:
    """Handle a batch of messages of the announcements queue."""
    ways_out, rest = outbox or Outbox(), queue or SqsQueue(settings().announcements_url)
    return queue_batch(
        event,
        lambda message: announcing.work(ways_out, rest, announcements.job(message.body), message.received),
    )


def _changed(record: StreamRecord, outbox: Outbox) -> None:
    if record.new is None:
        return
    old, new = record.old or {}, record.new
    email, state, request = new["email"]["S"], new["state"], new.get("request_id", {})
    if state["S"] == State.PENDING and request != old.get("request_id"):
        effects.ask_to_confirm(outbox, email, request["S"])
    elif state["S"] == State.CONFIRMED and state != old.get("state"):
        effects.welcome(outbox, email, request["S"])
