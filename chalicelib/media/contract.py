"""What the media routes take and give."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from chalicelib.web.text import END, one_line

MAX_BYTES = 10 * 1024 * 1024
CONTENT_TYPES = ("image/gif", "image/jpeg", "image/png", "image/webp")

ContentType = Literal["image/gif", "image/jpeg", "image/png", "image/webp"]
FileName = Annotated[str, one_line(255, "The file's name")]
Size = Annotated[int, Meta(ge=1, le=MAX_BYTES, description="Bytes", extra={"message": "Expected 1 byte to 10 MiB"})]
ObjectKey = Annotated[
    str,
    Meta(
        pattern=r"^users/[0-9a-zA-Z-]{1,128}/[0-7][0-9A-HJKMNP-TV-Z]{25}" + END,
        description="The object's key in the media bucket: `users/{your sub}/{a new ULID}`",
        extra={"message": "Expected users/{your sub}/{a ULID}"},
    ),
]


class NewAttachment(Struct, forbid_unknown_fields=True, frozen=True):
    """A photo that was sent to the media bucket under the caller's own prefix."""

    key: ObjectKey
    name: FileName
    content_type: ContentType
    size: Size


class Attachment(Struct, frozen=True):
    """A photo attached to a todo; `thumbnail_url` is null until there is a thumbnail."""

    media_id: str
    name: str
    content_type: str
    size: int
    thumbnail_url: str | None


class Thumbnail(Struct, frozen=True):
    """One size of a photo."""

    width: int
    height: int
    content_type: str
    url: str


class Media(Struct, frozen=True):
    """A photo and what became of it; what the caller says of it, its name, type and size, comes with a todo."""

    id: str
    url: str
    key: str
    name: str | None
    content_type: str | None
    size: int | None
    state: Literal["uploaded", "ready", "rejected"]
    reason: str | None
    thumbnails: list[Thumbnail]
    created_at: str


class MediaPage(Struct, frozen=True):
    """One page of a person's photos, newest first, and the cursor of the next."""

    items: list[Media]
    next: str | None


class MediaQuery(Struct, forbid_unknown_fields=True, frozen=True):
    """Which page of the caller's photos."""

    limit: Annotated[int, Meta(ge=1, le=100)] = 50
    cursor: Annotated[str, Meta(min_length=1, max_length=2048)] | None = None
