"""Hostile text on its way through a running laptop: into pages, the feed, data for search engines, mails and logs."""

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest

from chalicelib import clock
from chalicelib.readable import readable
from tests.images.corpus import encoded, small
from tests.support.laptop import Laptop, Person, until

ATOM = "{http://www.w3.org/2005/Atom}"
CONFIRM = re.compile(r"/subscribers/confirm\?token=(\S+)")
# Ends of attributes, elements, comments, sections, scripts, JSON and templates; headers; what turns text around.
HOSTILE = (
    "</title></script><script>alert(1)</script><img src=x onerror=alert(1)>\" ' onload='x' ]]> --> {{7*7}} ${7*7} "
    "&lt;b&gt; =?utf-8?q?=0d=0aBcc:_x@example.com?= \u2067\u202eexe.gpj\u2028"
)


class Page(HTMLParser):
    """A page as a browser reads it: its elements with their attributes, and its text."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())


@dataclass(frozen=True)
class Told:
    """A published post and its announcement, with the word that each text of it has."""

    word: str
    title: str
    slug: str
    author: Person
    mail: Mapping[str, Any]


@pytest.fixture(scope="module")
def told(laptop: Laptop) -> Told:
    """A post whose texts are hostile, published and announced to a subscriber."""
    word = f"w{secrets.token_hex(4)}"
    title, author, api = f"{word} {HOSTILE}"[:200].strip(), laptop.person("ines", ("authors",)), laptop.client()
    reader = f"{word}@example.com"
    viewer = {"x-viewer-address": "198.51.100.7"}
    assert api.post("/subscribers", json={"email": reader}, headers=viewer).status_code == 202
    asked = until(lambda: laptop.mails_to(reader), 60)[0]
    token = CONFIRM.search(asked["text"])
    assert token is not None
    api.get("/subscribers/confirm", params={"token": token[1]})
    until(lambda: len(laptop.mails_to(reader)) == 2, 60)
    new = {"title": title, "summary": title, "body": f"{title}\n\n`{title}`\n\n<b>{title}</b>", "tags": [word]}
    slug = author.api.post("/posts", json=new).raise_for_status().json()["slug"]
    author.api.post(f"/posts/{slug}/publish", json={"announce": True}).raise_for_status()
    mail = until(lambda: found[0] if len(found := laptop.mails_to(reader)) == 3 else None, 60)
    assert mail is not None
    return Told(word, title, slug, author, mail)


@pytest.mark.parametrize("path", ["/blog/{slug}/", "/blog/", "/blog/archive/", "/blog/tags/{word}/"])
def test_pages_show_it_as_text(laptop: Laptop, told: Told, path: str) -> None:
    # Given a page that shows the post
    address = f"{laptop.layout.site}{path.format(slug=told.slug, word=told.word)}"
    document = until(lambda: text if told.word in (text := httpx.get(address).text) else "", 60)
    page = Page(document)
    # Then its title is text, without what turns it around
    assert readable(told.title) in page.texts
    # And no element or attribute comes of it
    kinds = {attributes.get("type") for tag, attributes in page.elements if tag == "script"}
    assert kinds <= {None, "module", "application/ld+json"}
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    assert all((attributes.get("src") or "").startswith("/") for tag, attributes in page.elements if tag == "img")


def test_search_engines_read_it_as_data(laptop: Laptop, told: Told) -> None:
    address = f"{laptop.layout.site}/blog/{told.slug}/"
    document = until(lambda: text if told.word in (text := httpx.get(address).text) else "", 60)
    data = re.search(r'<script type="application/ld\+json">(.*?)</script>', document)
    assert data is not None
    assert json.loads(data[1])["headline"] == readable(told.title)
    shown = {
        attributes["property"]: attributes["content"]
        for tag, attributes in Page(document).elements
        if "property" in attributes
    }
    assert readable(told.title) in str(shown["og:title"])


@pytest.mark.parametrize("address", ["{site}/blog/feed.atom", "{api}/feed.atom"])
def test_the_feed_has_it_as_text(laptop: Laptop, told: Told, address: str) -> None:
    where = address.format(site=laptop.layout.site, api=laptop.layout.api)
    document = until(lambda: text if told.word in (text := httpx.get(where).text) else "", 60)
    titles = [entry.findtext(f"{ATOM}title") for entry in ET.fromstring(document).iter(f"{ATOM}entry")]
    assert readable(told.title) in titles


def test_a_mail_has_it_as_text(told: Told) -> None:
    # The subject is one line, and an encoded word in it is text
    assert told.mail["subject"].split() == readable(told.title).split()
    assert "=?utf-8?q?" in told.mail["subject"]
    assert told.mail["to"] == [f"{told.word}@example.com"]
    page = Page(told.mail["html"])
    assert readable(told.title) in page.texts
    assert "script" not in [tag for tag, _ in page.elements]
    assert "\u202e" not in told.mail["text"] + told.mail["html"]


def test_the_owner_reads_a_message_as_text(laptop: Laptop) -> None:
    # Given a name that is refused for what turns it around, and the same without
    name = f"w{secrets.token_hex(4)} <b> =?utf-8?q?=0d=0aBcc:_x?="
    message = {"name": f"{name}\u202e", "email": f"{secrets.token_hex(4)}@example.com", "message": HOSTILE}
    viewer = {"x-viewer-address": "198.51.100.8"}
    assert laptop.client().post("/contact", json=message, headers=viewer).status_code == 400
    # When it is sent, then the owner has it as it is
    assert laptop.client().post("/contact", json=message | {"name": name}, headers=viewer).status_code == 202
    mail = until(lambda: next((m for m in laptop.mails_to("owner@example.com") if name in m["text"]), None), 60)
    assert mail is not None
    # SNS takes no encoded word in a subject, so one that looks like it is taken apart
    assert mail["subject"] == f"Message from {name}".replace("=?utf-8", "= ?utf-8")
    assert mail["to"] == ["owner@example.com"]
    assert "\u202e" not in mail["text"]


def test_a_file_name_is_text_of_the_todo(laptop: Laptop, ada: Person) -> None:
    # Given a photo under a hostile name
    media_id, name = clock.new_id(), f"{HOSTILE}.png"[:200].strip()
    bucket, photo = laptop.urls["media_bucket"], encoded(small("RGB", (3, 2)), "PNG")
    s3 = laptop.as_browser("s3", laptop.keys_for(ada.tokens["IdToken"]))
    key = f"users/{ada.sub}/{media_id}"
    s3.put_object(Bucket=bucket, Key=key, Body=photo, ContentType="image/png")
    todo = ada.api.post("/todos", json={"title": "a"}).json()["id"]
    attached = {"key": key, "name": name, "content_type": "image/png", "size": len(photo)}
    answer = ada.api.post(f"/todos/{todo}/attachments", json=attached)
    # Then the answer has it as data of a type that no browser shows as a page
    assert answer.json()["name"] == name
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    # And S3 never says it
    got = s3.get_object(Bucket=bucket, Key=key)
    assert name not in str(got["ResponseMetadata"]["HTTPHeaders"])


def test_no_log_has_it(laptop: Laptop, told: Told) -> None:
    # Given an address and a text of which all of the above was done
    logs = [path for path in laptop.layout.logs.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in logs) > 0
    for path in logs:
        text = path.read_text(encoding="utf-8", errors="replace")
        # Paths of pages are in logs; texts, addresses and tokens are not
        for secret in ("onerror", f"{told.word}@example.com", told.author.email, told.author.tokens["IdToken"]):
            assert secret not in text, path.name
