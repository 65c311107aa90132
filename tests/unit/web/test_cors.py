"""Cross-origin headers: an allowed origin gets itself, anyone else somebody else's."""

import pytest

from chalicelib.web import cors

ALLOWED = ("https://site.example", "https://www.site.example")


@pytest.mark.parametrize("origin", ALLOWED)
def test_an_allowed_origin_is_answered_with_itself(origin: str) -> None:
    assert cors.headers_for(origin, ALLOWED)["Access-Control-Allow-Origin"] == origin


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "",
        "null",
        "https://evil.example",
        "https://site.example.evil.example",
        "https://evil-site.example",
        "http://site.example",
        "https://site.example:8443",
        "HTTPS://SITE.EXAMPLE",
        "https://site.example/",
        "https://site.example, https://evil.example",
        "*",
    ],
)
def test_anyone_else_is_answered_with_an_origin_that_is_not_theirs(origin: str | None) -> None:
    headers = cors.headers_for(origin, ALLOWED)
    assert headers["Access-Control-Allow-Origin"] == ALLOWED[0] != origin


def test_pages_may_read_the_servers_time_and_all_that_answers_say_in_headers() -> None:
    exposed = cors.headers_for(ALLOWED[0], ALLOWED)["Access-Control-Expose-Headers"].split(", ")
    assert {"Date", "ETag", "Idempotency-Replayed", "Location", "Retry-After"} == set(exposed)


def test_no_answer_allows_everyone_or_cookies_and_all_vary_by_origin() -> None:
    for headers in (cors.headers_for("*", ALLOWED), cors.preflight_headers("*", ALLOWED, ["GET"])):
        assert "*" not in headers.values()
        assert not any("credentials" in name.lower() for name in headers)
        assert headers["Vary"] == "Origin"


def test_a_preflight_names_the_methods_of_the_path_and_the_headers_of_the_api() -> None:
    headers = cors.preflight_headers(ALLOWED[1], ALLOWED, ["POST", "GET"])
    assert headers["Access-Control-Allow-Origin"] == ALLOWED[1]
    assert headers["Access-Control-Allow-Methods"] == "GET,OPTIONS,POST"
    assert headers["Access-Control-Allow-Headers"].split(",") == list(cors.ALLOWED_HEADERS)
    assert headers["Access-Control-Max-Age"] == "600"
