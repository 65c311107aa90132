"""With every cache of the laptop on: from a publication to the new answer, at each place where a copy was kept."""

import secrets
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.support.laptop import Laptop, Person, running_laptop, until

# What expires by itself takes a minute.
SOON_SECONDS = 20.0


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laptop]:
    with running_laptop(tmp_path_factory.mktemp("cached"), caches=True) as running:
        yield running


@pytest.fixture
def author(laptop: Laptop) -> Person:
    return laptop.person("ines", ("authors",))


@pytest.fixture
def slug(author: Person) -> str:
    """A published post with a tag of its own."""
    made = f"fresh-{secrets.token_hex(4)}"
    new = {"title": f"First {made}", "slug": made, "body": "Text", "tags": [made]}
    author.api.post("/posts", json=new).raise_for_status()
    author.api.post(f"/posts/{made}/publish").raise_for_status()
    return made


def copies(laptop: Laptop, slug: str) -> Mapping[str, str]:
    """Where copies of a post are kept that a publication has forgotten by name."""
    api, site = laptop.layout.api, laptop.layout.site
    return {
        "stage cache, post": f"{api}/posts/{slug}",
        "stage cache, list": f"{api}/posts",
        "stage cache, tag": f"{api}/posts?tag={slug}",
        "stage cache, feed": f"{api}/feed.atom",
        "page of the post": f"{site}/blog/{slug}/",
        "page of the blog": f"{site}/blog/",
        "page of the tag": f"{site}/blog/tags/{slug}/",
        "page of the feed": f"{site}/blog/feed.atom",
    }


def past_the_stage(laptop: Laptop, slug: str) -> httpx.Response:
    """A variant that the stage has not seen, so that the function asks DAX."""
    seen = {"If-None-Match": f'"{secrets.token_hex(4)}"'}
    return httpx.get(f"{laptop.layout.api}/posts/{slug}", headers=seen)


def seconds_until(title: str, address: str, started: float) -> float:
    until(lambda: title in httpx.get(address).text, SOON_SECONDS)
    return time.monotonic() - started


def test_a_publication_is_soon_at_every_place(laptop: Laptop, author: Person, slug: str) -> None:
    # given a copy of the post wherever one is kept
    places = copies(laptop, slug)
    for address in places.values():
        seconds_until(f"First {slug}", address, time.monotonic())
    for name, address in places.items():
        if name.startswith("stage cache"):
            assert httpx.get(address).headers["x-cache"] == "hit; layer=stage-cache"
    assert past_the_stage(laptop, slug).headers["x-cache"] == "miss; layer=function"

    # when a change is published
    title = f"Second {slug}"
    author.api.patch(f"/posts/{slug}", json={"title": title}).raise_for_status()
    started = time.monotonic()
    author.api.post(f"/posts/{slug}/publish").raise_for_status()

    # then DAX has it at once, and all others before their copies would have ended
    assert past_the_stage(laptop, slug).json()["title"] == title
    with ThreadPoolExecutor(len(places)) as pool:
        waits = pool.map(lambda address: seconds_until(title, address, started), places.values())
        took = dict(zip(places, waits, strict=True))
    for name, seconds in took.items():
        print(f"\n{name:<20}{seconds:6.2f} s", end="")
    assert max(took.values()) < SOON_SECONDS
    # and it is a copy again
    assert httpx.get(places["stage cache, post"]).headers["x-cache"] == "hit; layer=stage-cache"


def test_a_post_that_was_deleted_is_soon_nowhere(laptop: Laptop, author: Person, slug: str) -> None:
    # given a copy of the post
    api, site = f"{laptop.layout.api}/posts/{slug}", f"{laptop.layout.site}/blog/{slug}/"
    for address in (api, site):
        seconds_until(f"First {slug}", address, time.monotonic())
    assert past_the_stage(laptop, slug).status_code == 200

    # when it is deleted
    author.api.delete(f"/posts/{slug}").raise_for_status()

    # then nobody is shown a copy of it
    assert past_the_stage(laptop, slug).status_code == 404
    until(lambda: {httpx.get(address).status_code for address in (api, site)} == {404}, SOON_SECONDS)
    until(lambda: slug not in httpx.get(f"{laptop.layout.api}/posts").text, SOON_SECONDS)
