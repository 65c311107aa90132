"""Brings the site to what the posts say. Everything is read anew, so doing it twice, or late, does no harm.

Several functions do so at once, one a shard of the stream, and share the lists. Each looks at a page, then reads the
posts, and writes what they say over exactly the page it saw, until a page that it saw before it read says what it
read. So whoever writes last has read last, and what another put in between is not written over but rendered anew.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping

from chalicelib.blog import addresses, feed, pages, service
from chalicelib.blog.model import Post
from chalicelib.blog.pages import Listed, Photo
from chalicelib.blog.service import NoSuchPost
from chalicelib.blog.site import Page, Site, Stored
from chalicelib.media import service as media
from chalicelib.media.model import READY

ASSETS = "/assets.json"
PLAIN_ASSETS = {"style": "/assets/blog.css", "script": "/assets/blog.js", "font": "/assets/newsreader.woff2"}
LISTS = FRONT, ARCHIVE, FEED, SITEMAP = "/blog/", "/blog/archive/", feed.PATH, "/sitemap.xml"
FRONT_LENGTH = 20
LIST_PAGE = 500
XML = "application/xml"
TEXT = "text/plain; charset=utf-8"
# Each round that others disturb is one in which they wrote something newer.
ROUNDS = 10

# What is to be at each path: a page, or none.
Rendered = Mapping[str, Page | None]


class IndexBehind(Exception):  # noqa: N818 - what it is
    """The index does not show what the table says; the same work is right a moment later."""


class Disturbed(Exception):  # noqa: N818 - what happened
    """Others changed the same pages in every round; the same work is right a moment later."""


def publish_post(site: Site, slug: str) -> None:
    """Write a post's page and photos, or take them away where the post is not published.

    Raises:
        Disturbed: others changed the page in every round.
    """
    path, styles = addresses.post_path(slug), assets(site)
    copied: set[str] = set()

    def render() -> Rendered:
        copied.clear()
        try:
            post = service.get_published(slug, consistent=True)
        except NoSuchPost:
            return {path: None}
        photos = dict(_shown(site, post, copied))
        more = [other for other in service.list_published(3).items if other.slug != slug][:2]
        return {path: Page(pages.post_page(post, photos, more, styles))}

    _settle(site, [path], render)
    for photo in site.paths_under(addresses.photos_path(slug)):
        if photo not in copied:
            site.remove(photo)


def remove_old_photos(site: Site) -> None:
    """Take away the photos whose names do not say whose they are, but covers that readers see under such a name.

    Photos had such names once. Doing it again changes nothing.
    """
    seen = {post.cover for post in _all_published()}
    for path in site.paths_under(addresses.PHOTOS_PATH):
        name = path.removeprefix(addresses.PHOTOS_PATH)
        if "/" not in name and name[: addresses.LENGTH_OF_AN_ID] not in seen:
            site.remove(path)


def publish_lists(site: Site, tags: Iterable[str], changed: str | None = None) -> None:
    """Write the front page, the archive, the feed, the sitemap and the pages of `tags`.

    Raises:
        IndexBehind: the index of published posts does not know yet of the post at `changed`.
        Disturbed: others changed the lists in every round.
    """
    styles, tag_list = assets(site), list(tags)
    paths = [*LISTS, *(addresses.tag_path(tag) for tag in tag_list)]

    def render() -> Rendered:
        everything = list(_all_published())
        if changed is not None:
            _check_index(everything, changed)
        published = site.look(FEED)
        kept = feed.lasting(None if published is None else published.content)
        return {**_render_lists(everything, styles, kept), **_render_tags(tag_list, styles)}

    _settle(site, paths, render)


def _settle(site: Site, paths: Iterable[str], render: Callable[[], Rendered]) -> None:
    """Write until what was seen at `paths` is what `render` then says."""
    for _ in range(ROUNDS):
        seen = {path: site.look(path) for path in paths}
        wanted = render()
        old = [path for path, page in wanted.items() if _content(page) != _content(seen[path])]
        if not old:
            return
        for path in old:
            site.replace(path, seen[path], wanted[path])
    raise Disturbed("Others changed the same pages again and again.")


def _content(page: Page | Stored | None) -> bytes | None:
    return None if page is None else page.content


def _render_lists(everything: list[Post], styles: Mapping[str, str], kept: feed.Lasting) -> Rendered:
    newest = everything[:FRONT_LENGTH]
    return {
        FRONT: Page(pages.front_page(newest, styles, has_more=len(everything) > len(newest))),
        ARCHIVE: Page(pages.archive_page(everything, styles)),
        FEED: Page(feed.atom(newest, kept), feed.MEDIA_TYPE),
        SITEMAP: Page(pages.sitemap(everything), XML),
    }


def _render_tags(tags: Iterable[str], styles: Mapping[str, str]) -> Rendered:
    tagged = {tag: list(_all_tagged(tag)) for tag in tags}
    return {
        addresses.tag_path(tag): Page(pages.tag_page(tag, posts, styles)) if posts else None
        for tag, posts in tagged.items()
    }


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
    remove_old_photos(site)


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
    listed = site.look(ASSETS)
    found: dict[str, str] = {} if listed is None else json.loads(listed.content)
    return {**PLAIN_ASSETS, **found}


def _shown(site: Site, post: Post, copied: set[str]) -> Iterator[tuple[str, Photo]]:
    """Copy the sizes of a post's photos to where readers see them; return the photos by their ids.

    `copied` is given the paths of the copies.
    """
    for media_id in pages.photo_ids(post):
        photo = media.find(post.author_id, media_id)
        if photo is None or photo.state != READY:
            continue
        name = post.cover if post.cover and media_id == post.cover_id else photo.published_name
        sizes: dict[int, tuple[int, int]] = {}
        for thumbnail in photo.thumbnails:
            edge, _, extension = thumbnail.key.rpartition("/")[2].partition(".")
            path = addresses.photo_path(post.slug, name, int(edge), extension)
            site.copy_thumbnail(thumbnail.key, path)
            copied.add(path)
            sizes[int(edge)] = (int(thumbnail.width), int(thumbnail.height))
        yield media_id, Photo(name, sizes)


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
