"""The Atom feed says what RFC 4287 demands."""

import json
import re
from xml.etree import ElementTree as ET

from chalicelib.blog import pages
from chalicelib.blog.model import Post
from chalicelib.mail import letters
from tests.support.api import Api

ATOM = "{http://www.w3.org/2005/Atom}"


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
    feed = ET.fromstring(answer.body)
    assert feed.tag == f"{ATOM}feed"
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == ["Second", "First & <last>"]
    for element in (feed, *entries):
        assert element.findtext(f"{ATOM}id", "").startswith("https://site.example.test/blog/")
        assert element.findtext(f"{ATOM}updated", "").endswith("Z")
    assert all(entry.findtext(f"{ATOM}author/{ATOM}name") for entry in entries)
    assert [category.get("term") for category in entries[0].findall(f"{ATOM}category")] == ["a", "b"]
    assert feed.findtext(f"{ATOM}updated") == entries[0].findtext(f"{ATOM}updated")


def test_an_empty_feed_is_a_feed(anonymous: Api) -> None:
    feed = ET.fromstring(anonymous.get("/feed.atom").body)

    assert feed.findall(f"{ATOM}entry") == []
    assert feed.findtext(f"{ATOM}updated") == "1970-01-01T00:00:00.000Z"


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
