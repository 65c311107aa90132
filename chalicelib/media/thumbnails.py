"""The use cases of thumbnails: make them for an upload, and take them away with their photo.

Uploads of one key may be told of twice, late, or in the wrong order, and photos may be deleted while one is at work.
So the row remembers the sequencer of the upload it speaks of, and each upload's thumbnails have keys of their own:
whoever comes too late has written nothing that anybody shows.
"""

import logging
from collections.abc import Callable, Sequence

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib import clock
from chalicelib.media import rendering, service
from chalicelib.media.contract import CONTENT_TYPES, MAX_BYTES
from chalicelib.media.model import READY, REJECTED, UNUSED_SECONDS, Media, StoredThumbnail, object_key
from chalicelib.media.objects import Objects
from chalicelib.media.pictures import GONE, NOT_A_PHOTO, NOT_KEPT, TOO_LARGE, Outcome, Picture, Rejected, Rendered
from chalicelib.media.uploads import Stray, Upload
from chalicelib.settings import settings
from chalicelib.store.errors import ConditionFailed

Render = Callable[[bytes], Outcome]

_log = logging.getLogger(__name__)
_EXTENSIONS = {"image/webp": "webp", "image/jpeg": "jpg"}


def make(upload: Upload, objects: Objects, render: Render = rendering.render) -> None:
    """Make the thumbnails of an upload, or reject it; doing it again changes nothing."""
    before = service.find(upload.owner, upload.media_id)
    if before is not None and (before.sequencer or "") >= upload.sequencer:
        if before.sequencer == upload.sequencer and before.reason in NOT_KEPT:
            _delete_original(upload, objects)  # an earlier attempt may have ended before it came to this
        return
    outcome = _judged(upload, objects, render)
    if outcome is None:
        _settle_gone(upload, before, objects)
        return
    if isinstance(outcome, Rendered):
        settled = _settle_ready(upload, outcome, objects)
    else:
        settled = _settle(upload, _rejected(outcome.reason))
    if not settled:
        return
    if not objects.exists(settings().media_bucket, object_key(upload.owner, upload.media_id)):
        # It was deleted while we were at work; a row that nobody attached would outlive it.
        service.forget_unattached(upload.owner, upload.media_id)
    elif isinstance(outcome, Rejected) and outcome.reason in NOT_KEPT:
        _delete_original(upload, objects)


def discard_replaced(old: Media, new: Media, objects: Objects) -> None:
    """Delete the thumbnails that a row no longer speaks of."""
    for key in {thumbnail.key for thumbnail in old.thumbnails} - {thumbnail.key for thumbnail in new.thumbnails}:
        objects.delete(settings().thumbnails_bucket, key)


def discard(owner: str, media_id: str, objects: Objects) -> None:
    """Delete a photo whose row was removed, and its thumbnails, unless it has been attached again."""
    row = service.find(owner, media_id)
    if row is not None and row.is_used:
        return
    objects.delete(settings().media_bucket, object_key(owner, media_id))
    objects.delete_under(settings().thumbnails_bucket, f"{object_key(owner, media_id)}/")
    service.forget_unattached(owner, media_id)


def discard_stray(stray: Stray, objects: Objects) -> None:
    """Delete an object that nothing would ever judge. The log has no key: it names its owner."""
    objects.delete(settings().media_bucket, stray.key, stray.etag)
    _log.warning("upload deleted", extra={"fields": {"because": "its key is not a photo's"}})


def smallest(media: Media) -> str | None:
    """The key of the thumbnail for lists, if there is one."""
    fitting = [each for each in media.thumbnails if each.content_type == "image/webp"]
    return min(fitting, key=lambda each: each.width * each.height).key if fitting else None


def _judged(upload: Upload, objects: Objects, render: Render) -> Outcome | None:
    found = objects.fetch(settings().media_bucket, object_key(upload.owner, upload.media_id), MAX_BYTES)
    if found is None:
        return None
    if found.body is None:
        return Rejected(TOO_LARGE)
    if found.content_type.partition(";")[0].strip().lower() not in CONTENT_TYPES:
        return Rejected(NOT_A_PHOTO)
    return render(found.body)


def _settle_ready(upload: Upload, rendered: Rendered, objects: Objects) -> bool:
    stored = [_stored(upload, picture) for picture in rendered.pictures]
    for thumbnail, picture in zip(stored, rendered.pictures, strict=True):
        objects.put(settings().thumbnails_bucket, thumbnail.key, picture.data, picture.content_type)
    settled = _settle(upload, _ready(rendered, stored))
    if not settled:
        _withdraw(upload, stored, objects)
    return settled


def _settle_gone(upload: Upload, before: Media | None, objects: Objects) -> None:
    if before is not None and before.reason in NOT_KEPT:
        return  # we deleted it ourselves, and its owner reads why
    if before is not None and before.is_attached:
        _settle(upload, _rejected(GONE), Media.name.exists())
        return
    # An earlier attempt may have left something of a photo that is no more.
    objects.delete_under(settings().thumbnails_bucket, f"{object_key(upload.owner, upload.media_id)}/")
    service.forget_unattached(upload.owner, upload.media_id)


def _settle(upload: Upload, actions: Sequence[Action], condition: Condition | None = None) -> bool:
    """Write what became of an upload, unless a later one was first."""
    newer: Condition = Media.sequencer.does_not_exist() | (Media.sequencer < upload.sequencer)
    row = Media(upload.owner, upload.media_id)
    try:
        row.change(
            [
                *actions,
                Media.sequencer.set(upload.sequencer),
                Media.created_at.set(Media.created_at | clock.timestamp(clock.now())),
                Media.expires_at.set(Media.expires_at | (clock.epoch_seconds() + UNUSED_SECONDS)),
            ],
            newer if condition is None else newer & condition,
        )
    except ConditionFailed:
        return False
    _log.info("photo settled", extra={"fields": {"state": row.state, "because": row.reason}})
    return True


def _withdraw(upload: Upload, stored: Sequence[StoredThumbnail], objects: Objects) -> None:
    current = service.find(upload.owner, upload.media_id)
    # The same upload, told of twice at once, has written the same keys, and its row speaks of them.
    spoken_of = set() if current is None else {thumbnail.key for thumbnail in current.thumbnails}
    for thumbnail in stored:
        if thumbnail.key not in spoken_of:
            objects.delete(settings().thumbnails_bucket, thumbnail.key)


def _delete_original(upload: Upload, objects: Objects) -> None:
    # Only the upload that was judged: its ETag is another one's as soon as something else is there.
    objects.delete(settings().media_bucket, object_key(upload.owner, upload.media_id), upload.etag)


def _ready(rendered: Rendered, stored: Sequence[StoredThumbnail]) -> list[Action]:
    return [
        Media.state.set(READY),
        Media.thumbnails.set(list(stored)),
        Media.width.set(rendered.width),
        Media.height.set(rendered.height),
        Media.reason.remove(),
    ]


def _rejected(reason: str) -> list[Action]:
    return [
        Media.state.set(REJECTED),
        Media.reason.set(reason),
        Media.thumbnails.set([]),
        Media.width.remove(),
        Media.height.remove(),
    ]


def _stored(upload: Upload, picture: Picture) -> StoredThumbnail:
    prefix = f"{object_key(upload.owner, upload.media_id)}/{upload.sequencer}"
    return StoredThumbnail(  # type: ignore[no-untyped-call]
        key=f"{prefix}/{picture.edge}.{_EXTENSIONS[picture.content_type]}",
        content_type=picture.content_type,
        width=picture.width,
        height=picture.height,
    )
