"""Markdown becomes HTML that cannot do anything but be read."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.blog.markdown import render, sanitise

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox)",
    "![x](javascript:alert(1))",
    "<svg onload=alert(1)>",
    "<iframe src=//evil.example></iframe>",
    "<a href='javascript:alert(1)'>x</a>",
    '<p style="background:url(//evil.example)">x</p>',
    "[x](https://a.example \"onmouseover='alert(1)'\")",
    "```<script>\nx\n```",
    "<!--<img title='--><script>alert(1)</script>'>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
)


class Tags(HTMLParser):
    """Collects the tags and attributes of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def is_harmless(html: str) -> bool:
    for tag, attributes in Tags(html).found:
        if tag in {"script", "style", "iframe", "svg", "math", "object", "embed", "form", "link", "meta", "base"}:
            return False
        if any(name.startswith("on") or name in {"style", "src", "srcset"} for name in attributes):
            return False
        if re.match(r"\s*(javascript|data|vbscript):", attributes.get("href") or "", re.IGNORECASE):
            return False
    return True


@pytest.mark.parametrize("source", HOSTILE)
def test_hostile_markdown_is_harmless(source: str) -> None:
    assert is_harmless(render(source))


@pytest.mark.parametrize("html", HOSTILE)
def test_hostile_html_is_harmless_after_sanitising(html: str) -> None:
    assert is_harmless(sanitise(html))


@given(st.text(max_size=300))
def test_any_text_is_harmless_and_sanitising_twice_changes_nothing(source: str) -> None:
    html = render(source)

    assert is_harmless(html)
    assert sanitise(html) == html


def test_headings_leave_the_first_level_to_the_page() -> None:
    assert render("# One\n\n## Two\n\n###### Six") == "<h2>One</h2>\n<h2>Two</h2>\n<h6>Six</h6>\n"


def test_links_open_no_door_back() -> None:
    assert 'rel="noopener noreferrer"' in render("[x](https://a.example)")


def test_a_photo_is_named_by_its_id() -> None:
    html = render("![A *gauge*](photo:01KAJ5X3J4N2V6Y8Z0ABCDEFGH)")

    assert 'data-photo="01KAJ5X3J4N2V6Y8Z0ABCDEFGH"' in html
    assert 'alt="A gauge"' in html
    assert "src=" not in html


def test_a_picture_from_elsewhere_leaves_its_words() -> None:
    assert render("![a gauge](https://elsewhere.example/x.png)") == "<p>a gauge</p>\n"


def test_code_is_highlighted_in_known_languages_and_left_alone_in_others() -> None:
    assert '<span class="k">def</span>' in render("```python\ndef f(): ...\n```")
    assert "<span" not in render("```nosuchlanguage\ndef f(): ...\n```")
    assert "<code>plain &lt;b&gt;" in render("```\nplain <b>\n```")


def test_code_in_a_language_that_the_package_leaves_out_is_left_alone_wherever_it_is() -> None:
    # Pygments as it is installed here knows ABAP; the one that is deployed does not.
    assert "<span" not in render("```abap\nWRITE 'x'.\n```")


@pytest.mark.parametrize("code", ["`a\u202eb`", "```\na\u202eb\n```", "```python\na\u202eb\n```", "    a\u202eb"])
def test_code_that_would_look_like_other_code_shows_why(code: str) -> None:
    html = render(code)
    assert "[U+202E]" in re.sub("<[^>]+>", "", html)
    assert "\u202e" not in html
    # Text of before is shown so as well
    assert sanitise("<p><code>a\u2066</code>\u2067b</p>") == "<p><code>a[U+2066]</code>\u2067b</p>"


def test_tables_and_strikethrough_are_understood() -> None:
    html = render("| a | b |\n|---|---|\n| 1 | ~~2~~ |\n")

    assert "<table>" in html
    assert "<s>2</s>" in html
