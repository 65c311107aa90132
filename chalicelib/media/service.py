"""The use cases of photos."""

from pynamodb.transactions import TransactWrite

from chalicelib import clock
from chalicelib.media.contract import NewAttachment
from chalicelib.media.model import UPLOADED, Media, object_key
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
        Media.DoesNotExist: there is none of that id, or it is another's.
    """
    return Media.get(owner, media_id, consistent_read=True)


def list_media(owner: str, limit: int, after: Key | None) -> Page[Media]:
    """Return the owner's photos, newest first."""
    query = Media.query(owner, scan_index_forward=False, limit=limit, last_evaluated_key=after)
    return one_page(query, Media)


def record(transaction: TransactWrite, owner: str, media_id: str, photo: NewAttachment) -> None:
    """Add the photo's row to the transaction that attaches it; a state it already has stays."""
    transaction.update(
        Media(owner, media_id),
        actions=[
            Media.name.set(photo.name.strip()),
            Media.content_type.set(photo.content_type),
            Media.size.set(photo.size),
            Media.state.set(Media.state | UPLOADED),
            Media.created_at.set(Media.created_at | clock.timestamp(clock.now())),
        ],
    )


def forget(transaction: TransactWrite, owner: str, media_id: str) -> None:
    """Add the removal of the photo's row to a transaction."""
    transaction.delete(Media(owner, media_id))
