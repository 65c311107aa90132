"""The Atom feed says what RFC 4287 demands."""

import json
import re
from collections.abc import Callable, Iterator
from xml.etree import ElementTree as ET

import pytest

from chalicelib.blog import feed, pages, publishing
from chalicelib.blog.model import Post
from chalicelib.mail import letters
from chalicelib.settings import settings
from tests.support.api import Api
from tests.support.site import MemorySite

ATOM = "{http://www.w3.org/2005/Atom}"
SITE, OTHER_SITE = "https://site.example.test", "https://blog.example.org"


def ids(document: str | bytes) -> list[str]:
    """The ids of a feed and of its entries."""
    read = ET.fromstring(document)
    return [element.findtext(f"{ATOM}id", "") for element in (read, *read.findall(f"{ATOM}entry"))]


def publish(author: Api, title: str) -> None:
    """Write and publish a post."""
    author.post("/posts", {"title": title})
    author.post(f"/posts/{title.lower()}/publish")


def updated(document: str | bytes) -> str:
    """When a feed says that it was last changed."""
    return ET.fromstring(document).findtext(f"{ATOM}updated", "")


def test_the_feed_has_what_atom_demands(ines: Api, anonymous: Api) -> None:
    # given two published posts and a draft
    for title in ("First & <last>", "Second", "Draft"):
        ines.post("/posts", {"title": title, "summary": "About it", "tags": ["a", "b"]})
    ines.post("/posts/first-last/publish")
    ines.post("/posts/second/publish")

    # when the feed is read
    answer = anonymous.get("/feed.atom")

    # then feed and entries have id, title, updated and, below them, an author
    assert answer.headers["Content-Type"] == "application/atom+xml"
    read = ET.fromstring(answer.body)
    assert read.tag == f"{ATOM}feed"
    entries = read.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == ["Second", "First & <last>"]
    for element in (read, *entries):
        assert element.findtext(f"{ATOM}id", "").startswith("https://site.example.test/blog/")
        assert element.findtext(f"{ATOM}updated", "").endswith("Z")
    assert all(entry.findtext(f"{ATOM}author/{ATOM}name") for entry in entries)
    assert [category.get("term") for category in entries[0].findall(f"{ATOM}category")] == ["a", "b"]
    assert read.findtext(f"{ATOM}updated") == entries[0].findtext(f"{ATOM}updated")


def test_an_empty_feed_is_a_feed(anonymous: Api) -> None:
    document = anonymous.get("/feed.atom").body

    assert len(ids(document)) == 1
    assert updated(document) > "2026"


class FeedReader:
    """What a feed reader does: it shows each entry whose id it has not seen."""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    def new(self, document: bytes) -> list[str]:
        found = ids(document)[1:]
        new = [each for each in found if each not in self.seen]
        self.seen.update(found)
        return new


@pytest.fixture
def move(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Gives the site of the same stage another address."""

    def to(site_url: str, feed_origin: str = "") -> None:
        monkeypatch.setenv("SITE_URL", site_url)
        monkeypatch.setenv("FEED_ORIGIN", feed_origin)
        settings.cache_clear()

    yield to
    monkeypatch.undo()
    settings.cache_clear()


def test_a_feed_reader_shows_no_entry_twice_after_the_site_has_moved(
    ines: Api, site: MemorySite, move: Callable[..., None]
) -> None:
    # given a reader of a published feed
    reader = FeedReader()
    publish(ines, "First")
    publishing.publish_everything(site)
    assert len(reader.new(site.pages[feed.PATH])) == 1
    # when the site has another address, and a post is published there
    move(OTHER_SITE)
    publish(ines, "Second")
    # then that post alone is new, however often the pages are written
    for expected in ([f"{SITE}/blog/second/"], []):
        publishing.publish_everything(site)
        assert reader.new(site.pages[feed.PATH]) == expected
    # and links lead to where the site is now
    links = [link.get("href", "") for link in ET.fromstring(site.pages[feed.PATH]).iter(f"{ATOM}link")]
    assert len(links) == 4
    assert all(link.startswith(OTHER_SITE) for link in links)


def test_the_setting_gives_the_api_the_ids_of_the_site(
    ines: Api, anonymous: Api, site: MemorySite, move: Callable[..., None]
) -> None:
    publish(ines, "First")
    move(OTHER_SITE, SITE)
    publishing.publish_everything(site)
    assert (
        ids(site.pages[feed.PATH])
        == ids(anonymous.get("/feed.atom").body)
        == [
            f"{SITE}/blog/feed.atom",
            f"{SITE}/blog/first/",
        ]
    )


def test_an_emptied_feed_keeps_the_moment_at_which_it_became_empty(ines: Api, site: MemorySite) -> None:
    # given a feed whose only entry was taken away
    publish(ines, "First")
    publishing.publish_everything(site)
    before = updated(site.pages[feed.PATH])
    ines.post("/posts/first/unpublish")
    # when it is written anew, and once more
    publishing.publish_everything(site)
    emptied = updated(site.pages[feed.PATH])
    publishing.publish_everything(site)
    # then it says when that was
    assert emptied > before
    assert updated(site.pages[feed.PATH]) == emptied
    # and a feed that has the date of no feed is given one, once
    site.put(feed.PATH, site.pages[feed.PATH].replace(emptied.encode(), b"1970-01-01T00:00:00.000Z"))
    publishing.publish_everything(site)
    assert updated(site.pages[feed.PATH]) > emptied


# What XML cannot say, and a control that turns around what follows it.
STORED = "Tea\uffff \x0b\u202eand\x00 cups"


def test_what_was_stored_before_it_was_refused_is_left_out_of_every_document(ines: Api, anonymous: Api) -> None:
    # Given a post whose fields hold what is refused today
    ines.post("/posts", {"title": "Tea", "slug": "tea", "tags": ["a"]})
    ines.post("/posts/tea/publish")
    old = [Post.title.set(STORED), Post.summary.set(STORED), Post.author_name.set(STORED)]
    Post("tea").update(actions=old, add_version_condition=False)
    post = Post.get("tea")
    # Then the feed and the sitemap are XML
    entry = ET.fromstring(anonymous.get("/feed.atom").body).find(f"{ATOM}entry")
    assert entry is not None
    assert entry.findtext(f"{ATOM}title") == entry.findtext(f"{ATOM}summary") == "Tea and cups"
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Tea and cups"
    ET.fromstring(pages.sitemap([post]))
    # And neither pages, nor what they say to search engines, nor mails hold it
    page = pages.post_page(post, {}, [post], {"style": "", "script": "", "font": ""}).decode()
    data = re.search(r'<script type="application/ld\+json">(.*)</script>', page)
    assert data is not None
    assert json.loads(data[1])["headline"] == "Tea and cups"
    values = {"title": STORED, "summary": STORED, "author": STORED, "site": "", "url": "", "leave": ""}
    mail = letters.write("new-post", "ada@example.com", values)
    lists = pages.front_page([post], {"style": "", "script": "", "font": ""}).decode()
    for document in (page, lists, mail.subject, mail.text, mail.html):
        assert "Tea and cups" in document
        assert not re.search("[\x00\x0b\uffff\u202e]", document)


def test_the_name_of_an_author_is_text_of_a_length_that_is_stored(ines: Api) -> None:
    # Given people whose names hold what XML cannot say, or much
    for name, shown in (("\uffffInes", "Ines"), ("\u202e", "An author"), ("𝛀" * 2_000, "𝛀" * 100)):
        ines.named(name).post("/posts", {"title": "Named", "slug": "named"})
        # Then what is stored of it is text that fits
        assert Post.get("named").author_name == shown
        ines.delete("/posts/named")
