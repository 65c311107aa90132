"""The Atom feed of published posts (RFC 4287)."""

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from chalicelib.blog import addresses
from chalicelib.blog.model import Post
from chalicelib.settings import settings

MEDIA_TYPE = "application/atom+xml"
LENGTH = 20
TITLE = "MyBlog"
_ATOM = "http://www.w3.org/2005/Atom"
_BEGINNING = "1970-01-01T00:00:00.000Z"


def atom(posts: Sequence[Post]) -> bytes:
    """Write the feed of `posts`, newest first, by their summaries."""
    ET.register_namespace("", _ATOM)
    feed = ET.Element(_name("feed"), {"xml:lang": "en"})
    here = f"{settings().site_url}/blog/feed.atom"
    _text(feed, "title", TITLE)
    _text(feed, "id", here)
    ET.SubElement(feed, _name("link"), rel="self", type=MEDIA_TYPE, href=here)
    ET.SubElement(feed, _name("link"), rel="alternate", type="text/html", href=f"{settings().site_url}/blog/")
    _text(feed, "updated", max((post.updated_at for post in posts), default=_BEGINNING))
    for post in posts:
        _entry(feed, post)
    return bytes(ET.tostring(feed, encoding="utf-8", xml_declaration=True))


def _entry(feed: ET.Element, post: Post) -> None:
    entry = ET.SubElement(feed, _name("entry"))
    address = addresses.post(post.slug)
    _text(entry, "title", post.title)
    _text(entry, "id", address)
    ET.SubElement(entry, _name("link"), rel="alternate", type="text/html", href=address)
    _text(entry, "published", post.published_at)
    _text(entry, "updated", post.updated_at)
    _text(ET.SubElement(entry, _name("author")), "name", post.author_name)
    _text(entry, "summary", post.summary)
    for tag in post.tags:
        ET.SubElement(entry, _name("category"), term=tag)


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, _name(name)).text = text


def _name(name: str) -> str:
    return f"{{{_ATOM}}}{name}"
