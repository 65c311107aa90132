"""What must hold of the distribution in `edge.yaml`.

Each check asks the local edge, with origins that keep what they are asked.

A check is a coroutine that fails by an assertion. `CHECKS` has them all by their names.
"""

import gzip
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from infra.local.edge.distribution import distribution
from infra.local.edge.edge import Edge
from infra.local.edge.lambda_function import LambdaFunction
from infra.local.edge.messages import Request, Response
from infra.local.edge.origins import Origin, Recorder
from infra.local.edge.settings import API_DOMAIN

LONG = b'{"word": "tea"}' * 200
VIEWER = "192.0.2.7"
METHODS = ("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE")
FAKE_SDK = Path(__file__).with_name("fake_sdk")
LOST = "<h1>There is nothing here, ñor was there</h1>"
NO_SUCH_KEY = Response([("content-type", "application/xml")], 404, b"<Error><Code>NoSuchKey</Code></Error>")
ERRORS = (400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504)


class Asked:
    """The edge of a stack's resources, at a time of its own; its functions read the buckets of a folder."""

    def __init__(self, resources: Mapping[str, Any], folder: Path) -> None:
        self.now = 1_000_000.0
        self.site = Recorder(Response([("content-type", "text/html")], 200, LONG))
        self.api = Recorder(Response([("content-type", "application/json")], 200, LONG))
        self.distribution = distribution(resources)
        page = folder / "SiteBucket" / "404.html"
        page.parent.mkdir()
        page.write_text(LOST, encoding="utf-8")
        self.functions = {
            name: LambdaFunction(origin.function, {"PYTHONPATH": str(FAKE_SDK), "BUCKETS": str(folder)})
            for name, origin in self.distribution.origins.items()
            if origin.function is not None
        }
        origins: dict[str, Origin] = {"site": self.site, "api": self.api, **self.functions}
        self.edge = Edge(self.distribution, origins, lambda: self.now)

    async def close(self) -> None:
        await self.edge.close()
        for function in self.functions.values():
            await function.close()

    async def __call__(self, target: str, method: str = "GET", body: bytes = b"", **headers: str) -> Response:
        path, _, query = target.partition("?")
        named = [(name.replace("_", "-"), value) for name, value in headers.items()]
        return await self.edge.answer(
            Request([("host", "site.example.com"), *named], method, path, query, body, VIEWER)
        )

    @property
    def last(self) -> Request:
        """What the API was asked last."""
        assert self.api.asked, "nothing reached the API"
        return self.api.asked[-1]

    def api_says(self, status: int = 200, body: bytes = LONG, **headers: str) -> None:
        named = [(name.replace("_", "-"), value) for name, value in headers.items()]
        self.api.response = Response([("content-type", "application/json"), *named], status, body)


Check = Callable[[Asked], Awaitable[None]]


async def pages_are_their_folders_index(ask: Asked) -> None:
    await ask("/")
    await ask("/blog/a-post/")
    assert [each.path for each in ask.site.asked] == ["/index.html", "/blog/a-post/index.html"]


async def a_page_without_its_slash_is_redirected(ask: Asked) -> None:
    answer = await ask("/blog?tag=tea")
    assert (answer.status, answer.header("location")) == (301, "/blog/?tag=tea")


async def assets_and_photos_are_kept_for_a_year(ask: Asked) -> None:
    for path in ("/assets/app-1.js", "/blog/photos/1-640.webp"):
        await ask(path)
        ask.now += 364 * 86_400
        assert (await ask(path)).header("x-cache") == "Hit from cloudfront"
        ask.now += 2 * 86_400
        assert (await ask(path)).header("x-cache") != "Hit from cloudfront"


async def pages_are_kept_for_a_minute(ask: Asked) -> None:
    for path in ("/blog/", "/config.json"):
        await ask(path)
        ask.now += 59
        assert (await ask(path)).header("x-cache") == "Hit from cloudfront"
        ask.now += 2
        assert (await ask(path)).header("x-cache") != "Hit from cloudfront"


async def private_answers_are_never_kept(ask: Asked) -> None:
    ask.api_says(cache_control="max-age=60")
    for path in ("/api/todos", "/api/me/posts", "/api/health"):
        before = len(ask.api.asked)
        await ask(path, authorization="ada")
        await ask(path, authorization="bob")
        assert [each.header("authorization") for each in ask.api.asked[before:]] == ["ada", "bob"]


async def public_answers_are_kept_as_they_say(ask: Asked) -> None:
    for path in ("/api/posts", "/api/posts/one", "/api/feed.atom", "/api/openapi.json"):
        ask.api_says(cache_control="public, max-age=60")
        await ask(path)
        ask.now += 59
        assert (await ask(path)).header("x-cache") == "Hit from cloudfront"
        ask.now += 2
        ask.api_says()
        await ask(path)
        assert (await ask(path)).header("x-cache") == "Miss from cloudfront"


async def public_answers_are_told_apart_by_what_changes_them(ask: Asked) -> None:
    ask.api_says(cache_control="public, max-age=60")
    for query in ("", "tag=a", "tag=b", "limit=1", "cursor=c", "tag=a&limit=1"):
        assert (await ask(f"/api/posts?{query}")).header("x-cache") == "Miss from cloudfront", query
        assert ask.last.query == query
    for origin in ("https://a.example.com", "https://b.example.com"):
        assert (await ask("/api/posts", origin=origin)).header("x-cache") == "Miss from cloudfront", origin


async def public_answers_are_told_apart_by_nothing_else(ask: Asked) -> None:
    ask.api_says(cache_control="public, max-age=60")
    await ask("/api/posts?tag=a")
    answer = await ask("/api/posts?tag=a&campaign=1", authorization="ada", cookie="a=b", user_agent="x")
    assert answer.header("x-cache") == "Hit from cloudfront"


async def the_api_gets_who_asks_and_what(ask: Asked) -> None:
    for path in ("/api/todos", "/api/posts"):
        await ask(f"{path}?limit=5", authorization="ada", if_match='"1"', idempotency_key="k")
        asked = ask.last
        assert (asked.path, asked.query, asked.header("authorization")) == (path, "limit=5", "ada")
        assert asked.header("idempotency-key") == "k"


async def the_api_gets_the_viewers_address(ask: Asked) -> None:
    for path in ("/api/contact", "/api/subscribers"):
        await ask(path, "POST", b"{}", x_viewer_address="192.0.2.99", x_forwarded_for="192.0.2.99")
        assert [value for name, value in ask.last.headers if name == "x-viewer-address"] == [VIEWER]


async def the_api_gets_the_sites_key_and_its_own_host(ask: Asked) -> None:
    for path in ("/api/todos", "/api/posts", "/api/posts/one", "/api/feed.atom", "/api/openapi.json"):
        await ask(path, x_api_key="a viewer's")
        asked = ask.last
        assert (asked.header("x-api-key"), asked.header("host")) == ("local", API_DOMAIN)


async def the_api_gets_every_method_with_its_body(ask: Asked) -> None:
    for path in ("/api/todos", "/api/posts", "/api/posts/one"):
        for method in METHODS:
            body = b"" if method in ("GET", "HEAD", "OPTIONS") else b"{}"
            answer = await ask(path, method, body, content_type="application/json")
            asked = ask.last
            assert (answer.status, asked.method, asked.body) == (200, method, body)


async def the_site_takes_no_writes(ask: Asked) -> None:
    for method in ("OPTIONS", "PUT", "PATCH", "POST", "DELETE"):
        for path in ("/", "/assets/app-1.js", "/blog/photos/1.webp"):
            assert (await ask(path, method)).status == 403
    assert ask.site.asked == []


async def errors_of_the_api_come_as_they_are(ask: Asked) -> None:
    for status in ERRORS:
        ask.api_says(status, b'{"title": "why"}')
        for path in ("/api/todos", "/api/posts", "/api/posts/one"):
            answer = await ask(path)
            assert (answer.status, answer.body) == (status, b'{"title": "why"}')


async def errors_are_not_kept(ask: Asked) -> None:
    for status in ERRORS:
        ask.api_says(status, b"{}", cache_control="private, no-store")
        await ask("/api/posts/gone")
        ask.api_says(200, b"{}", cache_control="private, no-store")
        assert (await ask("/api/posts/gone")).status == 200, status


async def wishes_about_caches_do_not_reach_the_api(ask: Asked) -> None:
    for path in ("/api/posts", "/api/posts/one", "/api/feed.atom", "/api/openapi.json"):
        await ask(path, cache_control="max-age=0", pragma="no-cache")
        assert (ask.last.header("cache-control"), ask.last.header("pragma")) == ("", "")


async def what_is_kept_is_compressed(ask: Asked) -> None:
    ask.api_says(cache_control="public, max-age=60")
    for path in ("/assets/app-1.js", "/blog/", "/config.json", "/api/posts", "/api/openapi.json"):
        answer = await ask(path, accept_encoding="gzip, br")
        assert answer.header("content-encoding") == "gzip", path
        assert gzip.decompress(answer.body) == LONG
        assert (await ask(path)).body == LONG


async def what_the_api_compresses_comes_compressed(ask: Asked) -> None:
    ask.api_says(200, gzip.compress(LONG), content_encoding="gzip")
    answer = await ask("/api/todos", accept_encoding="gzip, br")
    assert ask.last.header("accept-encoding") == "gzip, br"
    assert (answer.header("content-encoding"), gzip.decompress(answer.body)) == ("gzip", LONG)


async def pages_have_the_sites_headers(ask: Asked) -> None:
    for path in ("/", "/assets/app-1.js", "/blog/photos/1.webp"):
        answer = await ask(path)
        policy = answer.header("content-security-policy")
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert answer.header("strict-transport-security").startswith("max-age=63072000")
        assert answer.header("x-content-type-options") == "nosniff"
        assert answer.header("referrer-policy") == "strict-origin-when-cross-origin"
        assert answer.header("cross-origin-opener-policy") == "same-origin"
        assert "camera=()" in answer.header("permissions-policy")


async def the_apis_answers_have_their_headers(ask: Asked) -> None:
    for path in ("/api/todos", "/api/posts", "/api/posts/one"):
        answer = await ask(path)
        assert answer.header("strict-transport-security").startswith("max-age=63072000")
        assert answer.header("x-content-type-options") == "nosniff"


async def the_site_does_not_get_what_is_for_the_api(ask: Asked) -> None:
    await ask("/blog/?list-type=2", authorization="ada", cookie="a=b")
    asked = ask.site.asked[-1]
    assert (asked.query, asked.header("authorization"), asked.header("cookie")) == ("", "", "")
    assert asked.header("x-api-key") == ""


async def the_bucket_says_what_does_not_exist(ask: Asked) -> None:
    assert ask.distribution.lists_bucket


async def a_missing_page_shows_the_sites_own(ask: Asked) -> None:
    for status in (404, 403, 400):
        ask.site.response = replace(NO_SUCH_KEY, status=status)
        for path in ("/nope/", "/blog/nope/", "/assets/nope.js", "/blog/photos/nope.webp"):
            for method in ("GET", "HEAD"):
                answer = await ask(path, method)
                assert (answer.status, answer.header("content-type")) == (404, "text/html; charset=utf-8"), path
                assert answer.body.decode() == LOST
                assert "default-src 'none'" in answer.header("content-security-policy")


async def a_page_that_was_missing_shows_at_once(ask: Asked) -> None:
    found = ask.site.response
    for path in ("/blog/new/", "/assets/new.js"):
        ask.site.response = NO_SUCH_KEY
        await ask(path)
        ask.site.response = found
        assert (await ask(path)).status == 200, path


async def a_failure_of_the_bucket_is_no_missing_page(ask: Asked) -> None:
    for status in (500, 502, 503, 504):
        ask.site.response = replace(NO_SUCH_KEY, status=status)
        for path in ("/blog/", "/assets/app-1.js", "/blog/photos/1.webp"):
            assert (await ask(path)).status == status


async def the_function_is_open_to_this_distribution_alone(ask: Asked) -> None:
    open_to_others = [
        name
        for name, origin in ask.distribution.origins.items()
        if origin.function is not None and origin.function.is_open_to_others
    ]
    assert open_to_others == []


CHECKS: Mapping[str, Check] = {
    check.__name__: check
    for check in (
        pages_are_their_folders_index,
        a_page_without_its_slash_is_redirected,
        assets_and_photos_are_kept_for_a_year,
        pages_are_kept_for_a_minute,
        private_answers_are_never_kept,
        public_answers_are_kept_as_they_say,
        public_answers_are_told_apart_by_what_changes_them,
        public_answers_are_told_apart_by_nothing_else,
        the_api_gets_who_asks_and_what,
        the_api_gets_the_viewers_address,
        the_api_gets_the_sites_key_and_its_own_host,
        the_api_gets_every_method_with_its_body,
        the_site_takes_no_writes,
        errors_of_the_api_come_as_they_are,
        errors_are_not_kept,
        wishes_about_caches_do_not_reach_the_api,
        what_is_kept_is_compressed,
        what_the_api_compresses_comes_compressed,
        pages_have_the_sites_headers,
        the_apis_answers_have_their_headers,
        the_site_does_not_get_what_is_for_the_api,
        the_bucket_says_what_does_not_exist,
        a_missing_page_shows_the_sites_own,
        a_page_that_was_missing_shows_at_once,
        a_failure_of_the_bucket_is_no_missing_page,
        the_function_is_open_to_this_distribution_alone,
    )
}
