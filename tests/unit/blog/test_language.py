"""A post says in which language it is."""

import json
import re
from xml.etree import ElementTree as ET

import pytest

from chalicelib.blog import publishing
from tests.support.api import Api
from tests.support.site import MemorySite

ATOM = "{http://www.w3.org/2005/Atom}"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
NEW = {"title": "Shalom", "summary": "Tea", "body": "Hello"}


def languages(page: str) -> list[str]:
    """The languages that a page names, in its order."""
    return re.findall(r'<[^>]* lang="([^"]+)"', page)


def linked(page: str) -> str:
    """The language in a page's data for search engines."""
    data = page.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    return str(json.loads(data)["inLanguage"])


def test_readers_see_the_language_of_a_post_as_it_was_published(ines: Api, anonymous: Api, site: MemorySite) -> None:
    # given a published post in Hebrew, whose draft then says another language
    assert ines.post("/posts", NEW | {"language": "he"}).json()["language"] == "he"
    ines.post("/posts/shalom/publish")
    assert ines.patch("/posts/shalom", {"language": "pt-BR"}).json()["language"] == "pt-BR"
    # when it is shown
    publishing.publish_everything(site)
    # then its texts are in Hebrew, between words of the page in English
    page = site.text("/blog/shalom/")
    assert languages(page) == ["en", "he", "he", "he"]
    assert linked(page) == anonymous.get("/posts/shalom").json()["language"] == "he"


@pytest.mark.parametrize("change", [None, {"language": None}])
def test_a_post_without_a_language_is_in_the_sites(
    ines: Api, anonymous: Api, site: MemorySite, change: dict[str, None] | None
) -> None:
    ines.post("/posts", NEW | ({} if change is None else {"language": "he"}))
    if change is not None:
        ines.patch("/posts/shalom", change)
    assert ines.post("/posts/shalom/publish").json()["language"] is None
    publishing.publish_everything(site)
    assert set(languages(site.text("/blog/shalom/"))) == {"en"}
    assert anonymous.get("/posts/shalom").json()["language"] == "en"


@pytest.mark.parametrize("tag", ["he", "haw", "pt-BR", "zh-Hant-TW", "es-419", "de-1996", "sl-rozaj-biske", "EN-us"])
def test_tags_of_bcp_47_are_taken(ines: Api, tag: str) -> None:
    assert ines.post("/posts", NEW | {"language": tag}).json()["language"] == tag


@pytest.mark.parametrize(
    "tag", ["", "e", "Hebrew", "en_US", "en-", "-en", "en--US", "en-USA", "he\n", 'he" onload="x', "en" + "-abcde" * 6]
)
def test_what_is_no_tag_is_refused_by_its_field(ines: Api, tag: str) -> None:
    refused = ines.post("/posts", NEW | {"language": tag})
    assert (refused.status, refused.json()["type"]) == (400, "urn:problem-type:invalid-body")
    assert [error["field"] for error in refused.json()["errors"]] == ["language"]


def test_lists_and_the_feed_say_the_language_of_each_post(ines: Api, anonymous: Api, site: MemorySite) -> None:
    # given posts in Hebrew and in the site's language
    for title, language in (("Shalom", "he"), ("Hello", None)):
        slug = ines.post("/posts", NEW | {"title": title, "tags": ["tea"], "language": language}).json()["slug"]
        ines.post(f"/posts/{slug}/publish")
    publishing.publish_everything(site)
    # then each list says them: title and summary on the front page, titles in its archive and the other lists
    assert languages(site.text("/blog/"))[1:] == ["en", "en", "he", "he", "en", "he"]
    assert languages(site.text("/blog/archive/"))[1:] == languages(site.text("/blog/tags/tea/"))[1:] == ["en", "he"]
    assert languages(site.text("/blog/hello/"))[-1] == "he"
    # and so do the feed and the API
    feed = ET.fromstring(anonymous.get("/feed.atom").body)
    said = {entry.findtext(f"{ATOM}title"): entry.get(LANGUAGE) for entry in feed.iter(f"{ATOM}entry")}
    assert (feed.get(LANGUAGE), said) == ("en", {"Shalom": "he", "Hello": "en"})
    for path in ("/posts", "/posts?tag=tea"):
        assert [post["language"] for post in anonymous.get(path).json()["items"]] == ["en", "he"]


def test_a_post_that_is_published_in_another_language_is_listed_once(ines: Api, anonymous: Api) -> None:
    # given a post that was published before the keys of lists said languages
    ines.post("/posts", NEW | {"tags": ["tea"]})
    ines.post("/posts/shalom/publish")
    # when it is published in another language, and in another again
    for language in ("he", "ar", None):
        ines.patch("/posts/shalom", {"language": language})
        ines.post("/posts/shalom/publish")
        # then each list has it once, in that language
        for path in ("/posts", "/posts?tag=tea"):
            assert [post["language"] for post in anonymous.get(path).json()["items"]] == [language or "en"]
    ines.post("/posts/shalom/unpublish")
    assert anonymous.get("/posts?tag=tea").json()["items"] == []
