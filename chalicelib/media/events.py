"""What photos do on events: uploads, changes of media rows, and todos that expire.

Each function answers with the records that failed, and can see a record again: doing the work twice changes nothing.
"""

from collections.abc import Mapping
from typing import Any

from chalicelib.events.batches import BatchResponse, QueueMessage, StreamRecord, queue_batch, stream_batch
from chalicelib.media import service, strays, thumbnails
from chalicelib.media.model import Media
from chalicelib.media.objects import Objects, s3
from chalicelib.media.uploads import Look, Stray, uploads
from chalicelib.settings import settings
from chalicelib.todos import attachments
from chalicelib.todos.model import Todo


def on_upload_jobs(event: Mapping[str, Any], objects: Objects | None = None) -> BatchResponse:
    """Make thumbnails of the photos that a batch of the queue thumbnail-jobs tells of, and delete strays."""
    reached = objects or s3()

    def handle(message: QueueMessage) -> None:
        for found in uploads(message.body, settings().media_bucket):
            if isinstance(found, Look):
                strays.delete_strays(found.prefix, reached)
            elif isinstance(found, Stray):
                thumbnails.discard_stray(found, reached)
            else:
                thumbnails.make(found, reached)

    return queue_batch(event, handle)


def on_media_changed(event: Mapping[str, Any], objects: Objects | None = None) -> BatchResponse:
    """Follow the media table's stream: show thumbnails on todos, and delete what belongs to a removed row."""
    reached = objects or s3()

    def handle(record: StreamRecord) -> None:
        if record.new is None:
            removed = Media.from_raw_data(record.keys)
            thumbnails.discard(removed.owner_id, removed.media_id, reached)
            return
        old = None if record.old is None else Media.from_raw_data(record.old)
        new = Media.from_raw_data(record.new)
        _show(old, new)
        if old is not None:
            thumbnails.discard_replaced(old, new, reached)

    return stream_batch(event, handle)


def on_todos_removed(event: Mapping[str, Any]) -> BatchResponse:
    """Follow the todos table's stream: a todo whose time in the trash is over takes its photos along."""

    def handle(record: StreamRecord) -> None:
        if record.by_ttl and record.old is not None:
            todo = Todo.from_raw_data(record.old)
            for media_id in todo.attachments.as_dict():
                service.forget_expired(todo.user_id, media_id, todo.todo_id)

    return stream_batch(event, handle)


def _show(old: Media | None, new: Media) -> None:
    """Put the thumbnail on the todo, so that showing a todo reads nothing but the todo."""
    shown = None if old is None or old.todo_id is None else thumbnails.smallest(old)
    showing = None if new.todo_id is None else thumbnails.smallest(new)
    if new.todo_id is not None and showing != shown:
        attachments.show_thumbnail(new.owner_id, new.todo_id, new.media_id, showing)
