"""What follows a change: photos are kept or let go, pages written, old copies forgotten, subscribers told."""

from collections.abc import Mapping
from typing import Any

from chalicelib.blog import addresses, markdown, pages, publishing, service
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
    slug = str(record.keys["slug"]["S"])
    if after is not None:
        _keep_photos(before, after)
    _let_photos_go(slug, before, after)
    if _published_version(before) == _published_version(after):
        # Only a draft changed: readers see nothing of it.
        return
    publishing.publish_post(site, slug)
    tags = sorted({*_tags(before), *_tags(after)})
    publishing.publish_lists(site, tags, slug)
    if _old_cover(before) and _old_cover(before) != _old_cover(after):
        publishing.remove_old_photos(site)
    copies.forget(Change(slug, tags, f"{slug}-{record.sequence_number}", _hidden_photos(before, after)))
    if after is not None and after.announced_at and not (before and before.announced_at):
        announce(Announcement(slug, after.title, after.summary, addresses.post(slug), after.author_name))


def _keep_photos(before: Post | None, after: Post) -> None:
    """Keep what a draft newly names, and at a publication whatever it names."""
    known = set() if _published_version(before) != _published_version(after) else _photos(before)
    for media_id in sorted(_photos(after) - known):
        media.keep(after.author_id, media_id, after.slug)


def _let_photos_go(slug: str, before: Post | None, after: Post | None) -> None:
    """Let go what neither the draft nor what readers see names any more."""
    gone = _photos(before) - _photos(after)
    if before is None or not gone:
        return
    # A record that comes late must not take away what the post has named again since.
    for media_id in sorted(gone - _photos(service.find(slug))):
        media.let_go(before.author_id, media_id, slug)


def _hidden_photos(before: Post | None, after: Post | None) -> list[str]:
    """The paths of photos that readers saw before a change and see no more, with an asterisk for their sizes."""
    if before is None or not before.is_published:
        return []
    shown = set(pages.photo_ids(after)) if after is not None and after.is_published else set()
    hidden = [media_id for media_id in pages.photo_ids(before) if media_id not in shown]
    new_cover = before.cover is not None and (after is None or after.cover != before.cover)
    if not hidden and not new_cover:
        return []
    old = _old_cover(before)
    return [f"{addresses.photos_path(before.slug)}*", *([f"{addresses.PHOTOS_PATH}{old}-*"] if old else [])]


def _old_cover(post: Post | None) -> str | None:
    """The cover that readers see under a name that does not say whose it is."""
    return post.cover if post is not None and post.is_published and post.cover == post.cover_id else None


def _photos(post: Post | None) -> set[str]:
    """The photos that a post's draft names, and those that readers see of it."""
    if post is None:
        return set()
    shown = pages.photo_ids(post) if post.is_published else []
    return {*markdown.photo_ids(post.draft_body), *([post.draft_cover] if post.draft_cover else []), *shown}


def _post(image: RawItem | None) -> Post | None:
    return None if image is None else Post.from_raw_data(image)


def _published_version(post: Post | None) -> int | None:
    return None if post is None or post.published_version is None else int(post.published_version)


def _tags(post: Post | None) -> list[str]:
    return [] if post is None else list(post.tags or [])
