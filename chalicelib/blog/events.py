"""What follows when a post changes: its photos are kept, its pages written, old copies forgotten, subscribers told."""

from collections.abc import Mapping
from typing import Any

from chalicelib.blog import addresses, markdown, publishing
from chalicelib.blog.copies import Change, Copies, StageAndEdge
from chalicelib.blog.model import Post
from chalicelib.blog.site import S3Site, Site
from chalicelib.events.batches import BatchResponse, StreamRecord, stream_batch
from chalicelib.media import service as media
from chalicelib.store.errors import RawItem
from chalicelib.subscribers.announcements import Announcement, announce


def on_posts_changed(event: Mapping[str, Any], site: Site | None = None, copies: Copies | None = None) -> BatchResponse:
    """Handle a batch of the posts table's stream."""
    shown: Site = site or S3Site()
    kept: Copies = copies or StageAndEdge()
    return stream_batch(event, lambda record: _changed(record, shown, kept))


def _changed(record: StreamRecord, site: Site, copies: Copies) -> None:
    before, after = _post(record.old), _post(record.new)
    if after is not None:
        _keep_photos(before, after)
    if _published_version(before) == _published_version(after):
        # Only a draft changed: readers see nothing of it.
        return
    slug = str(record.keys["slug"]["S"])
    publishing.publish_post(site, slug)
    tags = sorted({*_tags(before), *_tags(after)})
    publishing.publish_lists(site, tags, slug)
    copies.forget(Change(slug, tags, f"{slug}-{record.sequence_number}"))
    if after is not None and after.announced_at and not (before and before.announced_at):
        announce(Announcement(slug, after.title, after.summary, addresses.post(slug), after.author_name))


def _keep_photos(before: Post | None, after: Post) -> None:
    """Keep what a draft newly names, and at a publication whatever it names."""
    known = set() if _published_version(before) != _published_version(after) else _photos(before)
    for media_id in sorted(_photos(after) - known):
        media.keep(after.author_id, media_id)


def _photos(post: Post | None) -> set[str]:
    if post is None:
        return set()
    return {*markdown.photo_ids(post.draft_body), *([post.draft_cover] if post.draft_cover else [])}


def _post(image: RawItem | None) -> Post | None:
    return None if image is None else Post.from_raw_data(image)


def _published_version(post: Post | None) -> int | None:
    return None if post is None or post.published_version is None else int(post.published_version)


def _tags(post: Post | None) -> list[str]:
    return [] if post is None else list(post.tags or [])
