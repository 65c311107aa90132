"""Brings the site to what the posts say. Everything is read anew, so doing it twice, or late, does no harm."""

import json
from collections.abc import Iterable, Iterator, Mapping

from chalicelib.blog import addresses, feed, pages, service
from chalicelib.blog.model import Post
from chalicelib.blog.pages import Listed, Photo
from chalicelib.blog.service import NoSuchPost
from chalicelib.blog.site import Site
from chalicelib.media import service as media
from chalicelib.media.model import READY

ASSETS = "/assets.json"
PLAIN_ASSETS = {"style": "/assets/blog.css", "script": "/assets/blog.js", "font": "/assets/newsreader.woff2"}
FRONT_LENGTH = 20
LIST_PAGE = 500
XML = "application/xml"
TEXT = "text/plain; charset=utf-8"


class IndexBehind(Exception):  # noqa: N818 - what it is
    """The index does not show what the table says; the same work is right a moment later."""


def publish_post(site: Site, slug: str) -> None:
    """Write a post's page, or take it away where the post is not published."""
    try:
        post = service.get_published(slug, consistent=True)
    except NoSuchPost:
        site.delete(addresses.post_path(slug))
        return
    photos = {photo.media_id: photo for photo in _shown(site, post)}
    more = [other for other in service.list_published(3).items if other.slug != slug][:2]
    site.put(addresses.post_path(slug), pages.post_page(post, photos, more, assets(site)))


def publish_lists(site: Site, tags: Iterable[str], changed: str | None = None) -> None:
    """Write the front page, the archive, the feed, the sitemap and the pages of `tags`.

    Raises:
        IndexBehind: the index of published posts does not know yet of the post at `changed`.
    """
    styles = assets(site)
    everything = list(_all_published())
    if changed is not None:
        _check_index(everything, changed)
    newest = everything[:FRONT_LENGTH]
    site.put("/blog/", pages.front_page(newest, styles, has_more=len(everything) > len(newest)))
    site.put("/blog/archive/", pages.archive_page(everything, styles))
    site.put("/blog/feed.atom", feed.atom(newest), feed.MEDIA_TYPE)
    site.put("/sitemap.xml", pages.sitemap(everything), XML)
    for tag in tags:
        tagged = list(_all_tagged(tag))
        if tagged:
            site.put(addresses.tag_path(tag), pages.tag_page(tag, tagged, styles))
        else:
            site.delete(addresses.tag_path(tag))


def publish_static(site: Site) -> None:
    """Write the pages that do not depend on posts."""
    for path, page in pages.static_pages(assets(site)):
        site.put(path, page)
    site.put("/robots.txt", pages.robots(), TEXT)


def publish_everything(site: Site) -> None:
    """Write every page anew, as after a change of the templates or the styles."""
    publish_static(site)
    tags: set[str] = set()
    for post in _all_published():
        publish_post(site, post.slug)
        tags.update(post.tags)
    publish_lists(site, sorted(tags))


def _check_index(everything: Iterable[Post], slug: str) -> None:
    # Lists that were written without a post would stay so until the next publication.
    shown = {post.slug: post.updated_at for post in everything}.get(slug)
    try:
        stands = service.get_published(slug, consistent=True).updated_at
    except NoSuchPost:
        stands = None
    if shown != stands:
        raise IndexBehind("The index of published posts lags behind the table.")


def assets(site: Site) -> Mapping[str, str]:
    """Where the site's styles and scripts are; the build says so in a file of its own."""
    listed = site.read(ASSETS)
    found: dict[str, str] = {} if listed is None else json.loads(listed)
    return {**PLAIN_ASSETS, **found}


def _shown(site: Site, post: Post) -> Iterator[Photo]:
    """Copy the sizes of a post's photos to where everybody may see them."""
    for media_id in pages.photo_ids(post):
        photo = media.find(post.author_id, media_id)
        if photo is None or photo.state != READY:
            continue
        sizes: dict[int, tuple[int, int]] = {}
        for thumbnail in photo.thumbnails:
            name = thumbnail.key.rpartition("/")[2]
            edge, _, extension = name.partition(".")
            site.copy_thumbnail(thumbnail.key, addresses.photo_path(media_id, int(edge), extension))
            sizes[int(edge)] = (int(thumbnail.width), int(thumbnail.height))
        yield Photo(media_id, sizes)


def _all_published() -> Iterator[Post]:
    page = service.list_published(LIST_PAGE)
    yield from page.items
    while page.last_key is not None:
        page = service.list_published(LIST_PAGE, page.last_key)
        yield from page.items


def _all_tagged(tag: str) -> Iterator[Listed]:
    page = service.list_tagged(tag, LIST_PAGE, consistent=True)
    yield from page.items
    while page.last_key is not None:
        page = service.list_tagged(tag, LIST_PAGE, page.last_key, consistent=True)
        yield from page.items
