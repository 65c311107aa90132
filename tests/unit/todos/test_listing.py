"""Lists: by state and by due date, page by page, each todo exactly once."""

from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.api import Api


def pages(api: Api, **query: object) -> list[list[dict[str, Any]]]:
    """Every page of a list, by following its cursors."""
    found: list[list[dict[str, Any]]] = []
    cursor: str | None = None
    while not found or cursor is not None:
        asked = query | ({} if cursor is None else {"cursor": cursor})
        answered = api.get(f"/todos?{urlencode(asked)}")
        assert answered.status == 200, answered.body
        found.append(answered.json()["items"])
        cursor = answered.json()["next"]
    return found


def titles(api: Api, **query: object) -> list[str]:
    return [todo["title"] for page in pages(api, **query) for todo in page]


@pytest.fixture
def week(ada: Api) -> Api:
    """Five todos, a minute apart: two done, three with a due date."""
    todos: list[dict[str, object]] = [
        {"title": "a", "due_at": "2026-12-03T00:00:00Z"},
        {"title": "b", "completed": True, "due_at": "2026-12-02T00:00:00Z"},
        {"title": "c"},
        {"title": "d", "due_at": "2026-12-01T00:00:00Z"},
        {"title": "e", "completed": True},
    ]
    with time_machine.travel("2026-11-21T09:00:00Z", tick=False) as traveller:
        for todo in todos:
            ada.post("/todos", todo)
            traveller.shift(60)
    return ada


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, "abcde"),
        ({"state": "all"}, "abcde"),
        ({"state": "open"}, "acd"),
        ({"state": "done"}, "be"),
        ({"sort": "created", "state": "done"}, "be"),
        ({"sort": "due"}, "da"),
        ({"sort": "due", "state": "open"}, "da"),
        ({"sort": "due", "state": "done"}, "b"),
    ],
)
@pytest.mark.parametrize("limit", [1, 2, 5, 100])
def test_every_list_holds_what_it_says_in_its_order(
    week: Api, query: dict[str, str], expected: str, limit: int
) -> None:
    assert "".join(titles(week, **query, limit=limit)) == expected


def test_pages_are_as_long_as_was_asked_and_the_last_one_ends_the_list(week: Api) -> None:
    sizes = [len(page) for page in pages(week, limit=2)]
    assert sizes[:3] == [2, 2, 1]


def test_fifty_is_a_page_unless_told_otherwise(ada: Api) -> None:
    for number in range(51):
        ada.post("/todos", {"title": str(number)})
    first = ada.get("/todos").json()
    assert (len(first["items"]), first["next"] is None) == (50, False)


def test_a_change_moves_a_todo_between_the_lists(week: Api) -> None:
    # given an open todo without a date
    todo = next(todo for page in pages(week) for todo in page if todo["title"] == "c")
    path = f"/todos/{todo['id']}"
    # when it gets one, is done, loses it, and is opened again
    week.patch(path, {"due_at": "2026-11-30T00:00:00Z"})
    assert titles(week, sort="due") == ["c", "d", "a"]
    week.patch(path, {"completed": True})
    assert (titles(week, sort="due"), titles(week, sort="due", state="done")) == (["d", "a"], ["c", "b"])
    week.patch(path, {"due_at": None})
    assert (titles(week, sort="due", state="done"), titles(week, state="done")) == (["b"], ["b", "c", "e"])
    week.patch(path, {"completed": False})
    # then each list has it in its place
    assert (titles(week, state="open"), titles(week, state="done")) == (["a", "c", "d"], ["b", "e"])


def test_a_day_sorts_after_all_its_moments_in_utc(ada: Api) -> None:
    ada.post("/todos", {"title": "next day", "due_at": "2026-12-02T00:00:00Z"})
    ada.post("/todos", {"title": "day", "due_on": "2026-12-01"})
    ada.post("/todos", {"title": "evening", "due_at": "2026-12-01T23:00:00Z"})
    assert titles(ada, sort="due", limit=1) == ["evening", "day", "next day"]


def test_todos_due_at_the_same_moment_are_all_there(ada: Api) -> None:
    for title in "xyz":
        ada.post("/todos", {"title": title, "due_at": "2026-12-01T00:00:00Z"})
    assert sorted(titles(ada, sort="due", limit=1)) == ["x", "y", "z"]


def test_a_list_goes_on_where_it_was_when_its_last_todo_is_deleted_meanwhile(week: Api) -> None:
    first = week.get("/todos?limit=2").json()
    week.delete(f"/todos/{first['items'][-1]['id']}")
    rest = week.get(f"/todos?limit=100&cursor={first['next']}").json()
    assert [todo["title"] for todo in rest["items"]] == ["c", "d", "e"]


def test_nobody_sees_anyone_elses(week: Api, bob: Api) -> None:
    bob.post("/todos", {"title": "mine"})
    for query in ({}, {"state": "open"}, {"sort": "due"}):
        assert titles(bob, **query) == (["mine"] if query != {"sort": "due"} else [])
    assert "mine" not in titles(week)


@pytest.mark.parametrize(
    "other",
    ["state=all", "state=open", "state=done", "sort=due", "sort=due&state=open"],
)
def test_a_cursor_belongs_to_its_query(week: Api, other: str) -> None:
    cursor = week.get("/todos?limit=1").json()["next"]
    refused = week.get(f"/todos?{other}&cursor={cursor}")
    assert (refused.status, refused.json()["type"]) == (400, "urn:problem-type:invalid-cursor")


def test_a_cursor_belongs_to_its_caller(week: Api, bob: Api) -> None:
    cursor = week.get("/todos?limit=1").json()["next"]
    assert week.get(f"/todos?limit=1&cursor={cursor}").status == 200
    refused = bob.get(f"/todos?limit=1&cursor={cursor}")
    assert (refused.status, refused.json()["type"]) == (400, "urn:problem-type:invalid-cursor")


def test_a_cursor_lives_for_a_day(week: Api) -> None:
    with time_machine.travel("2026-11-22T09:00:00Z") as traveller:
        cursor = week.get("/todos?limit=1").json()["next"]
        traveller.shift(24 * 60 * 60 + 2)
        assert week.get(f"/todos?cursor={cursor}").status == 400


def test_the_page_may_be_of_another_length_each_time(week: Api) -> None:
    cursor = week.get("/todos?limit=1").json()["next"]
    assert [todo["title"] for todo in week.get(f"/todos?limit=3&cursor={cursor}").json()["items"]] == ["b", "c", "d"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=-1", "limit"),
        ("limit=1.5", "limit"),
        ("limit=", "limit"),
        ("limit=1&limit=2", "limit"),
        ("state=trash", "state"),
        ("state=", "state"),
        ("sort=title", "sort"),
        ("sort=due&state=all", "state"),
        ("cursor=", "cursor"),
        ("cursor=" + "a" * 2049, "cursor"),
        ("user_id=bob", "user_id"),
        ("Limit=1", "Limit"),
        ("filter%00=1", "filter\x00"),
    ],
)
def test_a_query_that_does_not_fit_names_its_parameter(ada: Api, query: str, field: str) -> None:
    refused = ada.get(f"/todos?{query}")
    assert (refused.status, refused.json()["type"]) == (400, "urn:problem-type:invalid-query")
    assert [error["field"] for error in refused.json()["errors"]] == [field]


@settings(max_examples=15)
@given(
    todos=st.lists(st.tuples(st.booleans(), st.none() | st.integers(1, 28)), max_size=9),
    limit=st.integers(1, 4),
)
def test_whatever_is_there_every_list_is_what_a_filter_and_a_sort_would_give(
    ada: Api, todos: list[tuple[bool, int | None]], limit: int
) -> None:
    # given some more todos than before
    for number, (completed, day) in enumerate(todos):
        due_at = None if day is None else f"2026-12-{day:02}T00:00:00Z"
        ada.post("/todos", {"title": str(number), "completed": completed, "due_at": due_at})
    everything = [todo for page in pages(ada, limit=100) for todo in page]
    # then each list is the same as sorting out all of them by hand
    assert [todo["id"] for todo in everything] == sorted(todo["id"] for todo in everything)
    for state, done in (("open", False), ("done", True)):
        expected = [todo for todo in everything if todo["completed"] is done]
        assert [todo for page in pages(ada, state=state, limit=limit) for todo in page] == expected
        dated = sorted((t for t in expected if t["due_at"]), key=lambda todo: (todo["due_at"], todo["id"]))
        assert [todo for page in pages(ada, state=state, sort="due", limit=limit) for todo in page] == dated
    for todo in everything:
        ada.delete(f"/todos/{todo['id']}")
