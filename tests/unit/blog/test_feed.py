"""The Atom feed says what RFC 4287 demands."""

from xml.etree import ElementTree as ET

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
