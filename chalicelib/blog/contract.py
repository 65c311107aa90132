"""What the blog's routes take and give."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from chalicelib.blog import slugs
from chalicelib.web.text import END, many_lines, one_line

MAX_TAGS = 10
MAX_BODY_CHARACTERS = 50_000
# One item holds a draft's text and packed HTML and the HTML that readers see, and an item may have 400 KB (409 600
# bytes). All else in it takes up to 10 000.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-items
MAX_HTML_BYTES = 195_000
MAX_DRAFT_BYTES = 204_000

_ULID = r"^[0-7][0-9A-HJKMNP-TV-Z]{25}" + END

_BODY = (
    f"The text, in Markdown; its HTML without colours has up to {MAX_HTML_BYTES} bytes, "
    f"and the text with its compressed HTML up to {MAX_DRAFT_BYTES}"
)
Slug = Annotated[
    str,
    Meta(
        max_length=slugs.LONGEST,
        pattern=slugs.PATTERN,
        description="The post's name in its address",
        extra={"message": "Expected up to 80 small letters, digits and single hyphens"},
    ),
]
PostTag = Annotated[
    str,
    Meta(
        max_length=40,
        pattern=slugs.PATTERN,
        extra={"message": "Expected up to 40 small letters, digits and single hyphens"},
    ),
]
Title = Annotated[str, one_line(200, "The title")]
Summary = Annotated[str, many_lines(500, "What the post is about, in a sentence or two")]
Body = Annotated[str, many_lines(MAX_BODY_CHARACTERS, _BODY)]
Tags = Annotated[list[PostTag], Meta(max_length=MAX_TAGS, extra={"message": f"Expected up to {MAX_TAGS} tags"})]
Photo = Annotated[
    str, Meta(pattern=_ULID, description="The id of a photo of the author's", extra={"message": "Expected a media id"})
]
# BCP 47 (RFC 5646, 2.1) without extensions and private use: `en`, `pt-BR`, `zh-Hant-TW`, `de-1996`.
_LANGUAGE = r"^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*" + END
Language = Annotated[
    str,
    Meta(
        max_length=35,
        pattern=_LANGUAGE,
        description="The language of the text, as a tag of BCP 47 such as `he` or `pt-BR`",
        extra={"message": "Expected a language tag such as en, he or pt-BR"},
    ),
]
Cursor = Annotated[str, Meta(min_length=1, max_length=2048, description="`next` of the page before")]
Timestamp = Annotated[str, Meta(description="RFC 3339 in UTC", extra_json_schema={"format": "date-time"})]
Address = Annotated[str, Meta(extra_json_schema={"format": "uri"})]


class NewPost(Struct, forbid_unknown_fields=True, frozen=True):
    """A draft to begin.

    Without a slug it is made from the title, with `-2` or the next free number where others have it.
    """

    title: Title
    slug: Slug | None = None
    summary: Summary = ""
    body: Body = ""
    tags: Tags = []
    cover: Photo | None = None
    language: Language | None = None


class DraftChanges(Struct, forbid_unknown_fields=True, frozen=True):
    """The fields of a draft to change; the others stay."""

    title: Title | UnsetType = UNSET
    summary: Summary | UnsetType = UNSET
    body: Body | UnsetType = UNSET
    tags: Tags | UnsetType = UNSET
    cover: Photo | UnsetType | None = UNSET
    language: Language | UnsetType | None = UNSET


class Publication(Struct, forbid_unknown_fields=True, frozen=True):
    """How to publish: whether subscribers are told, which happens once for a post."""

    announce: bool = False


class Draft(Struct, frozen=True):
    """A post as its author sees it; `html` is the preview, and `version` is also the ETag.

    Without a `language` the text is in the site's.
    """

    slug: str
    url: Address
    title: str
    summary: str
    body: str
    html: str
    tags: list[str]
    cover: str | None
    language: str | None
    created_at: Timestamp
    updated_at: Timestamp
    published_at: Timestamp | None
    has_unpublished_changes: bool
    version: Annotated[int, Meta(ge=1)]


class DraftSummary(Struct, frozen=True):
    """A line in an author's own list."""

    slug: str
    title: str
    updated_at: Timestamp
    published_at: Timestamp | None
    has_unpublished_changes: bool


class DraftPage(Struct, frozen=True):
    """One page of an author's own posts, the last changed first, and the cursor of the next."""

    items: list[DraftSummary]
    next: str | None


class PostSummary(Struct, frozen=True):
    """A published post in a list."""

    slug: str
    url: Address
    title: str
    summary: str
    tags: list[str]
    cover_url: Address | None
    author_name: str
    published_at: Timestamp
    updated_at: Timestamp
    language: str


class Post(PostSummary, frozen=True):
    """A published post, whole; `html` is sanitised."""

    html: str


class PostPage(Struct, frozen=True):
    """One page of published posts, newest first, and the cursor of the next."""

    items: list[PostSummary]
    next: str | None


class PostQuery(Struct, forbid_unknown_fields=True, frozen=True):
    """Which published posts."""

    tag: PostTag | None = None
    limit: Annotated[int, Meta(ge=1, le=50)] = 20
    cursor: Cursor | None = None


class DraftQuery(Struct, forbid_unknown_fields=True, frozen=True):
    """Which page of the author's own posts."""

    limit: Annotated[int, Meta(ge=1, le=100)] = 50
    cursor: Cursor | None = None
