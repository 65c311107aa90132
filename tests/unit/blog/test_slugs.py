"""Slugs: names of posts in their addresses."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.blog.slugs import LONGEST, RESERVED, candidates, from_title, is_slug
from tests.support.api import Api


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("A list that survives the tunnel", "a-list-that-survives-the-tunnel"),
        ("  Über Öl & Café!  ", "uber-ol-cafe"),
        ("U\u0308ber", "uber"),
        ("Straße", "strasse"),
        ("Smørrebrød på Ærø", "smorrebrod-pa-aero"),
        ("Łódź", "lodz"),
        ("Московский подъезд", "moskovskiy-podezd"),
        ("Ελληνικά", "ellinika"),
        ("日本語", "ri-ben-yu"),
        ("カタカナとひらがな", "katakanatohiragana"),
        ("中文 SQLite 标题", "zhong-wen-sqlite-biao-ti"),
        ("안녕하세요 세계", "annyeonghaseyo-segye"),
        ("हिन्दी में", "hindi-mem"),
        ("مرحبا بالعالم", "mrhb-bllm"),
        ("עברית", "vryt"),
        ("Party 🎉", "party"),
        ("🎉", "tada"),
        ("No. \u2460", "no-1"),
        ("--a--b--", "a-b"),
        ("—", ""),
    ],
)
def test_a_slug_is_made_of_the_title(title: str, slug: str) -> None:
    assert from_title(title) == slug


def test_a_title_that_has_no_spelling_is_found_by_its_day(author: Api) -> None:
    # Given two posts of one day whose titles are a dash
    first, second = (author.post("/posts", {"title": "—"}).json() for _ in range(2))
    # Then each has an address of its own, and can be published there
    for post in (first, second):
        assert re.fullmatch(rf"{post['created_at'][:10]}-[0-9a-z]{{4}}", post["slug"])
        assert author.post(f"/posts/{post['slug']}/publish").status == 200
    assert first["slug"] != second["slug"]


def test_numbers_end_and_the_day_goes_on() -> None:
    tried = list(candidates("a" * 200, "2026-11-28", "01KAJ5X3J4N2V6Y8Z0ABCDEFGH"))
    assert tried[:2] == ["a" * 80, f"{'a' * 78}-2"]
    assert tried[-2:] == [f"{'a' * 77}-20", f"{'a' * 64}-2026-11-28-efgh"]


@given(st.text(max_size=300), st.dates().map(str), st.from_regex("[0-9A-HJKMNP-TV-Z]{26}", fullmatch=True))
def test_every_address_that_is_tried_is_a_slug(title: str, day: str, new_id: str) -> None:
    tried = list(candidates(title, day, new_id))
    assert all(is_slug(slug) and slug not in RESERVED for slug in tried)
    assert len(set(tried)) == len(tried)


@given(st.text(max_size=300))
def test_what_is_made_of_a_title_is_a_slug_or_nothing(title: str) -> None:
    slug = from_title(title)

    assert slug == "" or is_slug(slug)


@pytest.mark.parametrize("text", ["", "-a", "a-", "a--b", "A", "a_b", "a/b", "a\n", "ä", "a" * (LONGEST + 1)])
def test_other_text_is_no_slug(text: str) -> None:
    assert not is_slug(text)
