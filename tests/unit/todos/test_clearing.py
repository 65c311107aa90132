"""Clearing moves todos to the trash a page at a time, and leaves alone what changed meanwhile."""

from collections.abc import Callable

import pytest

from chalicelib.todos.model import State
from chalicelib.todos.service import CLEAR_BATCHES, clear
from tests.support.api import Api
from tests.support.seam import AnswerLost, Meanwhile, Recorder, dynamodb_behind, refusal


def make(api: Api, count: int, *, completed: bool = True) -> list[str]:
    return [
        str(api.post("/todos", {"title": str(number), "completed": completed}).json()["id"]) for number in range(count)
    ]


def left(api: Api) -> list[str]:
    return [todo["id"] for todo in api.get("/todos?limit=100").json()["items"]]


def test_done_ones_go_and_open_ones_stay(ada: Api) -> None:
    open_ones = make(ada, 2, completed=False)
    make(ada, 3)
    cleared = ada.delete("/todos?state=done")
    assert (cleared.status, cleared.json()) == (200, {"cleared": 3, "more": False})
    assert left(ada) == open_ones


def test_all_means_all_of_ones_own(ada: Api, bob: Api) -> None:
    make(ada, 2, completed=False)
    make(ada, 1)
    bobs = make(bob, 1)
    assert ada.delete("/todos?state=all").json() == {"cleared": 3, "more": False}
    assert (left(ada), left(bob)) == ([], bobs)


def test_nothing_to_clear_is_fine(ada: Api) -> None:
    assert ada.delete("/todos?state=all").json() == {"cleared": 0, "more": False}


def test_what_is_cleared_can_be_restored(ada: Api) -> None:
    (todo_id,) = make(ada, 1)
    ada.delete("/todos?state=done")
    restored = ada.post(f"/todos/{todo_id}/restore")
    assert (restored.status, restored.json()["completed"], restored.json()["version"]) == (200, True, 3)


@pytest.mark.parametrize(("query", "field"), [("", "state"), ("?state=open", "state"), ("?state=done&x=1", "x")])
def test_what_to_clear_must_be_said(ada: Api, query: str, field: str) -> None:
    refused = ada.delete(f"/todos{query}")
    assert (refused.status, [error["field"] for error in refused.json()["errors"]]) == (400, [field])


def test_a_hundred_go_in_one_transaction_and_more_in_the_next(ada: Api) -> None:
    make(ada, 103)
    with dynamodb_behind(Recorder) as database:
        assert ada.delete("/todos?state=done").json() == {"cleared": 103, "more": False}
    assert database.operations == ["Query", "TransactWriteItems"] * 2
    assert left(ada) == []


@pytest.mark.parametrize(
    ("meanwhile", "count", "stays"),
    [
        (lambda ada, todo_id: ada.patch(f"/todos/{todo_id}", {"completed": False}), 2, True),
        (lambda ada, todo_id: ada.patch(f"/todos/{todo_id}", {"title": "still done"}), 3, False),
        (lambda ada, todo_id: ada.delete(f"/todos/{todo_id}"), 2, False),
    ],
    ids=["opened again", "only renamed", "deleted"],
)
def test_a_todo_that_is_no_longer_done_is_no_longer_cleared(
    ada: Api, meanwhile: Callable[[Api, str], object], count: int, *, stays: bool
) -> None:
    # given three done todos, one of which changes after the list was read and before anything is written
    todo_ids = make(ada, 3)
    with dynamodb_behind(lambda inner: Meanwhile(inner, "TransactWriteItems", lambda: meanwhile(ada, todo_ids[1]))):
        # when they are cleared
        cleared = ada.delete("/todos?state=done").json()
    # then the others go and are counted, and that one is what its own change made of it
    assert cleared == {"cleared": count, "more": False}
    assert left(ada) == ([todo_ids[1]] if stays else [])


def test_what_all_others_changed_meanwhile_is_theirs(ada: Api) -> None:
    todo_ids = make(ada, 2)

    def open_all() -> None:
        for todo_id in todo_ids:
            ada.patch(f"/todos/{todo_id}", {"completed": False})

    with dynamodb_behind(lambda inner: Meanwhile(inner, "TransactWriteItems", open_all)):
        assert ada.delete("/todos?state=done").json() == {"cleared": 0, "more": False}
    assert left(ada) == todo_ids


def test_a_clear_is_done_even_where_the_answer_of_its_write_is_lost(ada: Api) -> None:
    make(ada, 2)
    lost = refusal("InternalServerError", status=500)
    with dynamodb_behind(lambda inner: AnswerLost(inner, "TransactWriteItems", lost)):
        assert ada.delete("/todos?state=done").status == 200
    assert left(ada) == []


def test_time_is_up_after_so_many_pages() -> None:
    # given a person with more todos than one request may clear
    endless = _Endless()
    with dynamodb_behind(lambda _: endless):
        cleared = clear("ada", State.DONE)
    # then what was done is counted, and the caller knows to ask again
    assert (cleared.count, cleared.more) == (CLEAR_BATCHES, True)
    assert endless.transactions == CLEAR_BATCHES


class _Endless:
    """A database in which there is always one more todo."""

    meta = None
    _request_signer = None

    def __init__(self) -> None:
        self.transactions = 0

    def _make_api_call(self, operation_name: str, _: object) -> dict[str, object]:
        if operation_name != "Query":
            self.transactions += 1
            return {}
        item = {"user_id": {"S": "ada"}, "todo_id": {"S": "0" * 26}, "title": {"S": "a"}}
        dates = {"created_at": {"S": "2026"}, "updated_at": {"S": "2026"}, "version": {"N": "1"}}
        return {"Items": [item | dates], "Count": 1, "ScannedCount": 1, "LastEvaluatedKey": {"user_id": {"S": "ada"}}}
