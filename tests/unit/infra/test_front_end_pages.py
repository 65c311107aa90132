"""Every page of the front end says what it is, to people and to search engines."""

import re
from pathlib import Path

import pytest

from infra.local.layout import ROOT

FRONTEND = ROOT / "frontend"
PAGES = sorted({*FRONTEND.glob("*.html"), *FRONTEND.glob("*/index.html")} - {FRONTEND / "dist" / "index.html"})


def names(page: Path) -> tuple[str, str]:
    """The title of a page and its description."""
    text = page.read_text(encoding="utf-8")
    title = re.search(r"<title>(.+)</title>", text)
    description = re.search(r'<meta name="description" content="(.+)">', text)
    return title[1] if title else "", description[1] if description else ""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(FRONTEND)))
def test_a_page_has_a_title_and_a_description(page: Path) -> None:
    title, description = names(page)
    assert title
    # Search engines show about 160 characters.
    assert 30 <= len(description) <= 160


def test_no_two_pages_have_the_same() -> None:
    named = [names(page) for page in PAGES]
    assert len({title for title, _ in named}) == len({description for _, description in named}) == len(PAGES) >= 9


def test_a_page_without_a_description_is_found(tmp_path: Path) -> None:
    page = tmp_path / "index.html"
    page.write_text("<title>Tea</title>")
    assert names(page) == ("Tea", "")
