"""Slugs: names of posts in their addresses."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.blog.slugs import LONGEST, from_title, is_slug
from tests.support.api import Api


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("A list that survives the tunnel", "a-list-that-survives-the-tunnel"),
        ("  Über Öl & Café!  ", "uber-ol-cafe"),
        ("Straße", "strasse"),
        ("Smørrebrød på Ærø", "smorrebrod-pa-aero"),
        ("Łódź", "lodz"),
        ("Московский подъезд", "moskovskii-podezd"),
        ("Ελληνικά", "ellinika"),
        ("No. \u2460", "no-1"),
        ("日本語", ""),
        ("--a--b--", "a-b"),
    ],
)
def test_a_slug_is_made_of_the_title(title: str, slug: str) -> None:
    assert from_title(title) == slug


def test_a_post_in_letters_that_have_no_spelling_here_is_found_by_its_day(author: Api) -> None:
    # Given two posts of one title on one day
    first, second = (author.post("/posts", {"title": "日本語"}).json() for _ in range(2))
    # Then each has an address that a reader can read, and can be published there
    for post in (first, second):
        assert re.fullmatch(rf"{post['created_at'][:10]}-[0-9a-z]{{4}}", post["slug"])
        assert author.post(f"/posts/{post['slug']}/publish").status == 200
    assert first["slug"] != second["slug"]


@given(st.text(max_size=300))
def test_what_is_made_of_a_title_is_a_slug_or_nothing(title: str) -> None:
    slug = from_title(title)

    assert slug == "" or is_slug(slug)


@pytest.mark.parametrize("text", ["", "-a", "a-", "a--b", "A", "a_b", "a/b", "a\n", "ä", "a" * (LONGEST + 1)])
def test_other_text_is_no_slug(text: str) -> None:
    assert not is_slug(text)
