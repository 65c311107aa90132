"""The Atom feed of published posts (RFC 4287)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chalicelib.blog import addresses
from chalicelib.blog.model import Post
from chalicelib.readable import readable
from chalicelib.settings import settings

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MEDIA_TYPE = "application/atom+xml"
LENGTH = 20
TITLE = "MyBlog"
_ATOM = "http://www.w3.org/2005/Atom"
_BEGINNING = "1970-01-01T00:00:00.000Z"


def atom(posts: Sequence[Post]) -> bytes:
    """Write the feed of `posts`, newest first, by their summaries."""
    from xml.etree import ElementTree as ET  # noqa: PLC0415 - the API's other routes do without

    ET.register_namespace("", _ATOM)
    feed = ET.Element(_name("feed"), {"xml:lang": "en"})
    here = f"{settings().site_url}/blog/feed.atom"
    _text(feed, "title", TITLE)
    _text(feed, "id", here)
    _child(feed, "link", rel="self", type=MEDIA_TYPE, href=here)
    _child(feed, "link", rel="alternate", type="text/html", href=f"{settings().site_url}/blog/")
    _text(feed, "updated", max((post.updated_at for post in posts), default=_BEGINNING))
    for post in posts:
        _entry(feed, post)
    return bytes(ET.tostring(feed, encoding="utf-8", xml_declaration=True))


def _entry(feed: "Element", post: Post) -> None:
    entry = _child(feed, "entry")
    address = addresses.post(post.slug)
    _text(entry, "title", post.title)
    _text(entry, "id", address)
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
