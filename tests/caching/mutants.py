"""Ways to set the layers up that a hasty change would choose, each wrong."""

from collections.abc import Mapping
from dataclasses import replace

from infra.cache_settings import ROUTES, Kept, Route
from infra.edge_settings import API, BEHAVIOURS, NEVER, PUBLIC_API, Keeping
from tests.caching.cluster import ShowsEverybody, WritesAround
from tests.caching.world import Setup

POSTS, POST = ("GET", "/posts"), ("GET", "/posts/{slug}")


def keeping(route: Route, *keys: str) -> Setup:
    """A route whose answers the stage keeps too."""
    return Setup(routes={**ROUTES, route: Kept(60, keys)})


def without(route: Route, key: str) -> Setup:
    """A route that lacks a key."""
    kept = ROUTES[route]
    assert kept is not None
    assert key in kept.keys
    return Setup(routes={**ROUTES, route: replace(kept, keys=tuple(each for each in kept.keys if each != key))})


def edge(before: Keeping, after: Keeping) -> Setup:
    """Another rule of CloudFront's."""
    return Setup(behaviours=[(pattern, after if kept is before else kept) for pattern, kept in BEHAVIOURS])


MUTANTS: Mapping[str, Setup] = {
    "the stage keeps todos": keeping(("GET", "/todos")),
    "the stage keeps todos by the token, and so past their time": keeping(("GET", "/todos"), "header.authorization"),
    "the stage keeps an author's list": keeping(("GET", "/me/posts")),
    "the stage keeps a draft": keeping(("GET", "/me/posts/{slug}"), "path.slug"),
    "the stage does not tell tags apart": without(POSTS, "querystring.tag"),
    "the stage does not tell lengths apart": without(POSTS, "querystring.limit"),
    "the stage does not tell posts apart": without(POST, "path.slug"),
    "the stage does not tell origins apart": without(POST, "header.Origin"),
    "the stage does not know who has seen an answer": Setup(
        routes={
            route: kept and replace(kept, keys=tuple(key for key in kept.keys if key != "header.If-None-Match"))
            for route, kept in ROUTES.items()
        }
    ),
    "the stage keeps lists for an hour": Setup(
        routes={**ROUTES, POSTS: Kept(3600, ROUTES[POSTS].keys)}  # type: ignore[union-attr]
    ),
    "anybody may have an answer refreshed": Setup(anybody_refreshes=True),
    "readers who load anew are refused": Setup(plain_reads=False),
    "CloudFront keeps what is private": edge(NEVER, Keeping("CachingDisabled", 1, 60, 60)),
    "CloudFront does not tell queries apart": edge(PUBLIC_API, replace(PUBLIC_API, queries=())),
    "CloudFront does not tell origins apart": edge(PUBLIC_API, replace(PUBLIC_API, headers=())),
    "browsers may keep what is private": Setup(says={"/todos": "private, max-age=60"}),
    "browsers may keep answers for an hour": Setup(
        says=dict.fromkeys(("/posts", "/posts/{slug}", "/feed.atom"), "public, max-age=3600")
    ),
    "DAX hears of no write": Setup(dax=WritesAround),
    "DAX answers those who want to see how things are now": Setup(dax=ShowsEverybody),
    "a post is not refreshed": Setup(skipped=lambda path: path.startswith(f"{API}/posts/")),
    "the list is not refreshed": Setup(skipped=lambda path: path == f"{API}/posts"),
    "tags are not refreshed": Setup(skipped=lambda path: "tag=" in path),
    "the feed is not refreshed": Setup(skipped=lambda path: path.endswith("/feed.atom")),
    "CloudFront is told of no answer of the API": Setup(untold=lambda path: path.startswith(f"{API}/")),
    "CloudFront is told of lists without their queries": Setup(untold=lambda path: "?" in path),
    "CloudFront is told of no page": Setup(untold=lambda path: path.startswith("/blog/")),
    "CloudFront is told of pages by their folders": Setup(
        untold=lambda path: path.endswith("/*") or path == "/blog/index.html"
    ),
}
