"""The Atom feed of published posts (RFC 4287)."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from chalicelib import clock
from chalicelib.blog import addresses
from chalicelib.blog.model import SITE_LANGUAGE, Post
from chalicelib.readable import readable
from chalicelib.settings import settings

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MEDIA_TYPE = "application/atom+xml"
LENGTH = 20
TITLE = "MyBlog"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_ATOM = "http://www.w3.org/2005/Atom"
PATH = "/blog/feed.atom"
_ORIGIN = re.compile(rf"<id>(.*?){re.escape(PATH)}</id>".encode())
_UPDATED = re.compile(rb"<updated>(.*?)</updated>")
# Feeds without entries had this once, which is no date of theirs.
_NO_DATE = "1970-01-01T00:00:00.000Z"


class Lasting(msgspec.Struct, frozen=True):
    """What a feed says as long as there is one: the origin of its ids, and when its last entry was taken away."""

    origin: str = ""
    emptied_at: str = ""


def lasting(published: bytes | None) -> Lasting:
    """Read from the feed as it is published what stays when it is written anew; without one, nothing.

    Ids never change, even when the site has another address (RFC 4287, 4.2.6). The settings' origin goes first.
    """
    found = _ORIGIN.search(published or b"")
    origin = settings().feed_origin or (found[1].decode() if found else "")
    updated = _UPDATED.search(published or b"")
    date = updated[1].decode() if updated and b"<entry" not in (published or b"") else _NO_DATE
    return Lasting(origin, clock.timestamp(clock.now()) if date == _NO_DATE else date)


def atom(posts: Sequence[Post], kept: Lasting | None = None) -> bytes:
    """Write the feed of `posts`, newest first, by their summaries.

    Without `kept` the ids begin with the settings' origin, and a feed without entries is of the present day.
    """
    origin = (kept.origin if kept else "") or settings().feed_origin or settings().site_url
    emptied_at = kept.emptied_at if kept else f"{clock.timestamp(clock.now())[:10]}T00:00:00.000Z"
    from xml.etree import ElementTree as ET  # noqa: PLC0415 - the API's other routes do without

    ET.register_namespace("", _ATOM)
    feed = ET.Element(_name("feed"), {_LANGUAGE: SITE_LANGUAGE})
    here = f"{settings().site_url}{PATH}"
    _text(feed, "title", TITLE)
    _text(feed, "id", f"{origin}{PATH}")
    _child(feed, "link", rel="self", type=MEDIA_TYPE, href=here)
    _child(feed, "link", rel="alternate", type="text/html", href=f"{settings().site_url}/blog/")
    _text(feed, "updated", max((post.updated_at for post in posts), default=emptied_at))
    for post in posts:
        _entry(feed, post, origin)
    return bytes(ET.tostring(feed, encoding="utf-8", xml_declaration=True))


def _entry(feed: "Element", post: Post, origin: str) -> None:
    # What an entry says in words of its own: RFC 4287, 2.
    entry = _child(feed, "entry", **{_LANGUAGE: post.language_shown})
    address = addresses.post(post.slug)
    _text(entry, "title", post.title)
    _text(entry, "id", f"{origin}{addresses.post_path(post.slug)}")
    _child(entry, "link", rel="alternate", type="text/html", href=address)
    _text(entry, "published", post.published_at)
    _text(entry, "updated", post.updated_at)
    _text(_child(entry, "author"), "name", post.author_name)
    _text(entry, "summary", post.summary)
    for tag in post.tags:
        _child(entry, "category", term=tag)


def _child(parent: "Element", name: str, **attributes: str) -> "Element":
    made = parent.makeelement(_name(name), attributes)
    parent.append(made)
    return made


def _text(parent: "Element", name: str, text: str) -> None:
    _child(parent, name).text = readable(text)


def _name(name: str) -> str:
    return f"{{{_ATOM}}}{name}"
