"""The trash: out of every list, back for 30 days, then gone."""

from typing import Any

import pytest
import time_machine

from chalicelib.todos.model import TRASH_SECONDS
from tests.support.api import Api

NOON = "2026-11-21T12:00:00Z"
A_MONTH = 30 * 24 * 60 * 60


@pytest.fixture
def todo(ada: Api) -> dict[str, Any]:
    """A todo that is done and due, so that it stands in every index."""
    created: dict[str, Any] = ada.post(
        "/todos", {"title": "tea", "completed": True, "due_at": "2026-12-01T00:00:00Z", "tags": ["kitchen"]}
    ).json()
    return created


def in_lists(ada: Api) -> list[bool]:
    return [bool(ada.get(f"/todos?{query}").json()["items"]) for query in ("", "state=done", "sort=due&state=done")]


def row(dynamodb: Any) -> dict[str, Any]:
    (item,) = dynamodb.scan(TableName="mytodolist-test-todos")["Items"]
    found: dict[str, Any] = item
    return found


def test_a_deleted_todo_is_in_no_list_and_not_found(ada: Api, todo: dict[str, Any]) -> None:
    assert in_lists(ada) == [True, True, True]
    assert ada.delete(f"/todos/{todo['id']}").status == 204
    assert in_lists(ada) == [False, False, False]
    assert ada.get(f"/todos/{todo['id']}").status == 404
    assert ada.patch(f"/todos/{todo['id']}", {"title": "x"}).status == 404
    assert ada.delete(f"/todos/{todo['id']}").status == 404


def test_a_restored_todo_is_as_it_was_and_where_it_was(ada: Api, todo: dict[str, Any]) -> None:
    ada.delete(f"/todos/{todo['id']}")
    restored = ada.post(f"/todos/{todo['id']}/restore")
    assert restored.status == 200
    assert restored.json() == todo | {"version": 3, "updated_at": restored.json()["updated_at"]}
    assert ada.get(f"/todos/{todo['id']}").json() == restored.json()
    assert in_lists(ada) == [True, True, True]


def test_an_index_holds_only_what_belongs_into_it(ada: Api, todo: dict[str, Any], dynamodb: Any) -> None:
    # given a todo that is live, then in the trash, then live again
    indexed = {"live_id", "user_state"}
    assert indexed | {"due_key"} <= set(row(dynamodb))
    ada.delete(f"/todos/{todo['id']}")
    # then the keys of the indexes come and go with it, and so does the time it expires
    assert not indexed & set(row(dynamodb))
    assert {"expires_at", "trashed_state"} <= set(row(dynamodb))
    ada.post(f"/todos/{todo['id']}/restore")
    assert indexed | {"due_key"} <= set(row(dynamodb))
    assert not {"expires_at", "trashed_state"} & set(row(dynamodb))


def test_a_todo_without_a_date_is_not_in_the_index_of_dates(ada: Api, dynamodb: Any) -> None:
    ada.post("/todos", {"title": "tea"})
    assert not {"due_key", "due_at", "expires_at"} & set(row(dynamodb))
    index = dynamodb.scan(TableName="mytodolist-test-todos", IndexName="by_due")
    assert index["Items"] == []


@pytest.mark.parametrize(("seconds", "status"), [(A_MONTH - 1, 200), (A_MONTH, 404), (A_MONTH + 48 * 3600, 404)])
def test_the_trash_keeps_for_30_days_however_late_the_database_deletes(
    ada: Api, todo: dict[str, Any], seconds: int, status: int
) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        ada.delete(f"/todos/{todo['id']}")
        traveller.shift(seconds)
        assert ada.post(f"/todos/{todo['id']}/restore").status == status
    assert in_lists(ada) == [status == 200] * 3


def test_the_row_says_when_the_database_may_delete_it(ada: Api, todo: dict[str, Any], dynamodb: Any) -> None:
    with time_machine.travel(NOON, tick=False):
        ada.delete(f"/todos/{todo['id']}")
    assert (row(dynamodb)["expires_at"], TRASH_SECONDS) == ({"N": str(1_795_262_400 + A_MONTH)}, A_MONTH)


def test_restoring_what_is_not_in_the_trash_changes_nothing(ada: Api, todo: dict[str, Any]) -> None:
    for _ in range(2):
        restored = ada.post(f"/todos/{todo['id']}/restore")
        assert (restored.status, restored.json()) == (200, todo)


def test_restoring_twice_is_restoring_once(ada: Api, todo: dict[str, Any]) -> None:
    ada.delete(f"/todos/{todo['id']}")
    first, again = (ada.post(f"/todos/{todo['id']}/restore") for _ in range(2))
    assert (first.status, first.json()) == (again.status, again.json())


def test_the_trash_is_its_owners_own(ada: Api, bob: Api, todo: dict[str, Any]) -> None:
    ada.delete(f"/todos/{todo['id']}")
    assert bob.post(f"/todos/{todo['id']}/restore").status == 404
    assert ada.post(f"/todos/{todo['id']}/restore").status == 200
