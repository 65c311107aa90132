"""A request has the same answer with a stage cache and without, whatever is in its query and headers."""

from typing import Any

import pytest

from infra.cache_settings import ROUTES
from infra.local.gateway.stage_cache import StageCache
from tests.support.api import Api, Context

# What a path needs, for the routes that are kept.
PATHS = {
    "/posts": "/posts",
    "/posts/{slug}": "/posts/tea",
    "/feed.atom": "/feed.atom",
    "/openapi.json": "/openapi.json",
}
KEPT = sorted(path for (_, path), kept in ROUTES.items() if kept is not None)
WARM = ("", "?tag=a", "?tag=b", "?limit=1")
ASKED = (
    "?tag=a&tag=b",
    "?tag=b&tag=a",
    "?tag=a&tag=",
    "?tag=",
    "?limit=1&limit=none",
    "?limit=none&limit=1",
    "?limit=",
    "?cursor=",
    "?utm_source=mail",
    "?tag=a&unknown=1",
)
HEADERS: tuple[dict[str, str], ...] = ({}, {"If-None-Match": ""}, {"Origin": ""}, {"If-Match": '"1"'})


def seen(answer: dict[str, Any]) -> tuple[Any, ...]:
    """What the caller sees. The cursor holds the time of its making."""
    return answer["statusCode"], answer["headers"].get("ETag"), answer["headers"].get("Content-Type")


def test_every_kept_route_is_asked() -> None:
    assert sorted(PATHS) == KEPT


@pytest.mark.parametrize("path", PATHS.values())
def test_no_query_and_no_header_is_answered_otherwise_by_a_cache(path: str, ines: Api, anonymous: Api) -> None:
    # given posts with tags, and copies of the usual answers
    for title, tag in (("Tea", "a"), ("Milk", "b")):
        ines.post("/posts", {"title": title, "tags": [tag]})
        ines.post(f"/posts/{title.lower()}/publish")
    cache = StageCache(lambda *_: False, ROUTES)

    def ask(target: str, headers: dict[str, str], *, cached: bool) -> tuple[Any, ...]:
        event = anonymous.event("GET", target, None, headers)

        def run() -> dict[str, Any]:
            answer: dict[str, Any] = anonymous.app(event, Context())
            return answer

        return seen(cache.answer(event, target, run) if cached else run())

    for query in WARM:
        ask(path + query, {}, cached=True)
    # when anything is asked, then a copy is what the function would answer
    for query in ASKED:
        for headers in HEADERS:
            assert ask(path + query, headers, cached=True) == ask(path + query, headers, cached=False), (query, headers)
