"""The use cases of posts.

Raised here, beside the store's own errors:

PostError
├── NoSuchPost      none of that slug, or not published, or another author's
├── SlugTaken       the slug names a post already, or a page of the blog's own
├── CoverNotReady   the cover photo has no thumbnails that readers could see
└── StalePost       the author saw another version; carries the post as it stands
"""

import msgspec
from msgspec import UNSET
from pynamodb.constants import ALL_OLD
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib import clock
from chalicelib.blog import markdown, slugs
from chalicelib.blog.contract import DraftChanges, NewPost
from chalicelib.blog.model import PUBLISHED, Post, PostTag, at, belongs_to, feed_key
from chalicelib.media import service as media
from chalicelib.media.model import READY
from chalicelib.store import idempotency, transactions
from chalicelib.store.errors import ConditionFailed
from chalicelib.store.idempotency import Idempotent
from chalicelib.store.pages import Key, Page, one_page
from chalicelib.store.transactions import TransactionRefused

_ATTEMPTS = 5


class PostError(Exception):
    """The base of what this service raises."""


class NoSuchPost(PostError):  # noqa: N818 - reads as the answer it becomes
    """There is no such post for this reader or author."""


class SlugTaken(PostError):  # noqa: N818 - reads as the answer it becomes
    """The slug names a post already."""


class CoverNotReady(PostError):  # noqa: N818 - reads as the answer it becomes
    """The cover photo has no thumbnails that readers could see."""


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
        KeyReused: the key was used for another request.
    """
    post, absent = _new(author, new), Post.slug.does_not_exist()
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
        StalePost: it is at another version.
    """
    post, condition = at(slug), belongs_to(author.id)
    if expected is not None:
        condition &= Post.version == expected
    try:
        post.change(_changes(changes), condition)
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
    """
    for _ in range(_ATTEMPTS):
        post = _own_at(author, slug, expected)
        _check_cover(post)
        try:
            return _publish(post, announce=announce)
        except TransactionRefused as refusal:
            latest = refusal
    raise StalePost(get_own(author, slug)) from latest


def unpublish(author: Author, slug: str, expected: int | None = None) -> Post:
    """Take a post away from readers: the post, the feed and its tags in one transaction.

    Raises:
        NoSuchPost: there is none, or it is another author's.
        StalePost: it is at another version.
    """
    for _ in range(_ATTEMPTS):
        post = _own_at(author, slug, expected)
        if not post.is_published:
            return post
        try:
            return _unpublish(post)
        except TransactionRefused as refusal:
            latest = refusal
    raise StalePost(get_own(author, slug)) from latest


def delete(author: Author, slug: str, expected: int | None = None) -> None:
    """Delete a post with its tags in one transaction.

    Raises:
        NoSuchPost: there is none, or it is another author's.
        StalePost: it is at another version.
    """
    for _ in range(_ATTEMPTS):
        post = _own_at(author, slug, expected)
        try:
            transactions.write(lambda transaction, post=post: _fill_delete(transaction, post))  # type: ignore[misc]
        except TransactionRefused as refusal:
            latest = refusal
        else:
            return
    raise StalePost(get_own(author, slug)) from latest


def _own_at(author: Author, slug: str, expected: int | None) -> Post:
    post = get_own(author, slug)
    if expected is not None and post.version != expected:
        raise StalePost(post)
    return post


def _check_cover(post: Post) -> None:
    if post.draft_cover is None:
        return
    photo = media.find(post.author_id, post.draft_cover)
    if photo is None or photo.state != READY:
        raise CoverNotReady("The cover photo is not ready yet. Wait a moment, or choose another.")


def _new(author: Author, new: NewPost) -> Post:
    moment = clock.timestamp(clock.now())
    return Post(
        new.slug or slugs.from_title(new.title) or clock.new_id().lower(),
        author_id=author.id,
        author_name=author.name,
        created_at=moment,
        draft_title=new.title.strip(),
        draft_summary=new.summary.strip(),
        draft_body=new.body,
        draft_tags=list(dict.fromkeys(new.tags)),
        draft_cover=new.cover,
        draft_updated_at=moment,
    )


def _changes(asked: DraftChanges) -> list[Action]:
    actions: list[Action] = [Post.draft_updated_at.set(clock.timestamp(clock.now()))]
    if asked.title is not UNSET:
        actions.append(Post.draft_title.set(asked.title.strip()))
    if asked.summary is not UNSET:
        actions.append(Post.draft_summary.set(asked.summary.strip()))
    if asked.body is not UNSET:
        actions.append(Post.draft_body.set(asked.body))
    if asked.tags is not UNSET:
        actions.append(Post.draft_tags.set(list(dict.fromkeys(asked.tags))))
    if asked.cover is not UNSET:
        actions.append(Post.draft_cover.remove() if asked.cover is None else Post.draft_cover.set(asked.cover))
    return actions


def _publish(post: Post, *, announce: bool) -> Post:
    moment = clock.timestamp(clock.now())
    before = _tag_rows(post)
    post.feed, post.published_at = PUBLISHED, post.published_at or moment
    post.feed_key, post.updated_at = feed_key(post.published_at, post.slug), moment
    post.title, post.summary, post.cover = post.draft_title, post.draft_summary, post.draft_cover
    post.html, post.tags = markdown.render(post.draft_body), list(post.draft_tags)
    post.published_version = post.version + 1
    if announce and post.announced_at is None:
        post.announced_at = moment
    after = _tag_rows(post)
    kept = {(row.tag, row.feed_key) for row in after}

    def fill(transaction: TransactWrite) -> None:
        for row in before:
            if (row.tag, row.feed_key) not in kept:
                transaction.delete(row)
        for row in after:
            transaction.save(row)
        transaction.update(
            at(post.slug),
            actions=_publication(post),
            condition=Post.version == post.version,
            return_values=ALL_OLD,
            add_version_condition=False,
        )

    transactions.write(fill)
    post.version += 1
    return post


def _publication(post: Post) -> list[Action]:
    return [
        Post.feed.set(post.feed),
        Post.feed_key.set(post.feed_key),
        Post.title.set(post.title),
        Post.summary.set(post.summary),
        Post.html.set(post.html),
        Post.tags.set(post.tags),
        Post.cover.remove() if post.cover is None else Post.cover.set(post.cover),
        Post.published_at.set(post.published_at),
        Post.updated_at.set(post.updated_at),
        Post.published_version.set(post.published_version),
        *([] if post.announced_at is None else [Post.announced_at.set(post.announced_at)]),
    ]


def _unpublish(post: Post) -> Post:
    def fill(transaction: TransactWrite) -> None:
        for row in _tag_rows(post):
            transaction.delete(row)
        transaction.update(
            at(post.slug),
            actions=[
                Post.feed.remove(),
                Post.feed_key.remove(),
                Post.html.remove(),
                Post.published_version.remove(),
            ],
            condition=Post.version == post.version,
            add_version_condition=False,
        )

    transactions.write(fill)
    post.feed = post.feed_key = post.html = post.published_version = None
    post.version += 1
    return post


def _fill_delete(transaction: TransactWrite, post: Post) -> None:
    for row in _tag_rows(post):
        transaction.delete(row)
    transaction.delete(at(post.slug), condition=Post.version == post.version, add_version_condition=False)


def _tag_rows(post: Post) -> list[PostTag]:
    if not post.is_published:
        return []
    return [
        PostTag(
            tag,
            post.feed_key,
            slug=post.slug,
            title=post.title,
            summary=post.summary,
            tags=list(post.tags),
            cover=post.cover,
            author_name=post.author_name,
            published_at=post.published_at,
            updated_at=post.updated_at,
        )
        for tag in post.tags
    ]
