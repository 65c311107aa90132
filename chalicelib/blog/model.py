"""The posts and post_tags tables: keys, indexes, conditions.

| key              | partition key      | sort key               |                                           |
|------------------|--------------------|------------------------|-------------------------------------------|
| posts            | slug               |                        | unique by a conditional put               |
| feed             | feed `published`   | feed_key               | published posts, without their text       |
| by_author        | author_id          | draft_updated_at       | an author's own posts, without their text |
| post_tags        | tag                | feed_key               | one row a tag of a published post         |

A post holds its draft and, once published, a copy of what readers see; `published_version` is the version at which
that copy was made. `draft_html` is what the draft's text becomes (`stored_html`); older drafts have none. `cover` is
the cover's `published_name`, or its bare id where it was published before photos had such names.
`feed_key` is `published_at#slug`, and `published_at#slug#language` for a post that says its language: the feed's index
cannot get another attribute without being made anew.
"""

from pynamodb.attributes import ListAttribute, NumberAttribute, UnicodeAttribute, VersionAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection

from chalicelib.blog.addresses import LENGTH_OF_AN_ID
from chalicelib.settings import settings
from chalicelib.store.model import StoredModel

PUBLISHED = "published"
# The language of the site's own words, and of posts that do not say theirs.
SITE_LANGUAGE = "en"


def feed_key(published_at: str, slug: str, language: str | None) -> str:
    """The sort key of the feed and of the tags."""
    return "#".join([published_at, slug, *([language] if language else [])])


def language_in(key: str | None) -> str:
    """The language that a `feed_key` says, or the site's."""
    return (key or "").partition("#")[2].partition("#")[2] or SITE_LANGUAGE


class Feed(GlobalSecondaryIndex["Post"]):
    """Published posts by time, without their text."""

    class Meta:
        """Index settings."""

        index_name = "feed"
        projection = IncludeProjection(
            ["title", "summary", "tags", "cover", "author_name", "published_at", "updated_at"]
        )

    feed = UnicodeAttribute(hash_key=True)
    feed_key = UnicodeAttribute(range_key=True)


class ByAuthor(GlobalSecondaryIndex["Post"]):
    """An author's own posts by their last change, without their text."""

    class Meta:
        """Index settings."""

        index_name = "by_author"
        projection = IncludeProjection(["draft_title", "published_at", "published_version", "version", "created_at"])

    author_id = UnicodeAttribute(hash_key=True)
    draft_updated_at = UnicodeAttribute(range_key=True)


class Post(StoredModel):
    """One post: its draft, and what readers see of it."""

    class Meta:
        """Table settings."""

        table_name = settings().posts_table
        region = settings().aws_region

    slug = UnicodeAttribute(hash_key=True)
    by_feed = Feed()
    by_author = ByAuthor()

    author_id = UnicodeAttribute()
    author_name = UnicodeAttribute()
    created_at = UnicodeAttribute()
    version = VersionAttribute()

    draft_title = UnicodeAttribute()
    draft_summary = UnicodeAttribute(default="")
    draft_body = UnicodeAttribute(default="")
    draft_html = UnicodeAttribute(null=True)
    draft_tags: ListAttribute[str] = ListAttribute(of=UnicodeAttribute, default=list)  # type: ignore[arg-type]
    draft_cover = UnicodeAttribute(null=True)
    draft_language = UnicodeAttribute(null=True)
    draft_updated_at = UnicodeAttribute()

    feed = UnicodeAttribute(null=True)
    feed_key = UnicodeAttribute(null=True)
    title = UnicodeAttribute(null=True)
    summary = UnicodeAttribute(null=True)
    html = UnicodeAttribute(null=True)
    tags: ListAttribute[str] = ListAttribute(of=UnicodeAttribute, null=True)  # type: ignore[arg-type]
    cover = UnicodeAttribute(null=True)
    language = UnicodeAttribute(null=True)
    published_at = UnicodeAttribute(null=True)
    updated_at = UnicodeAttribute(null=True)
    published_version = NumberAttribute(null=True)
    announced_at = UnicodeAttribute(null=True)

    @property
    def is_published(self) -> bool:
        """Whether readers see it."""
        return self.feed is not None

    @property
    def cover_id(self) -> str | None:
        """The id of the cover that readers see."""
        return None if self.cover is None else self.cover[:LENGTH_OF_AN_ID]

    @property
    def language_shown(self) -> str:
        """The language of what readers see; indexes say it by `feed_key` alone, and older posts by `language` alone."""
        return self.language or language_in(self.feed_key)

    @property
    def has_unpublished_changes(self) -> bool:
        """Whether its draft has changed since it was last published."""
        return self.published_version is None or int(self.version) > int(self.published_version)


class PostTag(StoredModel):
    """One tag of a published post, with all that a list shows."""

    class Meta:
        """Table settings."""

        table_name = settings().post_tags_table
        region = settings().aws_region

    tag = UnicodeAttribute(hash_key=True)
    feed_key = UnicodeAttribute(range_key=True)
    slug = UnicodeAttribute()
    title = UnicodeAttribute()
    summary = UnicodeAttribute()
    tags: ListAttribute[str] = ListAttribute(of=UnicodeAttribute, default=list)  # type: ignore[arg-type]
    cover = UnicodeAttribute(null=True)
    author_name = UnicodeAttribute()
    published_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()

    @property
    def language_shown(self) -> str:
        """The language of the post."""
        return language_in(self.feed_key)


def at(slug: str) -> Post:
    """Name a post for a write; the version only tells PynamoDB to add to it."""
    return Post(slug, version=0)


def belongs_to(author_id: str) -> Condition:
    """The post exists and is this author's."""
    owned: Condition = Post.author_id == author_id
    return owned
