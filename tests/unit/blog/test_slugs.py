"""Slugs: names of posts in their addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.blog.slugs import LONGEST, from_title, is_slug


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("A list that survives the tunnel", "a-list-that-survives-the-tunnel"),
        ("  Über Öl & Café!  ", "uber-ol-cafe"),
        ("日本語", ""),
        ("--a--b--", "a-b"),
    ],
)
def test_a_slug_is_made_of_the_title(title: str, slug: str) -> None:
    assert from_title(title) == slug


@given(st.text(max_size=300))
def test_what_is_made_of_a_title_is_a_slug_or_nothing(title: str) -> None:
    slug = from_title(title)

    assert slug == "" or is_slug(slug)


@pytest.mark.parametrize("text", ["", "-a", "a-", "a--b", "A", "a_b", "a/b", "a\n", "ä", "a" * (LONGEST + 1)])
def test_other_text_is_no_slug(text: str) -> None:
    assert not is_slug(text)
