"""The use cases of photos."""

import os
from collections.abc import Mapping

from pynamodb.exceptions import DeleteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib import clock
from chalicelib.media.contract import NewAttachment
from chalicelib.media.model import FOR_GOOD, UNUSED_SECONDS, UPLOADED, Media, object_key
from chalicelib.settings import Settings, settings
from chalicelib.store.errors import ConditionFailed
from chalicelib.store.model import CONDITION_FAILED
from chalicelib.store.pages import Key, Page, one_page


class ForeignKey(Exception):  # noqa: N818 - what the caller sent
    """The key is not under the caller's own prefix."""


def own_media_id(owner: str, key: str) -> str:
    """Take the media id out of an object key.

    Raises:
        ForeignKey: the key lies outside the owner's prefix.
    """
    media_id = key.rpartition("/")[2]
    if key != object_key(owner, media_id):
        raise ForeignKey("The key must be under your own prefix.")
    return media_id


def get(owner: str, media_id: str) -> Media:
    """Return one photo of `owner`.

    Raises:
        Media.DoesNotExist: there is none of that id, it is another's, or its time is over.
    """
    media = Media.get(owner, media_id, consistent_read=True)
    if media.is_expired:
        raise Media.DoesNotExist
    return media


def find(owner: str, media_id: str) -> Media | None:
    """Return one photo of `owner`, or None."""
    try:
        return get(owner, media_id)
    except Media.DoesNotExist:
        return None


def known_ids(owner: str) -> set[str]:
    """Return the ids of all the owner's photos that have a row."""
    return {row.media_id for row in Media.query(owner, consistent_read=True, attributes_to_get=["media_id"])}


def list_media(owner: str, limit: int, after: Key | None) -> Page[Media]:
    """Return the owner's photos, newest first; without those whose time is over, so a page may be short."""
    query = Media.query(owner, scan_index_forward=False, limit=limit, last_evaluated_key=after)
    page = one_page(query, Media)
    return Page([media for media in page.items if not media.is_expired], page.last_key)


def record(transaction: TransactWrite, owner: str, media_id: str, photo: NewAttachment, todo_id: str) -> None:
    """Add the photo's row to the transaction that attaches it; a state it already has stays.

    The part is refused where the photo is on another todo.
    """
    transaction.update(
        Media(owner, media_id),
        actions=[
            Media.name.set(photo.name.strip()),
            Media.content_type.set(photo.content_type),
            Media.size.set(photo.size),
            Media.state.set(Media.state | UPLOADED),
            Media.created_at.set(Media.created_at | clock.timestamp(clock.now())),
            Media.todo_id.set(todo_id),
            Media.expires_at.set(FOR_GOOD),
        ],
        condition=Media.todo_id.does_not_exist() | (Media.todo_id == todo_id),
    )


def keep(owner: str, media_id: str, slug: str) -> None:
    """Keep a photo that a post names, whether or not its upload was told of yet; doing it again changes nothing."""
    actions: list[Action] = [
        Media.posts.add({slug}),
        Media.expires_at.set(FOR_GOOD),
        Media.state.set(Media.state | UPLOADED),
        Media.created_at.set(Media.created_at | clock.timestamp(clock.now())),
    ]
    noted = Media.posts.contains(slug) & (Media.expires_at == FOR_GOOD)
    _change(owner, media_id, actions, ~noted)


def let_go(owner: str, media_id: str, slug: str) -> None:
    """Let go of a photo that a post names no longer; doing it again changes nothing.

    Once no post is left, and unless it is on a todo, it has the time of an upload that nothing uses. The two steps are
    apart so that of two posts that let go at once the later one sees that none is left.
    """
    _change(owner, media_id, [Media.posts.delete({slug})], Media.posts.contains(slug))
    unused = (Media.expires_at == FOR_GOOD) & Media.posts.does_not_exist() & Media.name.does_not_exist()
    _change(owner, media_id, [Media.expires_at.set(clock.epoch_seconds() + UNUSED_SECONDS)], unused)


def forget(transaction: TransactWrite, owner: str, media_id: str) -> None:
    """Add the removal of the photo's row to a transaction; the part is refused where a post names the photo."""
    transaction.delete(Media(owner, media_id), condition=Media.posts.does_not_exist())


def leave_to_posts(transaction: TransactWrite, owner: str, media_id: str) -> None:
    """Add to a transaction that the photo is on no todo; the part is refused where no post names it."""
    transaction.update(Media(owner, media_id), actions=_off_the_todo(), condition=Media.posts.exists())


def forget_unattached(owner: str, media_id: str) -> None:
    """Remove the photo's row if it is on no todo."""
    _remove(owner, media_id, Media.name.does_not_exist())


def forget_expired(owner: str, media_id: str, todo_id: str) -> None:
    """Remove the photo's row if it is still that todo's; posts that name the photo keep it."""
    still_its = Media.todo_id == todo_id
    if not _remove(owner, media_id, still_its & Media.posts.does_not_exist()):
        _change(owner, media_id, _off_the_todo(), still_its & Media.posts.exists())


def thumbnail_url(key: str) -> str:
    """The address of a thumbnail; the bucket is private, so a browser signs it with its person's own credentials."""
    return f"{bucket_url(settings().thumbnails_bucket, settings(), os.environ)}/{key}"


def bucket_url(bucket: str, stage: Settings, environment: Mapping[str, str]) -> str:
    """The address of a bucket as browsers reach it."""
    if stage.is_local:
        return f"{environment['AWS_ENDPOINT_URL']}/{bucket}"
    return f"https://{bucket}.s3.{stage.aws_region}.amazonaws.com"


def _off_the_todo() -> list[Action]:
    return [Media.todo_id.remove(), Media.name.remove()]


def _change(owner: str, media_id: str, actions: list[Action], condition: Condition) -> None:
    try:
        Media(owner, media_id).change(actions, condition)
    except ConditionFailed:
        return


def _remove(owner: str, media_id: str, condition: Condition) -> bool:
    try:
        Media(owner, media_id).delete(condition)
    except DeleteError as error:
        if error.cause_response_code != CONDITION_FAILED:
            raise
        return False
    return True
