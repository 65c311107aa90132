"""The use cases of posts.

Raised here, beside the store's own errors:

PostError
├── NoSuchPost      none of that slug, or not published, or another author's
├── SlugTaken       the slug names a post already, or a page of the blog's own
├── CoverNotReady   the cover photo has no thumbnails that readers could see
├── PageTooLong     the text's HTML is too long to be stored beside it
└── StalePost       the author saw another version; carries the post as it stands
"""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from chalicelib.blog import markdown, slugs, writes
from chalicelib.blog.contract import DraftChanges, NewPost
from chalicelib.blog.model import PUBLISHED, Post, PostTag, at, belongs_to
from chalicelib.media import service as media
from chalicelib.media.model import READY
from chalicelib.store import idempotency
from chalicelib.store.errors import ConditionFailed
from chalicelib.store.idempotency import Idempotent
from chalicelib.store.pages import Key, Page, one_page
from chalicelib.store.transactions import TransactionRefused

# A post and its HTML are one item, and an item may have 400 KB. A text takes up to 200 000 bytes, all else 10 000.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-items
MAX_HTML_BYTES = 195_000
# A text up to this length cannot become longer HTML: its longest link, named as often as there is room for.
_ALWAYS_FITS = 300
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
    """The text's HTML is too long to be stored beside it."""


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


def create(author: Author, new: NewPost, name: Idempotent | None = None) -> Created:
    """Begin a draft; the same `name` begins it once.

    Raises:
        SlugTaken: the slug names a post already.
        PageTooLong: the text's HTML is too long.
        KeyReused: the key was used for another request.
    """
    _check_length(new.body)
    post, absent = writes.new_post(author.id, author.name, new), Post.slug.does_not_exist()
    if post.slug in slugs.RESERVED:
        raise SlugTaken(f"The address {post.slug} is the blog's own.")
    try:
        if name is not None:
            return Created(*idempotency.create_once(author.id, name, post, absent))
        post.create(absent)
    except ConditionFailed as failed:
        raise SlugTaken(f"There is a post at {post.slug} already.") from failed
    return Created(post)


def change(author: Author, slug: str, changes: DraftChanges, expected: int | None = None) -> Post:
    """Change a draft, which must be at the `expected` version where one is given.

    Raises:
        NoSuchPost: there is none, or it is another author's.
        PageTooLong: the text's HTML is too long.
        StalePost: it is at another version.
    """
    if changes.body is not msgspec.UNSET:
        _check_length(changes.body)
    post, condition = at(slug), belongs_to(author.id)
    if expected is not None:
        condition &= Post.version == expected
    try:
        post.change(writes.changes(changes), condition)
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
        PageTooLong: the HTML of a draft from before this was checked is too long.
    """

    def write(post: Post) -> Post:
        _check_cover(post)
        _check_length(post.draft_body)
        return writes.publish(post, announce=announce)

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


def _check_length(body: str) -> None:
    if len(body) <= _ALWAYS_FITS:
        return
    length = len(markdown.render(body).encode())
    if length > MAX_HTML_BYTES:
        raise PageTooLong(
            f"Its HTML has {length} bytes and may have {MAX_HTML_BYTES}: shorten it, or colour less code."
        )


def _check_cover(post: Post) -> None:
    if post.draft_cover is None:
        return
    photo = media.find(post.author_id, post.draft_cover)
    if photo is None or photo.state != READY:
        raise CoverNotReady("The cover photo is not ready yet. Wait a moment, or choose another.")
