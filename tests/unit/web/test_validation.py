"""Bodies and queries: decoded whole, or refused with every field that does not fit."""

from typing import Annotated, Literal

import msgspec
import pytest

from chalicelib.todos.contract import NewTodo, TodoChanges
from chalicelib.web import problems
from chalicelib.web.problems import Problem
from chalicelib.web.validation import decode_body, decode_query


class Range(msgspec.Struct, forbid_unknown_fields=True):
    """A type with a rule that stands between its fields."""

    low: int
    high: int

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError("low is above high")


class Query(msgspec.Struct, forbid_unknown_fields=True):
    state: Literal["open", "done"]
    limit: Annotated[int, msgspec.Meta(ge=1, le=9)] = 5


def refused(body: bytes, declared: type[msgspec.Struct] = NewTodo) -> Problem:
    with pytest.raises(Problem) as caught:
        decode_body(body, declared)
    return caught.value


def messages(problem: Problem) -> dict[str, str]:
    return {error.field: error.message for error in problem.errors}


def test_a_body_that_fits_is_decoded() -> None:
    assert decode_body(b'{"title": " tea ", "tags": ["a"]}', NewTodo) == NewTodo(" tea ", tags=["a"])


def test_what_a_change_leaves_out_is_told_from_null() -> None:
    changes = decode_body(b'{"order": null}', TodoChanges)
    assert changes.order is None
    assert changes.title is msgspec.UNSET


def test_every_field_that_does_not_fit_is_named_at_once() -> None:
    # given a body in which everything is wrong
    body = b'{"notes": 5, "completed": "yes", "order": 1e99, "due_at": "tomorrow", "tags": ["a", ""], "user_id": "bob"}'
    # when it is decoded
    problem = refused(body)
    # then each field has its entry
    assert problem.type is problems.INVALID_BODY
    assert problem.detail == "7 fields do not fit."
    assert messages(problem) == {
        "user_id": "Unknown field",
        "title": "Required",
        "notes": "Expected `str`, got `int`",
        "completed": "Expected `bool`, got `str`",
        "order": "Expected `int | null`, got `float`",
        "due_at": "Invalid RFC3339 encoded datetime",
        "tags": "Expected 1 to 40 characters on one line, one of them visible, without control characters",
    }


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        (
            b'{"title": ""}',
            "title",
            "Expected 1 to 500 characters on one line, one of them visible, without control characters",
        ),
        (b'{"title": "a", "tags": %b}' % msgspec.json.encode(["t"] * 11), "tags", "Expected up to 10 tags"),
        (b'{"title": "a", "order": 9999999999}', "order", "Expected `int` <= 2147483647"),
        (b'{"title": "a", "due_at": "2026-11-21T10:00:00"}', "due_at", "Expected `datetime` with a timezone component"),
        (b'{"title": null}', "title", "Expected `str`, got `null`"),
    ],
)
def test_messages_say_what_was_expected(body: bytes, field: str, message: str) -> None:
    problem = refused(body)
    assert problem.detail == "1 field does not fit."
    assert messages(problem) == {field: message}


@pytest.mark.parametrize("body", [b"[]", b'"title"', b"7", b"null", b"true"])
def test_a_body_that_is_no_object_is_refused_as_a_whole(body: bytes) -> None:
    problem = refused(body)
    assert problem.type is problems.INVALID_BODY
    assert list(messages(problem)) == [""]


def test_a_rule_between_fields_is_told_in_its_own_words() -> None:
    assert messages(refused(b'{"low": 2, "high": 1}', Range)) == {"": "low is above high"}


def test_a_repeated_key_counts_every_time_it_comes() -> None:
    problem = refused(b'{"title": 5, "title": "fine at last"}')
    assert problem.type is problems.INVALID_BODY
    assert len(problem.errors) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"title": "a"}{}',
        b"title=a",
        b"\xff\xfe",
        b'{"title": "\xff"}',
        b'{"title": "\\ud800"}',
        b'{"title": 5, "notes": "\xff"}',
        b'{"title": 5, ',
        b'{"title": NaN}',
        b"[" * 100_000,
        b'{"title": 5, "tags": ' + b"[" * 100_000,
        b'\xef\xbb\xbf{"title": "a"}',
    ],
)
def test_what_is_no_json_in_utf_8_is_refused(body: bytes) -> None:
    problem = refused(body)
    assert problem.type is problems.INVALID_JSON
    assert problem.errors == ()


def test_a_query_is_read_from_text() -> None:
    assert decode_query({"state": ["done"], "limit": ["7"]}, Query) == Query("done", 7)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, {"state": "Required"}),
        ({"state": ["all"]}, {"state": "Invalid enum value 'all'"}),
        ({"state": ["open"], "limit": ["0"]}, {"limit": "Expected `int` >= 1"}),
        ({"state": ["open"], "limit": ["seven"]}, {"limit": "Expected `int`, got `str`"}),
        ({"state": ["open"], "limit": [""]}, {"limit": "Expected `int`, got `str`"}),
        ({"state": ["open"], "user_id": ["bob"]}, {"user_id": "Unknown field"}),
        ({"x": ["1"], "limit": ["10"]}, {"x": "Unknown field", "state": "Required", "limit": "Expected `int` <= 9"}),
        ({"state": ["open", "done"]}, {"state": "Expected once"}),
        ({"state": ["open", "open"], "x": ["1", "2"]}, {"state": "Expected once", "x": "Expected once"}),
    ],
)
def test_every_parameter_that_does_not_fit_is_named(query: dict[str, list[str]], expected: dict[str, str]) -> None:
    with pytest.raises(Problem) as caught:
        decode_query(query, Query)
    assert caught.value.type is problems.INVALID_QUERY
    assert messages(caught.value) == expected


class Numbers(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Whole numbers, alone and in lists."""

    order: Annotated[int, msgspec.Meta(ge=-9, le=9)] | None = None
    sizes: list[int] = []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"order": -3.0}', Numbers(-3)),
        (b'{"order": 0.3e1}', Numbers(3)),
        (b'{"order": null, "sizes": [1, 2.0, -0.0]}', Numbers(None, [1, 2, 0])),
    ],
)
def test_a_number_without_a_fraction_is_an_integer_as_in_json_schema(body: bytes, expected: Numbers) -> None:
    assert decode_body(body, Numbers) == expected


@pytest.mark.parametrize("body", [b'{"order": 3.5}', b'{"order": 10.0}', b'{"order": 1e300}', b'{"order": "3"}'])
def test_another_number_is_none(body: bytes) -> None:
    with pytest.raises(Problem) as caught:
        decode_body(body, Numbers)
    assert list(messages(caught.value)) == ["order"]
