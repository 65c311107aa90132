"""The use cases of posts.

Raised here, beside the store's own errors:

PostError
├── NoSuchPost      none of that slug, or not published, or another author's
├── SlugTaken       the slug names a post already, or a page of the blog's own
├── CoverNotReady   the cover photo has no thumbnails that readers could see
├── PageTooLong     the text and its HTML are too long to be stored
└── StalePost       the author saw another version; carries the post as it stands
"""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from chalicelib.blog import slugs, stored_html, writes
from chalicelib.blog.contract import MAX_DRAFT_BYTES, DraftChanges, NewPost
from chalicelib.blog.model import PUBLISHED, Post, PostTag, at, belongs_to
from chalicelib.media import service as media
from chalicelib.media.model import READY
from chalicelib.store import idempotency
from chalicelib.store.errors import ConditionFailed
from chalicelib.store.idempotency import Idempotent
from chalicelib.store.pages import Key, Page, one_page
from chalicelib.store.transactions import TransactionRefused

_ATTEMPTS = 5

Written = TypeVar("Written")


class PostError(Exception):
    """The base of what this service raises."""


class NoSuchPost(PostError):  # noqa: N818 - reads as the answer it becomes
    """There is no such post for this reader or author."""


class SlugTaken(PostError):  # noqa: N818 - reads as the answer it becomes
    """The slug names a post already."""


class CoverNotReady(PostError):  # noqa: N818 - reads as the answer it becomes
    """The cover photo has no thumbnails that readers could see."""


class PageTooLong(PostError):  # noqa: N818 - reads as the answer it becomes
    """The text and its HTML are too long to be stored."""


class StalePost(PostError):  # noqa: N818 - reads as the answer it becomes
    """The post changed since the author saw it."""

    def __init__(self, current: Post) -> None:
        super().__init__("The post has changed since you saw it.")
        self.current = current


class Author(msgspec.Struct, frozen=True):
    """Who writes: the User Pool's `sub`, and the name that readers see."""

    id: str
    name: str


class Created(msgspec.Struct, frozen=True):
    """A new post, or the one that the same Idempotency-Key created before."""

    post: Post
    replayed: bool = False


def get_published(slug: str, *, consistent: bool = False) -> Post:
    """Return a post as readers see it; `consistent` reads past every copy that lags behind.

    Raises:
        NoSuchPost: there is none, or it is not published.
    """
    try:
        post = Post.get(slug, consistent_read=consistent)
    except Post.DoesNotExist as error:
        raise NoSuchPost(slug) from error
    if not post.is_published:
        raise NoSuchPost(slug)
    return post


def find(slug: str) -> Post | None:
    """Return a post as it stands, whosever it is and whether or not it is published, or None."""
    try:
        return Post.get(slug, consistent_read=True)
    except Post.DoesNotExist:
        return None


def list_published(limit: int, after: Key | None = None) -> Page[Post]:
    """List published posts, newest first."""
    query = Post.by_feed.query(PUBLISHED, scan_index_forward=False, limit=limit, last_evaluated_key=after)
    return one_page(query, Post)


def list_tagged(tag: str, limit: int, after: Key | None = None, *, consistent: bool = False) -> Page[PostTag]:
    """List the published posts of a tag, newest first; `consistent` reads past every copy that lags behind."""
    query = PostTag.query(
        tag, scan_index_forward=False, limit=limit, last_evaluated_key=after, consistent_read=consistent
    )
    return one_page(query, PostTag)


def list_own(author: Author, limit: int, after: Key | None) -> Page[Post]:
    """List an author's own posts, the last changed first."""
    query = Post.by_author.query(author.id, scan_index_forward=False, limit=limit, last_evaluated_key=after)
    return one_page(query, Post)


def get_own(author: Author, slug: str) -> Post:
    """Return an author's own post with its draft.

    Raises:
        NoSuchPost: there is none, or it is another author's.
    """
    try:
        post = Post.get(slug, consistent_read=True)
    except Post.DoesNotExist as error:
        raise NoSuchPost(slug) from error
    if post.author_id != author.id:
        raise NoSuchPost(slug)
    return post


def preview(post: Post) -> str:
    """The HTML of a draft, as it was rendered when it was saved."""
    if post.draft_html is not None:
        return stored_html.unpack(post.draft_html)
    # A draft from before its HTML was kept; the next save keeps it.
    from chalicelib.blog import rendering  # noqa: PLC0415 - only such drafts wait for it

    try:
        return rendering.render(post.draft_body)
    except rendering.HtmlTooLong:
        return rendering.as_typed(post.draft_body)


def create(author: Author, new: NewPost, name: Idempotent | None = None) -> Created:
    """Begin a draft; the same `name` begins it once.

    Without a slug it gets the first free one of those made from its title.

    Raises:
        SlugTaken: the slug names a post already, or a page of the blog's own.
        PageTooLong: the text or its HTML is too long.
        KeyReused: the key was used for another request.
    """
    if new.slug in slugs.RESERVED:
        raise SlugTaken(f"The address {new.slug} is the blog's own.")
    taken = new.slug
    for post in writes.new_post(author.id, author.name, new, _packed_html(new.body)):
        try:
            return _create_once(author, post, name)
        except ConditionFailed:
            taken = post.slug
            # A write whose answer was lost is sent again, and meets its own post.
            found = find(post.slug) if name is None else None
            if found is not None and _is_same(post, found):
                return Created(found)
    raise SlugTaken(f"There is a post at {taken} already.")


def _create_once(author: Author, post: Post, name: Idempotent | None) -> Created:
    absent = Post.slug.does_not_exist()
    if name is not None:
        return Created(*idempotency.create_once(author.id, name, post, absent))
    post.create(absent)
    return Created(post)


def _is_same(post: Post, found: Post) -> bool:
    compared = ("author_id", "created_at", "draft_title", "draft_body")
    return all(getattr(found, name) == getattr(post, name) for name in compared)


def change(author: Author, slug: str, changes: DraftChanges, expected: int | None = None) -> Post:
    """Change a draft, which must be at the `expected` version where one is given.

    Raises:
        NoSuchPost: there is none, or it is another author's.
        PageTooLong: the text or its HTML is too long.
        StalePost: it is at another version.
    """
    packed_html = None if changes.body is msgspec.UNSET else _packed_html(changes.body)
    post, condition = at(slug), belongs_to(author.id)
    if expected is not None:
        condition &= Post.version == expected
    try:
        post.change(writes.changes(changes, packed_html), condition)
    except ConditionFailed as failed:
        current = None if failed.item is None else Post.from_raw_data(failed.item)
        if current is None or current.author_id != author.id:
            raise NoSuchPost(slug) from failed
        raise StalePost(current) from failed
    return post


def publish(author: Author, slug: str, expected: int | None = None, *, announce: bool = False) -> Post:
    """Show readers the draft as it stands: the post, its place in the feed and its tags in one transaction.

    Raises:
        NoSuchPost: there is none, or it is another author's.
        StalePost: it is at another version.
        CoverNotReady: readers could not see its cover.
        PageTooLong: a draft from before this was checked is too long.
    """

    def write(post: Post) -> Post:
        cover = _cover_name(post)
        packed_html = _packed_html(post.draft_body) if post.draft_html is None else post.draft_html
        return writes.publish(post, html=stored_html.unpack(packed_html), cover=cover, announce=announce)

    return _upon_latest(author, slug, expected, write)


def unpublish(author: Author, slug: str, expected: int | None = None) -> Post:
    """Take a post away from readers: the post, the feed and its tags in one transaction.

    Raises:
        NoSuchPost: there is none, or it is another author's.
        StalePost: it is at another version.
    """
    return _upon_latest(author, slug, expected, lambda post: writes.unpublish(post) if post.is_published else post)


def delete(author: Author, slug: str, expected: int | None = None) -> None:
    """Delete a post with its tags in one transaction.

    Raises:
        NoSuchPost: there is none, or it is another author's.
        StalePost: it is at another version.
    """
    _upon_latest(author, slug, expected, writes.delete)


def _upon_latest(author: Author, slug: str, expected: int | None, write: Callable[[Post], Written]) -> Written:
    """Write upon the post as it stands, and anew where somebody else wrote meanwhile."""
    for _ in range(_ATTEMPTS):
        post = get_own(author, slug)
        if expected is not None and post.version != expected:
            raise StalePost(post)
        try:
            return write(post)
        except TransactionRefused as refusal:
            latest = refusal
    raise StalePost(get_own(author, slug)) from latest


def _packed_html(body: str) -> str:
    """Render a text for its item.

    Raises:
        PageTooLong: the text or its HTML is too long.
    """
    from chalicelib.blog import rendering  # noqa: PLC0415 - only those who write wait for it

    try:
        packed = stored_html.pack(rendering.render(body))
    except rendering.HtmlTooLong as error:
        raise PageTooLong(f"{error} Shorten it.") from error
    size = len(body.encode()) + len(packed)
    if size > MAX_DRAFT_BYTES:
        raise PageTooLong(f"It takes {size} bytes with its HTML and may take {MAX_DRAFT_BYTES}. Shorten it.")
    return packed


def _cover_name(post: Post) -> str | None:
    if post.draft_cover is None:
        return None
    photo = media.find(post.author_id, post.draft_cover)
    if photo is None or photo.state != READY:
        raise CoverNotReady("The cover photo is not ready yet. Wait a moment, or choose another.")
    return photo.published_name
