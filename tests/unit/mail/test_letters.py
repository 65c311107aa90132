"""Mails from templates: what people typed is text in them, and nothing is left unsaid."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.mail import letters
from chalicelib.mail.letters import FOLDER

VALUES = {
    "site": "https://site.example.test",
    "confirm": "https://api.example.test/subscribers/confirm?token=a.b",
    "until": "Monday 23 November, 09:14 UTC",
    "leave": "https://site.example.test/blog/unsubscribe/#token=c.d",
    "title": "Tides",
    "summary": "On the sea.",
    "url": "https://site.example.test/blog/tides/",
    "author": "Ines",
}
NAMES = sorted(folder.name for folder in FOLDER.iterdir() if folder.is_dir())


class Page(HTMLParser):
    """The tags of a page, and its links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]


def test_there_are_three_templates() -> None:
    assert NAMES == ["confirm", "new-post", "welcome"]


@pytest.mark.parametrize("name", NAMES)
def test_every_template_is_whole(name: str) -> None:
    mail = letters.write(name, "ada@example.com", VALUES)
    assert mail.to == "ada@example.com"
    assert mail.subject
    assert "\n" not in mail.subject
    for part in (mail.subject, mail.text, mail.html):
        assert "$" not in part
    assert mail.html.startswith("<!doctype html>")
    assert "prefers-color-scheme:dark" in mail.html
    assert "max-width:600px" in mail.html


@pytest.mark.parametrize("name", NAMES)
def test_text_and_html_have_the_same_links(name: str) -> None:
    mail = letters.write(name, "ada@example.com", VALUES)
    # The HTML has the wordmark in its frame, the text has it at its foot.
    for link in set(Page(mail.html).links) - {"https://site.example.test/blog/"}:
        assert link in mail.text


@pytest.mark.parametrize("name", NAMES)
def test_text_fits_a_narrow_window(name: str) -> None:
    for line in letters.write(name, "ada@example.com", VALUES).text.splitlines():
        assert len(line) <= 72 or "https://" in line


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_loaded_from_elsewhere(name: str) -> None:
    html = letters.write(name, "ada@example.com", VALUES).html
    assert not {"img", "script", "link", "iframe", "object"} & set(Page(html).tags)
    assert "url(" not in html


def test_what_a_template_needs_must_be_there() -> None:
    with pytest.raises(KeyError, match="confirm"):
        letters.write("confirm", "ada@example.com", {name: VALUES[name] for name in VALUES if name != "confirm"})


@given(st.text(max_size=200))
def test_what_an_author_typed_is_text_and_no_markup(typed: str) -> None:
    # given a post whose title and summary hold anything
    plain = Page(letters.write("new-post", "ada@example.com", VALUES).html)
    written = letters.write(
        "new-post", "ada@example.com", {**VALUES, "title": typed, "summary": typed, "author": typed}
    )
    # then the page has the tags and the links that it always has
    page = Page(written.html)
    assert page.tags == plain.tags
    assert page.links == plain.links


def test_a_value_is_never_a_template() -> None:
    written = letters.write("new-post", "ada@example.com", {**VALUES, "title": "$leave ${site} $$"})
    assert "$leave ${site} $$" in written.text
    assert "$leave ${site} $$" in written.html
