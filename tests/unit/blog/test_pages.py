"""What the blog's pages hold, whatever the posts are."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from chalicelib.blog import publishing
from chalicelib.subscribers.routes import EXPIRED_PAGE, SUBSCRIBED_PAGE
from tests.support.api import Api
from tests.support.site import MemorySite

STATIC = ("/blog/subscribe/", "/blog/subscribed/", "/blog/unsubscribe/", "/blog/link-expired/", "/blog/contact/")
CODE = """
```python
print("<hello>")
```

```
no language
```

```nonsense
nor one we know
```

| a | b |
|---|---|
| 1 | 2 |
"""


class Elements(HTMLParser):
    """Collects the elements of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, tag: str) -> Iterator[dict[str, str | None]]:
        return (attributes for name, attributes in self.found if name == tag)


@pytest.fixture
def written(ines: Api, site: MemorySite) -> MemorySite:
    """A site with one post."""
    ines.post("/posts", {"title": "Code", "tags": ["data"], "body": CODE})
    ines.post("/posts/code/publish")
    publishing.publish_everything(site)
    return site


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize("path", STATIC)
def test_pages_around_the_posts_are_there_before_any_post_is(site: MemorySite, path: str) -> None:
    publishing.publish_everything(site)

    assert site.types[path] == "text/html; charset=utf-8"
    assert f'<link rel="canonical" href="https://site.example.test{path}">' in site.text(path)


def test_every_page_that_mails_and_the_api_lead_to_exists(site: MemorySite) -> None:
    publishing.publish_static(site)

    # The link to leave is chalicelib/subscribers/letters.py's.
    assert {SUBSCRIBED_PAGE, EXPIRED_PAGE, "/blog/unsubscribe/"} <= set(site.pages)


def test_links_within_the_blog_lead_somewhere(written: MemorySite) -> None:
    pages = {path for path, kind in written.types.items() if kind.startswith("text/html")}
    for path in pages:
        links = {attributes["href"] or "" for attributes in Elements(written.text(path)).all("a")}
        within = {link.partition("#")[0] for link in links if link.startswith("/blog/")}
        assert within <= set(written.pages), path


def test_no_page_needs_more_than_its_security_policy_allows(written: MemorySite) -> None:
    for path in written.pages:
        page = written.text(path)
        assert not re.search(r"\sstyle=|\son[a-z]+=|javascript:", page), path
        scripts = list(Elements(page).all("script"))
        assert all("src" in script or script.get("type") == "application/ld+json" for script in scripts), path


def test_every_page_has_one_heading_of_the_first_level_a_language_and_a_way_past_the_bar(written: MemorySite) -> None:
    pages = [path for path, kind in written.types.items() if kind.startswith("text/html")]
    for path in pages:
        elements = Elements(written.text(path))
        assert next(elements.all("html"))["lang"] == "en"
        assert next(elements.all("a"))["href"] == "#main"
        # Of its states, the page to leave shows one at a time.
        assert len(list(elements.all("h1"))) == (4 if path == "/blog/unsubscribe/" else 1), path


def test_a_form_that_is_sent_without_scripts_says_nothing_about_anybody(written: MemorySite) -> None:
    # given that the address of a page, with all of a form's named fields, ends up in logs
    for path in ("/blog/", "/blog/code/", "/blog/contact/"):
        fields = [*Elements(written.text(path)).all("input"), *Elements(written.text(path)).all("textarea")]
        assert {field.get("name") for field in fields} <= {None, "theme"}
        assert "<noscript>" in written.text(path)


def test_code_and_tables_scroll_by_the_keyboard_under_names_of_their_own(written: MemorySite) -> None:
    page = written.text("/blog/code/")

    regions = [attributes for _, attributes in Elements(page).found if attributes.get("role") == "region"]

    assert [region["aria-label"] for region in regions] == ["Code 1: python", "Code 2: code", "Code 3: code", "Table 1"]
    assert all(region["tabindex"] == "0" for region in regions)
    assert "&lt;hello&gt;" in page


def test_search_engines_are_told_what_there_is(written: MemorySite) -> None:
    assert written.types["/robots.txt"].startswith("text/plain")
    assert "Sitemap: https://site.example.test/sitemap.xml" in written.text("/robots.txt")
    for path in ("/blog/subscribed/", "/blog/unsubscribe/", "/blog/link-expired/"):
        assert '<meta name="robots" content="noindex">' in written.text(path)


def test_the_front_page_leads_to_the_rest_of_the_archive_where_there_is_one(
    ines: Api, site: MemorySite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "FRONT_LENGTH", 2)
    for number in range(2):
        ines.post("/posts", {"title": f"Post {number}"})
        ines.post(f"/posts/post-{number}/publish")
    publishing.publish_lists(site, [])
    whole = site.text("/blog/")
    ines.post("/posts", {"title": "Post 2"})
    ines.post("/posts/post-2/publish")
    publishing.publish_lists(site, [])

    assert "Every post" not in whole
    assert "Every post" in site.text("/blog/")
    assert "/blog/post-0/" not in site.text("/blog/")
