"""Many authors at once: a slug has one winner, and tags say what their posts say."""

import secrets
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.support.cloud import Cloud
from tests.support.laptop import Laptop, Person

RACERS = 50


@pytest.fixture(scope="module")
def authors(laptop: Laptop) -> list[Person]:
    return [laptop.person(name, ("authors",)) for name in ("ines", "joan")]


def test_fifty_race_for_a_slug_and_one_wins(laptop: Laptop, authors: list[Person]) -> None:
    slug = f"race-{secrets.token_hex(4)}"

    def race(number: int) -> httpx.Response:
        with laptop.client(authors[number % 2].tokens["IdToken"]) as api:
            return api.post("/posts", json={"title": f"Racer {number}", "slug": slug})

    # when fifty create a post at one address
    with ThreadPoolExecutor(RACERS) as pool:
        answers = list(pool.map(race, range(RACERS)))
    # then one has it, and the others hear that it is taken
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: RACERS - 1}
    (won,) = [answer.json() for answer in answers if answer.status_code == 201]
    assert {answer.json()["type"] for answer in answers if answer.status_code == 409} == {"urn:problem-type:slug-taken"}
    # and what is there is the winner's
    row = Cloud(laptop).row("posts", slug=slug)
    assert row is not None
    assert row["draft_title"]["S"] == won["title"]
    assert row["version"]["N"] == "1"


def test_twelve_race_with_one_title_and_each_has_an_address(laptop: Laptop, authors: list[Person]) -> None:
    title = f"夜 {secrets.token_hex(4)}"

    def race(number: int) -> httpx.Response:
        with laptop.client(authors[number % 2].tokens["IdToken"]) as api:
            headers = {"Idempotency-Key": f"{title[2:]}-{number}"} if number % 3 else {}
            return api.post("/posts", json={"title": title, "body": f"{number}"}, headers=headers)

    # when twelve posts of one title begin, with a key and without
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(race, range(12)))
    # then they are numbered without a gap
    assert {answer.status_code for answer in answers} == {201}
    name = f"ye-{title[2:]}"
    slugs = [answer.json()["slug"] for answer in answers]
    assert sorted(slugs) == sorted([name, *(f"{name}-{number}" for number in range(2, 13))])
    # and at each address is the post that was begun there
    for number, slug in enumerate(slugs):
        row = Cloud(laptop).row("posts", slug=slug)
        assert row is not None
        assert row["draft_body"]["S"] == f"{number}"


def test_whoever_publishes_changes_and_takes_back_at_once_leaves_no_tag_behind(
    laptop: Laptop, authors: list[Person]
) -> None:
    # given a post
    ines, slug = authors[0], f"tags-{secrets.token_hex(4)}"
    tags = [f"{slug}-{number}" for number in range(4)]
    assert ines.api.post("/posts", json={"title": "Tags", "slug": slug}).status_code == 201

    def hurry(number: int) -> int:
        with laptop.client(ines.tokens["IdToken"]) as api:
            match number % 3:
                case 0:
                    answer = api.patch(f"/posts/{slug}", json={"tags": [tags[number % 4], tags[(number + 1) % 4]]})
                case 1:
                    answer = api.post(f"/posts/{slug}/publish", json={})
                case _:
                    answer = api.post(f"/posts/{slug}/unpublish")
            return answer.status_code

    # when its author does everything at once, from sixteen tabs
    with ThreadPoolExecutor(16) as pool:
        statuses = Counter(pool.map(hurry, range(96)))
    # then each was done or refused
    assert statuses[200] > 0
    assert statuses.keys() <= {200, 412, 503}
    # and the tags are those of what readers see
    assert tags_and_posts_agree(Cloud(laptop), slug)
    # when it is published and taken back at rest, then its tags come and go
    assert ines.api.post(f"/posts/{slug}/publish", json={}).status_code == 200
    assert tags_and_posts_agree(Cloud(laptop), slug)
    assert ines.api.post(f"/posts/{slug}/unpublish").status_code == 200
    assert not tag_rows(Cloud(laptop), slug)


def tag_rows(cloud: Cloud, slug: str) -> set[tuple[str, str]]:
    return {(row["tag"]["S"], row["feed_key"]["S"]) for row in cloud.rows("post-tags") if row["slug"]["S"] == slug}


def tags_and_posts_agree(cloud: Cloud, slug: str) -> bool:
    """Whether the tag rows of a post are those of its published state, no more and no fewer."""
    post: Any = cloud.row("posts", slug=slug)
    expected: set[tuple[str, str]] = set()
    if post is not None and "feed" in post:
        expected = {(tag["S"], post["feed_key"]["S"]) for tag in post["tags"]["L"]}
    return tag_rows(cloud, slug) == expected
