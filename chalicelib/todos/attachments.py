"""Photos on todos: the todo names the photo and the photo has its row, both or neither."""

from collections.abc import Callable, Mapping
from typing import Any

from pynamodb.constants import ALL_OLD
from pynamodb.expressions.condition import size
from pynamodb.expressions.operand import Path
from pynamodb.transactions import TransactWrite

from chalicelib import clock
from chalicelib.media import service as media
from chalicelib.media.contract import NewAttachment
from chalicelib.store import transactions
from chalicelib.store.errors import ConditionFailed, Unavailable
from chalicelib.store.transactions import TransactionRefused
from chalicelib.todos.model import Todo, TodoPhotos, at, is_live
from chalicelib.todos.service import NoSuchTodo, TodoError

MAX_ATTACHMENTS = 20
_TODO_PLACE = 1


class TooManyAttachments(TodoError):  # noqa: N818 - reads as the answer it becomes
    """The todo holds as many photos as it may."""


class AttachedElsewhere(TodoError):  # noqa: N818 - reads as the answer it becomes
    """The photo is on another todo."""


def attach(owner: str, todo_id: str, photo: NewAttachment) -> tuple[str, Mapping[str, Any]]:
    """Attach a photo and return its media id and what the todo says of it; attaching it again changes nothing.

    Raises:
        ForeignKey: the photo's key lies outside the owner's prefix.
        NoSuchTodo: there is none, or it is in the trash.
        TooManyAttachments: the todo holds as many photos as it may.
        AttachedElsewhere: the photo is on another todo.
    """
    media_id = media.own_media_id(owner, photo.key)
    attachments = Path(Todo.attachments)
    place = attachments[media_id]
    attached = {"name": photo.name.strip(), "content_type": photo.content_type, "size": photo.size}

    def fill(transaction: TransactWrite) -> None:
        media.record(transaction, owner, media_id, photo, todo_id)
        transaction.update(
            at(owner, todo_id),
            actions=[
                place.set(attached),
                Todo.updated_at.set(clock.timestamp(clock.now())),
            ],
            condition=is_live() & place.does_not_exist() & (size(attachments) < MAX_ATTACHMENTS),
            return_values=ALL_OLD,
            add_version_condition=False,
        )

    try:
        transactions.write(fill)
    except TransactionRefused as refusal:
        if _TODO_PLACE not in refusal.refused:
            raise AttachedElsewhere("This photo is on another todo.") from refusal
        current = refusal.refused[_TODO_PLACE]
        todo = None if current is None else Todo.from_raw_data(current)
        if todo is None or not todo.is_live:
            raise NoSuchTodo(todo_id) from refusal
        if media_id not in todo.attachments:
            raise TooManyAttachments(f"A todo holds up to {MAX_ATTACHMENTS} photos.") from refusal
        attached = todo.attachments.as_dict()[media_id]
    return media_id, attached


def detach(owner: str, todo_id: str, media_id: str) -> None:
    """Take a photo off a todo, and its row away unless a post names the photo.

    Raises:
        NoSuchTodo: there is none of that id with that photo.
        Unavailable: each time the photo had just come into a post, or out of the last one.
    """
    place = Path(Todo.attachments)[media_id]

    def take_off(see_to_row: Callable[[TransactWrite, str, str], None]) -> bool:
        def fill(transaction: TransactWrite) -> None:
            see_to_row(transaction, owner, media_id)
            transaction.update(
                at(owner, todo_id),
                actions=[place.remove(), Todo.updated_at.set(clock.timestamp(clock.now()))],
                condition=is_live() & place.exists(),
                add_version_condition=False,
            )

        try:
            transactions.write(fill)
        except TransactionRefused as refusal:
            if _TODO_PLACE in refusal.refused:
                raise NoSuchTodo(todo_id) from refusal
            return False
        return True

    # Between two of them a post may come to name the photo, or cease to.
    if not any(take_off(see_to_row) for see_to_row in (media.forget, media.leave_to_posts, media.forget)):
        raise Unavailable("The posts that name the photo changed meanwhile.")


def show_thumbnail(owner: str, todo_id: str, media_id: str, key: str | None) -> None:
    """Set which thumbnail shows a photo, as long as the photo is on the todo.

    The version stays: nobody who is editing the todo should be told that someone was first.
    """
    place = Path(TodoPhotos.attachments)[media_id]
    action = place["thumbnail"].remove() if key is None else place["thumbnail"].set(key)
    try:
        TodoPhotos(owner, todo_id).change([action], place.exists())
    except ConditionFailed:
        return
