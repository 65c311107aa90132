"""From a request to an answer: decoded, called, encoded, and every failure a problem."""

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from chalicelib.store import freshness
from chalicelib.store.cursors import InvalidCursor
from chalicelib.store.errors import StoreError, Unavailable
from chalicelib.store.idempotency import KeyReused
from chalicelib.web import problems
from chalicelib.web.endpoints import Endpoint, answer
from chalicelib.web.http import MAX_BODY_BYTES, Caller, Reply, Request
from chalicelib.web.problems import Problem, ProblemType

ADA = {"sub": "ada", "token_use": "id"}
REQUEST = Request("POST", "/teas", {}, {}, b"", ADA)


class Tea(msgspec.Struct, forbid_unknown_fields=True):
    kind: str = "green"


class HowMuch(msgspec.Struct, forbid_unknown_fields=True):
    cups: int = 1


def brew(*_: object, **__: object) -> Reply:
    return Reply(200, Tea())


def failing_with(error: Exception) -> Callable[..., Reply]:
    def fail(*_: object, **__: object) -> Reply:
        raise error

    return fail


def endpoint(handler: Callable[..., Reply] = brew, **declared: Any) -> Endpoint:
    return Endpoint("POST", "/teas", handler, returns={200: Tea}, **declared)


def refused(declared: Endpoint, request: Request, problem: ProblemType) -> dict[str, Any]:
    answered = answer(declared, request, {})
    assert answered.status == problem.status
    assert answered.headers["Content-Type"] == "application/problem+json"
    assert answered.headers["Cache-Control"] == "private, no-store"
    body: dict[str, Any] = json.loads(answered.body)
    assert (body["type"], body["status"]) == (problem.uri, problem.status)
    return body


def test_a_handler_gets_what_its_endpoint_declares_and_no_more() -> None:
    # given an endpoint with a query, a body and a path parameter
    given: dict[str, object] = {}

    def brew_some(_: Request, **arguments: object) -> Reply:
        given.update(arguments)
        return Reply(200, Tea("oolong"))

    # when it is called
    request = replace(REQUEST, query={"cups": ["2"]}, body=b'{"kind": "black"}')
    answered = answer(endpoint(brew_some, query=HowMuch, body=Tea), request, {"pot": "blue"})
    # then all of it arrives decoded, and the reply leaves encoded
    assert given == {"pot": "blue", "caller": Caller("ada"), "query": HowMuch(2), "body": Tea("black")}
    assert (answered.status, answered.body) == (200, b'{"kind":"oolong"}')
    assert answered.headers["Content-Type"] == "application/json"


def test_a_public_handler_gets_no_caller() -> None:
    def look(_: Request) -> Reply:
        return Reply(200, Tea())

    assert answer(endpoint(look, private=False), replace(REQUEST, claims=None), {}).status == 200


def test_bytes_leave_as_they_are_and_nothing_leaves_as_nothing() -> None:
    feed = answer(endpoint(lambda *_, **__: Reply(200, b"<feed/>", content_type="application/atom+xml")), REQUEST, {})
    assert (feed.body, feed.headers["Content-Type"]) == (b"<feed/>", "application/atom+xml")
    empty = answer(endpoint(lambda *_, **__: Reply(204)), REQUEST, {})
    assert (empty.body, "Content-Type" in empty.headers) == (b"", False)


def test_every_answer_says_how_it_may_be_cached_and_who_may_read_it() -> None:
    public = endpoint(private=False, cache_control="public, max-age=60")
    for declared, request, cached in (
        (endpoint(), REQUEST, "private, no-store"),
        (public, REQUEST, "public, max-age=60"),
        (public, replace(REQUEST, body=b" " * 300_000), "private, no-store"),
    ):
        headers = answer(declared, request, {}).headers
        assert headers["Cache-Control"] == cached
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Access-Control-Allow-Origin"] == "https://site.example.test"


def test_a_handlers_own_cache_control_stays() -> None:
    declared = endpoint(lambda *_, **__: Reply(200, Tea(), {"Cache-Control": "no-cache"}))
    assert answer(declared, REQUEST, {}).headers["Cache-Control"] == "no-cache"


def test_a_private_endpoint_is_closed_to_nobody_before_anything_is_read() -> None:
    hostile = replace(REQUEST, claims=None, query={"x": ["1", "2"]}, body=b"{" * 300_000)
    refused(endpoint(body=Tea), hostile, problems.UNAUTHORIZED)


def test_a_groups_endpoint_is_for_its_members() -> None:
    declared = endpoint(group="authors")
    refused(declared, REQUEST, problems.FORBIDDEN)
    refused(declared, replace(REQUEST, claims=ADA | {"cognito:groups": "authors-to-be"}), problems.FORBIDDEN)
    refused(declared, replace(REQUEST, claims=None), problems.UNAUTHORIZED)
    assert answer(declared, replace(REQUEST, claims=ADA | {"cognito:groups": "readers,authors"}), {}).status == 200


def test_a_query_is_refused_where_none_is_taken() -> None:
    body = refused(endpoint(), replace(REQUEST, query={"debug": ["1"]}), problems.INVALID_QUERY)
    assert body["errors"] == [{"field": "debug", "message": "Unknown field"}]


@pytest.mark.parametrize("sent", [MAX_BODY_BYTES, MAX_BODY_BYTES + 1])
def test_a_body_may_have_256_kib_and_not_a_byte_more(sent: int) -> None:
    body = b'{"kind": "%b"}' % (b"x" * (sent - 12))
    assert len(body) == sent
    for declared in (endpoint(body=Tea), endpoint()):
        answered = answer(declared, replace(REQUEST, body=body), {})
        assert answered.status == (200 if sent <= MAX_BODY_BYTES else 413)


@pytest.mark.parametrize(
    ("content_type", "taken"),
    [
        (None, True),
        ("application/json", True),
        ("Application/JSON; charset=utf-8", True),
        ("text/plain", False),
        ("application/x-www-form-urlencoded", False),
        ("application/json-patch+json", False),
        ("", False),
    ],
)
def test_a_body_is_json_and_says_so(content_type: str | None, *, taken: bool) -> None:
    headers = {} if content_type is None else {"content-type": content_type}
    request = replace(REQUEST, headers=headers, body=b"{}")
    if taken:
        assert answer(endpoint(body=Tea), request, {}).status == 200
    else:
        refused(endpoint(body=Tea), request, problems.UNSUPPORTED_MEDIA_TYPE)


def test_a_body_may_be_left_out_only_where_that_is_declared() -> None:
    refused(endpoint(body=Tea), REQUEST, problems.INVALID_JSON)
    assert answer(endpoint(body=Tea, body_optional=True), REQUEST, {}).status == 200


@pytest.mark.parametrize(
    ("error", "problem", "detail"),
    [
        (InvalidCursor("The cursor is too old."), problems.INVALID_CURSOR, "The cursor is too old."),
        (KeyReused("Used before."), problems.IDEMPOTENCY_KEY_REUSED, "Used before."),
        (Unavailable("GetItem: Throttled"), problems.UNAVAILABLE, "The database is busy. Try again."),
        (StoreError("a secret of ada's"), problems.INTERNAL_ERROR, "The request failed. It has been logged."),
        (ValueError("a secret of ada's"), problems.INTERNAL_ERROR, "The request failed. It has been logged."),
        (Problem(problems.NOT_FOUND, "There is no tea."), problems.NOT_FOUND, "There is no tea."),
    ],
)
def test_whatever_is_raised_becomes_a_problem(error: Exception, problem: ProblemType, detail: str) -> None:
    assert refused(endpoint(failing_with(error)), REQUEST, problem)["detail"] == detail


def test_an_unavailable_store_says_when_to_come_back() -> None:
    answered = answer(endpoint(failing_with(Unavailable("busy"))), REQUEST, {})
    assert (answered.status, answered.headers["Retry-After"]) == (503, "1")


def test_a_problems_own_headers_go_out_with_it() -> None:
    stale = Problem(problems.VERSION_MISMATCH, "Stale.", headers={"ETag": '"3"'})
    assert answer(endpoint(failing_with(stale)), REQUEST, {}).headers["ETag"] == '"3"'


def test_a_reply_that_cannot_be_encoded_is_our_fault() -> None:
    refused(endpoint(lambda *_, **__: Reply(200, object())), REQUEST, problems.INTERNAL_ERROR)


@pytest.mark.parametrize(
    ("private", "asked", "fresh"),
    [
        (True, "", True),
        (False, "", False),
        (False, "max-age=60", False),
        (False, "max-age=0", True),
        (False, "private, No-Cache", True),
    ],
)
def test_people_and_caches_that_ask_anew_are_answered_past_other_caches(
    *, private: bool, asked: str, fresh: bool
) -> None:
    seen: list[bool] = []

    def look(*_: object, **__: object) -> Reply:
        seen.append(freshness.are_wanted())
        return Reply(200, Tea())

    answer(endpoint(look, private=private), replace(REQUEST, headers={"cache-control": asked}), {})
    assert seen == [fresh]
    assert not freshness.are_wanted()
