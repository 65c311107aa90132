"""What each use case of a post writes: attributes of a draft, update actions, and transactions."""

from collections.abc import Iterator

from msgspec import UNSET
from pynamodb.attributes import Attribute
from pynamodb.constants import ALL_OLD
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib import clock
from chalicelib.blog import slugs
from chalicelib.blog.contract import DraftChanges, NewPost
from chalicelib.blog.model import PUBLISHED, Post, PostTag, at, feed_key
from chalicelib.store import transactions


def new_post(author_id: str, author_name: str, new: NewPost, packed_html: str) -> Iterator[Post]:
    """Yield a draft that is not stored yet, at each address that may be tried for it in turn.

    `packed_html` is what its text becomes.
    """
    moment = clock.timestamp(clock.now())
    for slug in [new.slug] if new.slug else slugs.candidates(new.title, moment[:10], clock.new_id()):
        yield Post(
            slug,
            author_id=author_id,
            author_name=author_name,
            created_at=moment,
            draft_title=new.title.strip(),
            draft_summary=new.summary.strip(),
            draft_body=new.body,
            draft_html=packed_html,
            draft_tags=list(dict.fromkeys(new.tags)),
            draft_cover=new.cover,
            draft_language=new.language,
            draft_updated_at=moment,
        )


def changes(asked: DraftChanges, packed_html: str | None) -> list[Action]:
    """The actions that a change of the draft asks for; what is not asked for stays.

    `packed_html` is what a new text becomes, or None where the text stays.
    """
    actions: list[Action] = [Post.draft_updated_at.set(clock.timestamp(clock.now()))]
    if asked.title is not UNSET:
        actions.append(Post.draft_title.set(asked.title.strip()))
    if asked.summary is not UNSET:
        actions.append(Post.draft_summary.set(asked.summary.strip()))
    if asked.body is not UNSET:
        actions.append(Post.draft_body.set(asked.body))
    if packed_html is not None:
        actions.append(Post.draft_html.set(packed_html))
    if asked.tags is not UNSET:
        actions.append(Post.draft_tags.set(list(dict.fromkeys(asked.tags))))
    if asked.cover is not UNSET:
        actions.append(_set_or_remove(Post.draft_cover, asked.cover))
    if asked.language is not UNSET:
        actions.append(_set_or_remove(Post.draft_language, asked.language))
    return actions


def publish(post: Post, *, html: str, cover: str | None, announce: bool) -> Post:
    """What readers see becomes the draft: the post, its place in the feed and its tags.

    `html` is what the draft's text becomes, and `cover` the name of its cover.

    Raises:
        TransactionRefused: the post, or one of its tags, was written meanwhile.
    """
    moment = clock.timestamp(clock.now())
    before = _tag_rows(post)
    post.feed, post.published_at = PUBLISHED, post.published_at or moment
    post.feed_key = feed_key(post.published_at, post.slug, post.draft_language)
    post.updated_at = moment
    post.title, post.summary, post.cover = post.draft_title, post.draft_summary, cover
    post.html, post.tags, post.language = html, list(post.draft_tags), post.draft_language
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


def unpublish(post: Post) -> Post:
    """Readers see the post no longer; its draft stays.

    Raises:
        TransactionRefused: as for `publish`.
    """

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


def delete(post: Post) -> None:
    """The post goes, and its tags.

    Raises:
        TransactionRefused: as for `publish`.
    """

    def fill(transaction: TransactWrite) -> None:
        for row in _tag_rows(post):
            transaction.delete(row)
        transaction.delete(at(post.slug), condition=Post.version == post.version, add_version_condition=False)

    transactions.write(fill)


def _set_or_remove(attribute: Attribute[str], value: str | None) -> Action:
    action: Action = attribute.remove() if value is None else attribute.set(value)
    return action


def _publication(post: Post) -> list[Action]:
    return [
        Post.feed.set(post.feed),
        Post.feed_key.set(post.feed_key),
        Post.title.set(post.title),
        Post.summary.set(post.summary),
        Post.html.set(post.html),
        Post.tags.set(post.tags),
        _set_or_remove(Post.cover, post.cover),
        _set_or_remove(Post.language, post.language),
        Post.published_at.set(post.published_at),
        Post.updated_at.set(post.updated_at),
        Post.published_version.set(post.published_version),
        *([] if post.announced_at is None else [Post.announced_at.set(post.announced_at)]),
    ]


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
