"""Every request type against valid, invalid and hostile input: the documented answer each time, and never a 5xx."""

import json
import string
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app import app, blueprints
from chalicelib import clock
from chalicelib.todos.contract import MAX_ORDER
from chalicelib.web import openapi
from chalicelib.web.endpoints import Endpoint
from tests.support.api import Answered, Api, Context
from tests.support.text import NOT_XML, inner, visible

ENDPOINTS = {endpoint.name: endpoint for routes in blueprints for endpoint in routes.endpoints}
WITH_BODY = [endpoint for endpoint in ENDPOINTS.values() if endpoint.body is not None]
by_name = {"ids": lambda endpoint: endpoint.name}

offsets = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(
    datetime(1, 1, 3),  # noqa: DTZ001 - Hypothesis wants them naive
    datetime(9999, 12, 28),  # noqa: DTZ001
    timezones=offsets,
)
# Emoji, right-to-left text and overrides, combining marks: whatever is no control character and no half of a pair.
edge = st.characters(exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"], exclude_characters=NOT_XML)
lines = st.builds(
    lambda first, rest, seen, last: first + rest + seen + last, edge, st.text(inner, max_size=20), visible, edge
)
padding = st.text(" \t\n\u00a0\u3000", max_size=3)
titles = st.builds(lambda before, text, after: before + text + after, padding, lines, padding)
notes = st.text(st.one_of(inner, st.sampled_from("\n\r\t")), max_size=200)
todo_fields = {
    "notes": notes,
    "completed": st.booleans(),
    "order": st.none() | st.integers(-MAX_ORDER, MAX_ORDER),
    "due_at": st.none() | moments.map(datetime.isoformat),
    "due_on": st.none() | st.dates().map(date.isoformat),
    "tags": st.lists(lines.map(lambda text: text[:40].strip()).filter(bool), max_size=10),
}

anything: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30)
    | st.just(10**400),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=10), children, max_size=4),
    max_leaves=8,
)
FIELDS = sorted({field for endpoint in WITH_BODY for field in endpoint.body.__struct_fields__})  # type: ignore[union-attr]
NO_FIELDS = ["user_id", "version", "id", "state", "__proto__", "$where", "", "title\x00", "TITLE"]
HOSTILE_TEXTS = [
    *("", "{", "[]", "null", '"title"', "{}{}", "\x00", '{"title": "\\ud800"}', '{"a": 1e999}', '{"title": NaN}'),
    *("[" * 20_000, '{"title":' * 20_000, '{"title": "a", "title": 5}', '{"order": ' + "9" * 5_000 + "}", "\ufeff{}"),
]
HOSTILE_BYTES = [b"\xff", b'{"title": "\xff\xfe"}', b'{"title": "\xed\xa0\x80"}']
bodies = st.one_of(
    st.dictionaries(st.sampled_from(FIELDS + NO_FIELDS), anything, max_size=5),
    anything,
    st.sampled_from(HOSTILE_TEXTS),
    st.sampled_from(HOSTILE_BYTES),
    st.binary(max_size=40),
)


def stored_time(text: str | None) -> str | None:
    return None if text is None else clock.timestamp(datetime.fromisoformat(text))


def has_one_due_date(sent: dict[str, Any]) -> bool:
    return not (sent.get("due_on") and sent.get("due_at"))


def as_stored(sent: dict[str, Any]) -> dict[str, Any]:
    """What a todo's fields become: trimmed titles and tags, times in UTC."""
    kept = dict(sent)
    if "title" in sent:
        kept["title"] = sent["title"].strip()
    if "tags" in sent:
        kept["tags"] = list(dict.fromkeys(tag.strip() for tag in sent["tags"]))
    if "due_at" in sent:
        kept["due_at"] = stored_time(sent["due_at"])
    if "due_on" in sent or "due_at" in sent:
        # They are one due date, so what is not sent is removed.
        kept |= {name: kept.get(name) for name in ("due_on", "due_at")}
    return kept


@settings(max_examples=60)
@given(st.fixed_dictionaries({"title": titles}, optional=todo_fields).filter(has_one_due_date))
@example(
    {
        "title": "\U0001f469\u200d\U0001f680 \u202e\u0633\u0644\u0627\u0645\u202c e\u0301",
        "tags": ["\u05e9", "\U0001f345"],
    }
)
@example({"title": "a" * 500, "notes": "n" * 20_000, "order": MAX_ORDER, "tags": [f"{n:040}" for n in range(10)]})
@example({"title": "\u3000" * 90 + "a" + " " * 90, "order": -MAX_ORDER, "notes": "\t\r\n"})
def test_a_valid_todo_is_stored_as_it_was_sent(ada: Api, sent: dict[str, Any]) -> None:
    created = ada.post("/todos", sent)
    assert created.status == 201, created.body
    stored = ada.get(f"/todos/{created.json()['id']}").json()
    assert stored == created.json()
    assert {name: stored[name] for name in as_stored(sent)} == as_stored(sent)


@settings(max_examples=60)
@given(st.fixed_dictionaries({}, optional={"title": titles, **todo_fields}).filter(has_one_due_date))
def test_a_valid_change_is_stored_as_it_was_sent(ada: Api, sent: dict[str, Any]) -> None:
    before = ada.post("/todos", {"title": "before", "tags": ["t"], "order": 5}).json()
    changed = ada.patch(f"/todos/{before['id']}", sent)
    assert changed.status == 200, changed.body
    stored = ada.get(f"/todos/{before['id']}").json()
    assert stored == changed.json() == before | as_stored(sent) | {"version": 2, "updated_at": stored["updated_at"]}


@settings(max_examples=30)
@given(
    name=lines,
    content_type=st.sampled_from(["image/gif", "image/jpeg", "image/png", "image/webp"]),
    size=st.integers(1, 10 * 1024 * 1024),
)
def test_a_valid_photo_is_stored_as_it_was_sent(ada: Api, name: str, content_type: str, size: int) -> None:
    todo_id = ada.post("/todos", {"title": "photos"}).json()["id"]
    media_id = clock.new_id()
    key = f"users/{ada.sub}/{media_id}"
    sent = {"key": key, "name": name, "content_type": content_type, "size": size}
    assert ada.post(f"/todos/{todo_id}/attachments", sent).status == 201
    stored = ada.get(f"/media/{media_id}").json()
    assert {field: stored[field] for field in sent} == sent | {"name": name.strip()}


@pytest.mark.parametrize(
    ("field", "fits", "does_not"),
    [
        ("title", ["a", "a" * 500, " " + "a" * 500 + " ", "\U0001f600" * 500], ["", "a" * 501, "\U0001f600" * 501]),
        ("notes", ["", "a" * 20_000, "\U0001f600" * 20_000], ["a" * 20_001, "\U0001f600" * 20_001]),
        ("order", [MAX_ORDER, -MAX_ORDER, 0, None], [MAX_ORDER + 1, -MAX_ORDER - 1, 1.5, 2**64, "1", True]),
        ("tags", [[], ["t" * 40], ["t"] * 10], [["t" * 41], ["t"] * 11, [""], [None], "t", {"0": "t"}]),
        ("completed", [True, False], [0, 1, "true", None]),
        ("due_on", ["0001-01-01", "9999-12-31", None], ["2026-02-30", "2026-11-21T09:00:00Z", 5, ""]),
        (
            "due_at",
            ["2026-11-21T09:00:00Z", "2026-11-21T09:00:00.5+14:00"],
            ["2026-11-21", "2026-02-30T00:00:00Z", 5, ""],
        ),
    ],
)
def test_limits_are_where_they_are_said_to_be(ada: Api, field: str, fits: list[Any], does_not: list[Any]) -> None:
    todo_id = ada.post("/todos", {"title": "limits"}).json()["id"]
    for value in fits:
        body = json.dumps({"title": "a", field: value}, ensure_ascii=False)
        assert (ada.post("/todos", body).status, ada.patch(f"/todos/{todo_id}", body).status) == (201, 200), value
    for value in does_not:
        body = json.dumps({"title": "a", field: value}, ensure_ascii=False)
        for refused in (ada.post("/todos", body), ada.patch(f"/todos/{todo_id}", body)):
            assert (refused.status, [error["field"] for error in refused.json()["errors"]]) == (400, [field]), value


@given(st.text(inner, min_size=1, max_size=20), anything)
def test_no_field_of_the_callers_own_making_gets_in(ada: Api, name: str, value: Any) -> None:
    refused = ada.post("/todos", {"title": "a", f"x{name}": value, "user_id": "bob", "version": 99})
    assert (refused.status, refused.json()["type"]) == (400, "urn:problem-type:invalid-body")
    assert {error["field"] for error in refused.json()["errors"]} == {f"x{name}", "user_id", "version"}


@pytest.mark.parametrize("endpoint", WITH_BODY, **by_name)
@settings(max_examples=150)
@given(bodies)
def test_any_body_gets_a_documented_answer(author: Api, endpoint: Endpoint, body: Any) -> None:
    for path in paths(endpoint):
        documented(endpoint, send(author, endpoint, path, body))


@pytest.mark.parametrize("endpoint", list(ENDPOINTS.values()), **by_name)
@settings(max_examples=25)
@given(
    query=st.dictionaries(
        st.sampled_from(["state", "sort", "limit", "cursor", "tag", "token", "x"]) | st.text(max_size=10),
        st.sampled_from(["open", "all", "due", "1", "100", "", "-1", "1e3", "\u0661", "a.b", "\x00"])
        | st.text(max_size=40),
        max_size=3,
    ),
    segment=st.text(inner, min_size=1, max_size=30).map(lambda text: quote(text, safe="")) | st.just("0" * 26),
    tag=st.text(string.printable, max_size=20),
)
def test_any_query_path_and_header_gets_a_documented_answer(
    author: Api, endpoint: Endpoint, query: dict[str, str], segment: str, tag: str
) -> None:
    headers = {"If-Match": tag, "If-None-Match": tag, "Idempotency-Key": tag, "Origin": tag}
    for path in paths(endpoint, segment):
        documented(endpoint, send(author, endpoint, f"{path}?{urlencode(query)}", None, headers))


def paths(endpoint: Endpoint, segment: str = "0" * 26) -> Iterator[str]:
    yield "/".join(segment if part.startswith("{") else part for part in endpoint.path.split("/"))


def send(api: Api, endpoint: Endpoint, path: str, body: Any, headers: dict[str, str] | None = None) -> Answered:
    event = api.event(endpoint.method, path, None, headers or {})
    event["body"] = body if body is None or isinstance(body, str | bytes) else json.dumps(body)
    answer = app(event, Context())
    return Answered(answer["statusCode"], answer["headers"], answer["body"])


def documented(endpoint: Endpoint, answered: Answered) -> None:
    """The answer is one that the OpenAPI document of the endpoint knows, and is not our fault."""
    assert answered.status < 500, answered.body
    if answered.status < 400:
        assert answered.status in endpoint.returns
    else:
        assert answered.headers["Content-Type"] == "application/problem+json"
        assert answered.json()["type"] in {problem.uri for problem in openapi.refusals(endpoint)}
        assert answered.json()["status"] == answered.status
    assert answered.headers["Access-Control-Allow-Origin"] == "https://site.example.test"
    assert answered.headers["X-Content-Type-Options"] == "nosniff"


def test_times_are_compared_as_moments() -> None:
    assert stored_time("2026-11-21T09:00:00+02:00") == clock.timestamp(datetime(2026, 11, 21, 7, tzinfo=UTC))
