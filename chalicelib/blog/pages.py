"""The blog's pages as HTML, readable without scripts, rendered once when something is published."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import count, groupby
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from chalicelib.blog import addresses, direction, markdown
from chalicelib.blog.model import Post, PostTag
from chalicelib.contact.contract import LONGEST_MESSAGE
from chalicelib.contact.service import BY_MAILBOX
from chalicelib.readable import readable
from chalicelib.settings import settings

TITLE = "MyBlog"
TAGLINE = "Notes on building small things slowly"
WORDS_A_MINUTE = 220
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_PHOTO = re.compile(r'<img[^>]*\bdata-photo="([0-9A-Z]{26})"[^>]*>')
_ALT = re.compile(r'\balt="([^"]*)"')
_MARKUP = re.compile(r"<[^>]+>")
_CODE = re.compile(r'<pre(?: class="code(?: language-([\w+#.-]+))?")?>(.*?)</pre>', re.DOTALL)
_TABLE = re.compile(r"<table>(.*?)</table>", re.DOTALL)
_IN_TEXT = "(min-width: 44em) 38.5rem, 92vw"
# Pages that say the same to everybody, whatever the posts are.
_STATIC = ("subscribe", "subscribed", "unsubscribe", "link-expired", "contact")

Listed = Post | PostTag


class Photo(msgspec.Struct, frozen=True):
    """A photo in a published post: its `published_name`, and the width and height of each edge that exists."""

    name: str
    sizes: Mapping[int, tuple[int, int]]

    def widest(self, edge: int) -> tuple[int, int]:
        """The width and height of the size of an edge, or of the largest there is."""
        return self.sizes.get(edge) or self.sizes[max(self.sizes)]


def photo_ids(post: Post) -> list[str]:
    """The photos that a published post shows: its cover and those in its text."""
    in_text = _PHOTO.findall(post.html or "")
    return list(dict.fromkeys([*([post.cover_id] if post.cover_id else []), *in_text]))


def post_page(post: Post, photos: Mapping[str, Photo], more: Sequence[Listed], assets: Mapping[str, str]) -> bytes:
    """A post's own page; `more` are other posts to go on with."""
    html = markdown.sanitise(post.html or "")
    with_photos = _PHOTO.sub(lambda found: _picture(found, post.slug, photos), direction.by_content(html))
    return _render(
        "post.html",
        assets,
        post=post,
        body=Markup(_framed(with_photos)),  # noqa: S704 - sanitised above
        cover=photos.get(post.cover_id or ""),
        minutes=reading_minutes(html),
        more=more,
        data=_linked_data(post),
    )


def front_page(posts: Sequence[Listed], assets: Mapping[str, str], *, has_more: bool = False) -> bytes:
    """The blog's front page: the newest posts, and the beginning of the archive; `has_more` leads to its rest."""
    return _render("front.html", assets, posts=posts, years=by_year(posts), has_more=has_more)


def tag_page(tag: str, posts: Sequence[Listed], assets: Mapping[str, str]) -> bytes:
    """The page of a tag."""
    return _render("tag.html", assets, tag=tag, count=len(posts), years=by_year(posts))


def archive_page(posts: Sequence[Listed], assets: Mapping[str, str]) -> bytes:
    """Every post by year."""
    return _render("archive.html", assets, years=by_year(posts))


def static_pages(assets: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """The pages around the posts, by their paths: to subscribe, to leave, to write to the owner."""
    for name in _STATIC:
        page = _render(f"static/{name}.html", assets, longest_message=LONGEST_MESSAGE, messages_an_hour=BY_MAILBOX.most)
        yield f"/blog/{name}/", page


def robots() -> bytes:
    """What search engines may read (RFC 9309): all that is public, by the sitemap."""
    return f"User-agent: *\nDisallow: /write/\n\nSitemap: {settings().site_url}/sitemap.xml\n".encode()


def sitemap(posts: Sequence[Listed]) -> bytes:
    """The addresses that search engines should know (sitemaps.org)."""
    return _render("sitemap.xml", {}, posts=posts)


def by_year(posts: Sequence[Listed]) -> list[tuple[str, list[Listed]]]:
    """Group posts, newest first, by the year they were published in."""
    return [(year, list(group)) for year, group in groupby(posts, key=lambda post: str(post.published_at)[:4])]


def reading_minutes(html: str) -> int:
    """How long it takes to read, in minutes, at least one."""
    return max(1, round(len(_MARKUP.sub(" ", html).split()) / WORDS_A_MINUTE))


def long_date(timestamp: str) -> str:
    """Write `2026-11-18T…` as 18 November 2026."""
    year, month, day = timestamp[:10].split("-")
    return f"{int(day)} {_MONTHS[int(month) - 1]} {year}"


def short_date(timestamp: str) -> str:
    """Write `2026-11-18T…` as 18 Nov."""
    return f"{int(timestamp[8:10])} {_MONTHS[int(timestamp[5:7]) - 1][:3]}"


def _picture(found: re.Match[str], slug: str, photos: Mapping[str, Photo]) -> str:
    words = _ALT.search(found[0])
    alt = words[1] if words else ""
    photo = photos.get(found[1])
    if photo is None:
        return f"<em>{alt}</em>" if alt else ""
    picture = _environment().get_template("picture.html")
    return str(picture.render(slug=slug, photo=photo, alt=Markup(alt), lazy=True, sizes=_IN_TEXT))  # noqa: S704 - sanitised


def _framed(html: str) -> str:
    """Let wide code and tables scroll by themselves, with the keyboard too, each under a name of its own."""
    codes, tables = count(1), count(1)

    def code(found: re.Match[str]) -> str:
        name = found[1] or "code"
        return (
            f'<figure class="codeblock"><figcaption><span>{name}</span></figcaption>'
            f'<pre dir="ltr" tabindex="0" role="region" aria-label="Code {next(codes)}: {name}">{found[2]}</pre>'
            "</figure>"
        )

    def table(found: re.Match[str]) -> str:
        label = f"Table {next(tables)}"
        whole = f'<table dir="auto">{found[1]}</table>'
        return f'<div class="table" tabindex="0" role="region" aria-label="{label}">{whole}</div>'

    return _TABLE.sub(table, _CODE.sub(code, html))


def _linked_data(post: Post) -> Markup:
    # https://schema.org/BlogPosting
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "BlogPosting",
        "headline": readable(post.title),
        "description": readable(post.summary),
        "datePublished": post.published_at,
        "dateModified": post.updated_at,
        "author": {"@type": "Person", "name": readable(post.author_name)},
        "mainEntityOfPage": addresses.post(post.slug),
        "inLanguage": post.language_shown,
        "keywords": list(post.tags),
    }
    if post.cover:
        data["image"] = addresses.photo(post.slug, post.cover)
    return Markup(json.dumps(data, ensure_ascii=False).replace("<", "\\u003c"))  # noqa: S704 - no tag can end it


def _render(template: str, assets: Mapping[str, str], **values: object) -> bytes:
    page = _environment().get_template(template)
    return page.render(assets=assets, site=settings().site_url, title=TITLE, tagline=TAGLINE, **values).encode()


def _finalize(value: object) -> object:
    """What a template writes of a value; markup is ours and stays."""
    return readable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(long_date=long_date, short_date=short_date)
    environment.globals.update(addresses=addresses, api_url=settings().api_url, escape=escape)
    return environment
