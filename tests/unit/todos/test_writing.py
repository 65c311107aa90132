"""Creating and changing todos: what is stored is what was sent, trimmed."""

from typing import Any

import pytest
import time_machine

from tests.support.api import Api
from tests.support.seam import Recorder, Retried, dynamodb_behind

EVERYTHING = {
    "title": "  Water the tomatoes ",
    "notes": "Twice\n\ton hot days ",
    "completed": True,
    "order": -7,
    "due_on": None,
    "due_at": "2026-12-01T10:00:00+02:00",
    "tags": [" garden ", "garden", "home"],
}


def test_a_new_todo_comes_back_as_it_was_sent_trimmed(ada: Api) -> None:
    with time_machine.travel("2026-11-21T09:14:03.120Z", tick=False):
        created = ada.post("/todos", EVERYTHING)
    todo = created.json()
    assert created.status == 201
    assert {name: todo[name] for name in EVERYTHING} == EVERYTHING | {
        "title": "Water the tomatoes",
        "due_at": "2026-12-01T08:00:00.000Z",
        "tags": ["garden", "home"],
    }
    assert todo["created_at"] == todo["updated_at"] == "2026-11-21T09:14:03.120Z"
    assert (todo["version"], todo["attachments"]) == (1, [])
    assert ada.get(f"/todos/{todo['id']}").json() == todo


def test_a_title_is_enough(ada: Api) -> None:
    todo = ada.post("/todos", {"title": "a"}).json()
    assert {name: todo[name] for name in ("notes", "completed", "order", "due_on", "due_at", "tags")} == {
        "notes": "",
        "completed": False,
        "order": None,
        "due_on": None,
        "due_at": None,
        "tags": [],
    }


def test_a_new_todo_says_where_it_is_and_at_which_version(ada: Api) -> None:
    created = ada.post("/todos", {"title": "a"})
    url = created.json()["url"]
    assert url == f"https://api.example.test/todos/{created.json()['id']}"
    assert (created.headers["Location"], created.headers["ETag"]) == (url, '"1"')


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"title": " b "}, {"title": "b"}),
        ({"notes": ""}, {"notes": ""}),
        ({"completed": False}, {"completed": False}),
        ({"order": None}, {"order": None}),
        ({"order": 2**31 - 1}, {"order": 2**31 - 1}),
        ({"due_at": None}, {"due_at": None}),
        ({"due_on": None}, {"due_at": None}),
        ({"due_on": "2027-01-01"}, {"due_on": "2027-01-01", "due_at": None}),
        ({"due_on": "2027-01-01", "due_at": None}, {"due_on": "2027-01-01", "due_at": None}),
        ({"due_at": "2027-01-01T00:00:00Z"}, {"due_at": "2027-01-01T00:00:00.000Z"}),
        ({"tags": []}, {"tags": []}),
        ({"tags": ["x", " x"]}, {"tags": ["x"]}),
        ({}, {}),
    ],
)
def test_a_change_touches_what_it_names_and_nothing_else(
    ada: Api, changes: dict[str, Any], expected: dict[str, Any]
) -> None:
    # given a todo with everything set
    before = ada.post("/todos", EVERYTHING).json()
    # when some of it changes a second later
    with time_machine.travel("2126-01-01T00:00:00Z", tick=False):
        changed = ada.patch(f"/todos/{before['id']}", changes)
    # then the rest stays, and the version and the time of the change go on
    after = before | expected | {"version": 2, "updated_at": "2126-01-01T00:00:00.000Z"}
    assert (changed.status, changed.json(), changed.headers["ETag"]) == (200, after, '"2"')
    assert ada.get(f"/todos/{before['id']}").json() == after


def test_a_due_date_beyond_the_years_of_utc_is_refused_everywhere(ada: Api) -> None:
    todo_id = ada.post("/todos", {"title": "a"}).json()["id"]
    late = {"due_at": "9999-12-31T23:59:59-01:00"}
    for answered in (ada.post("/todos", {"title": "a"} | late), ada.patch(f"/todos/{todo_id}", late)):
        assert answered.status == 400
        assert [error["field"] for error in answered.json()["errors"]] == ["due_at"]


@pytest.mark.parametrize("day", ["0001-01-01", "2028-02-29", "9999-12-31"])
def test_a_day_is_kept_as_that_day(ada: Api, day: str) -> None:
    # given a todo that is due at a moment
    todo = ada.post("/todos", {"title": "a", "due_at": "2026-12-01T10:00:00Z"}).json()
    # when it becomes due on a day instead
    changed = ada.patch(f"/todos/{todo['id']}", {"due_on": day}).json()
    # then that day is all there is, and a moment takes it away again
    assert (changed["due_on"], changed["due_at"]) == (day, None)
    assert ada.post("/todos", {"title": "b", "due_on": day, "due_at": None}).json()["due_on"] == day
    back = ada.patch(f"/todos/{todo['id']}", {"due_on": None, "due_at": "2026-12-01T10:00:00Z"}).json()
    assert (back["due_on"], back["due_at"]) == (None, "2026-12-01T10:00:00.000Z")


@pytest.mark.parametrize("null", ["due_on", "due_at"])
def test_null_in_either_field_removes_the_due_date(ada: Api, null: str) -> None:
    # given a todo that is due on a day
    todo = ada.post("/todos", {"title": "a", "due_on": "2026-12-01"}).json()
    assert [each["id"] for each in ada.get("/todos?sort=due").json()["items"]] == [todo["id"]]
    # when a change says that it is due on no day, or at no moment
    changed = ada.patch(f"/todos/{todo['id']}", {null: None}).json()
    # then it has no due date, and is in no list by due date
    assert (changed["due_on"], changed["due_at"]) == (None, None)
    assert ada.get("/todos?sort=due").json()["items"] == []


@pytest.mark.parametrize(
    "day", ["2026-02-29", "2026-13-01", "0000-01-01", "10000-01-01", "2026-1-1", "20260101", "", 5]
)
def test_what_is_no_day_is_refused_everywhere(ada: Api, day: object) -> None:
    todo_id = ada.post("/todos", {"title": "a"}).json()["id"]
    wrong = {"due_on": day}
    for answered in (ada.post("/todos", {"title": "a"} | wrong), ada.patch(f"/todos/{todo_id}", wrong)):
        assert answered.status == 400
        assert [error["field"] for error in answered.json()["errors"]] == ["due_on"]


def test_a_day_and_a_moment_together_are_refused_everywhere(ada: Api) -> None:
    todo_id = ada.post("/todos", {"title": "a"}).json()["id"]
    both = {"due_on": "2026-12-01", "due_at": "2026-12-01T10:00:00Z"}
    for answered in (ada.post("/todos", {"title": "a"} | both), ada.patch(f"/todos/{todo_id}", both)):
        assert (answered.status, answered.json()["errors"]) == (
            400,
            [{"field": "due_on", "message": "Expected a day in due_on or a moment in due_at, not both"}],
        )


def test_a_create_whose_answer_is_lost_is_not_done_twice(ada: Api) -> None:
    # given a database that stores the todo, loses the answer, and is asked again by the client's own retry
    with dynamodb_behind(lambda inner: Recorder(Retried(inner))) as database:
        created = ada.post("/todos", {"title": "once"})
    # then the caller gets the todo that is stored
    assert (created.status, created.headers["ETag"]) == (201, '"1"')
    assert database.operations == ["PutItem"]
    assert [todo["id"] for todo in ada.get("/todos").json()["items"]] == [created.json()["id"]]


@pytest.mark.parametrize("todo_id", ["0" * 26, "not-an-id", "..", "%2e%2e", "01KANC8Z6Q5XW3T2V9R4M7B1YE"])
def test_what_is_not_there_is_not_found_by_any_route(ada: Api, todo_id: str) -> None:
    photo = {"key": f"users/{ada.sub}/{'0' * 26}", "name": "a", "content_type": "image/png", "size": 1}
    answers = [
        ada.get(f"/todos/{todo_id}"),
        ada.patch(f"/todos/{todo_id}", {"title": "a"}),
        ada.delete(f"/todos/{todo_id}"),
        ada.post(f"/todos/{todo_id}/restore"),
        ada.post(f"/todos/{todo_id}/attachments", photo),
        ada.delete(f"/todos/{todo_id}/attachments/{'0' * 26}"),
    ]
    assert {(answer.status, answer.json()["type"]) for answer in answers} == {(404, "urn:problem-type:not-found")}


def test_a_write_to_what_is_not_there_leaves_nothing_behind(ada: Api, dynamodb: Any) -> None:
    test_what_is_not_there_is_not_found_by_any_route(ada, "0" * 26)
    for table in ("todos", "media"):
        assert dynamodb.scan(TableName=f"mytodolist-test-{table}")["Count"] == 0
