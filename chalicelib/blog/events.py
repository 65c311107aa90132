"""What follows when a post changes: its pages are written, and subscribers are told once."""

from collections.abc import Mapping
from typing import Any

from chalicelib.blog import addresses, publishing
from chalicelib.blog.model import Post
from chalicelib.blog.site import S3Site, Site
from chalicelib.events.batches import BatchResponse, StreamRecord, stream_batch
from chalicelib.store.errors import RawItem
from chalicelib.subscribers.announcements import Announcement, announce


def on_posts_changed(event: Mapping[str, Any], site: Site | None = None) -> BatchResponse:
    """Handle a batch of the posts table's stream."""
    shown: Site = site or S3Site()
    return stream_batch(event, lambda record: _changed(record, shown))


def _changed(record: StreamRecord, site: Site) -> None:
    before, after = _post(record.old), _post(record.new)
    if _published_version(before) == _published_version(after):
        # Only a draft changed: readers see nothing of it.
        return
    slug = str(record.keys["slug"]["S"])
    publishing.publish_post(site, slug)
    publishing.publish_lists(site, sorted({*_tags(before), *_tags(after)}))
    if after is not None and after.announced_at and not (before and before.announced_at):
        announce(Announcement(slug, after.title, after.summary, addresses.post(slug), after.author_name))


def _post(image: RawItem | None) -> Post | None:
    return None if image is None else Post.from_raw_data(image)


def _published_version(post: Post | None) -> int | None:
    return None if post is None or post.published_version is None else int(post.published_version)


def _tags(post: Post | None) -> list[str]:
    return [] if post is None else list(post.tags or [])
