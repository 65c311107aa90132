"""Each text runs in the direction of its own letters, wherever it is shown."""

import re
from html.parser import HTMLParser

import pytest

from chalicelib.blog import direction, markdown, publishing
from chalicelib.mail import letters
from tests.support.api import Api
from tests.support.site import MemorySite

HEBREW, ARABIC, ENGLISH = "\u05e9\u05dc\u05d5\u05dd", "\u0645\u0631\u062d\u0628\u0627", "A cup of tea"
BODY = f"""
# {HEBREW}

{ARABIC} and more

{ENGLISH}

- {HEBREW}
  - {ENGLISH}

> {ARABIC}

| {HEBREW} | b |
|---|---|
| 1 | 2 |

```python
name = "{HEBREW}"
```
"""
EMPTY = frozenset({"br", "hr", "img", "input", "link", "meta", "source"})


class Directions(HTMLParser):
    """Collects each text of a page with the nearest direction around it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        # The document itself, and `html`, which closes after `body`.
        self.open: list[str | None] = [None, None]
        self.texts: list[tuple[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in EMPTY:
            own = "auto" if tag == "bdi" else dict(attrs).get("dir")
            self.open.append(own or self.open[-1])

    def handle_endtag(self, tag: str) -> None:
        if tag not in EMPTY:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.texts.append((data, self.open[-1]))


def undirected(page: str) -> list[str]:
    """The texts of other scripts that do not have a direction of their own; titles of windows cannot have one."""
    body = page[page.index("<body") :]
    return [text for text, found in Directions(body).texts if re.search("[\u0590-\u06ff]", text) and found is None]


def test_no_text_of_a_post_has_the_direction_of_the_page(ines: Api, site: MemorySite) -> None:
    # given posts and an author of other scripts
    author = ines.named(HEBREW)
    for slug in ("one", "two", "three", "four"):
        author.post("/posts", {"title": ARABIC, "slug": slug, "summary": HEBREW, "body": BODY, "tags": ["a"]})
        author.post(f"/posts/{slug}/publish")
    # when everything is written
    publishing.publish_everything(site)
    # then wherever a post is shown, its texts have directions of their own
    for path in ("/blog/", "/blog/archive/", "/blog/tags/a/", "/blog/one/"):
        assert undirected(site.text(path)) == [], path
    # and code runs from left to right
    code = [found for text, found in Directions(site.text("/blog/one/")).texts if text == f'"{HEBREW}"']
    assert code == ["ltr"]


def test_a_mail_about_a_post_has_the_directions_of_its_texts() -> None:
    values = {"title": ARABIC, "summary": HEBREW, "author": HEBREW, "site": "", "url": "", "leave": ""}
    mail = letters.write("new-post", "ada@example.com", values).html
    # The first text is what mail programs show beside the subject, and is hidden in the mail.
    assert undirected(mail) == [HEBREW]


def test_a_text_without_a_direction_is_found() -> None:
    assert undirected(f"<body><h1>{HEBREW}</h1><p dir='auto'>{ARABIC}</p></body>") == [HEBREW]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("one\n\ntwo", '<p dir="auto">one</p>\n<p dir="auto">two</p>\n'),
        ("- one\n\n  two", '<ul dir="auto">\n<li>\n<p>one</p>\n<p>two</p>\n</li>\n</ul>\n'),
        ("> one\n>\n> - two", '<blockquote dir="auto">\n<p>one</p>\n<ul>\n<li>two</li>\n</ul>\n</blockquote>\n'),
        ("3. one", '<ol start="3" dir="auto">\n<li>one</li>\n</ol>\n'),
        ("---\n\none", '<hr>\n<p dir="auto">one</p>\n'),
        (
            '[one](/ "<p>")\n\n3',
            '<p dir="auto"><a href="/" title="&lt;p&gt;" rel="noopener noreferrer">one</a></p>\n<p dir="auto">3</p>\n',
        ),
    ],
)
def test_each_outermost_block_has_the_direction_of_its_text(source: str, expected: str) -> None:
    assert direction.by_content(markdown.render(source)) == expected
