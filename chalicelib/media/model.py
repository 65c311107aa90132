"""The media table: one row a photo, by owner and media id (ULID)."""

import hashlib

from pynamodb.attributes import ListAttribute, MapAttribute, NumberAttribute, UnicodeAttribute, UnicodeSetAttribute

from chalicelib import clock
from chalicelib.settings import settings
from chalicelib.store.model import StoredModel

UPLOADED, READY, REJECTED = "uploaded", "ready", "rejected"
# An upload that nothing has used by then goes; as long as a todo's time in the trash.
UNUSED_SECONDS = 30 * 24 * 60 * 60
# The last second of the year 9999: a number, so that whoever comes first, the upload or its use, it stays.
FOR_GOOD = 253_402_300_799


class StoredThumbnail(MapAttribute[str, object]):
    """One size of a photo in the thumbnails bucket."""

    key = UnicodeAttribute()
    content_type = UnicodeAttribute()
    width = NumberAttribute()
    height = NumberAttribute()


class Media(StoredModel):
    """One photo.

    A row comes with the upload or with the first use, whichever is first: `sequencer`, `thumbnails`, `width` and
    `height` (the original's, as it is seen) come with the upload, `name` and `todo_id` with the attaching. `reason`
    says why it was rejected. `posts` are the slugs of the posts that name it. `expires_at`, in seconds since 1970, is
    set by the upload, FOR_GOOD while the photo is on a todo or in a post, and counts anew once the last post let it go.
    """

    class Meta:
        """Table settings."""

        table_name = settings().media_table
        region = settings().aws_region

    owner_id = UnicodeAttribute(hash_key=True)
    media_id = UnicodeAttribute(range_key=True)
    name = UnicodeAttribute()
    content_type = UnicodeAttribute()
    size = NumberAttribute()
    state = UnicodeAttribute(default=UPLOADED)
    reason = UnicodeAttribute(null=True)
    thumbnails: ListAttribute[StoredThumbnail] = ListAttribute(of=StoredThumbnail, default=list)
    created_at = UnicodeAttribute()
    todo_id = UnicodeAttribute(null=True)
    posts = UnicodeSetAttribute(null=True)
    sequencer = UnicodeAttribute(null=True)
    width = NumberAttribute(null=True)
    height = NumberAttribute(null=True)
    expires_at = NumberAttribute(null=True)

    @property
    def is_expired(self) -> bool:
        """Whether the row is only still there because DynamoDB has not deleted it yet."""
        return self.expires_at is not None and self.expires_at <= clock.epoch_seconds()

    @property
    def is_used(self) -> bool:
        """Whether the photo is on a todo or in a post."""
        return self.is_attached or self.expires_at == FOR_GOOD

    @property
    def is_attached(self) -> bool:
        """Whether the photo is on a todo; until then only the upload is known, not what it is called."""
        return self.name is not None

    @property
    def published_name(self) -> str:
        """The photo's name in a post that readers see; another owner's photo or another upload has another name."""
        content = f"{self.owner_id}\0{self.media_id}\0{self.sequencer or ''}"
        return f"{self.media_id}-{hashlib.sha256(content.encode()).hexdigest()[:10]}"

    @property
    def object_key(self) -> str:
        """Where the original's bytes are in the media bucket."""
        return object_key(self.owner_id, self.media_id)


def object_key(owner: str, media_id: str) -> str:
    """The key of a photo's original: always under its owner's own prefix."""
    return f"users/{owner}/{media_id}"
