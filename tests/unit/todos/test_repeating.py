"""Idempotency-Key: a repeated request has its effect once, and its answer again."""

from typing import Any

import pytest
import time_machine

from tests.support.api import Api

REUSED = "urn:problem-type:idempotency-key-reused"


@pytest.fixture
def todo_id(ada: Api) -> str:
    todo_id: str = ada.post("/todos", {"title": "tea"}).json()["id"]
    return todo_id


def count(ada: Api) -> int:
    return len(ada.get("/todos").json()["items"])


def test_a_repeated_create_gives_the_same_todo(ada: Api) -> None:
    first = ada.post("/todos", {"title": "tea"}, idempotency_key="k")
    again = ada.post("/todos", {"title": "tea"}, idempotency_key="k")
    assert (first.status, first.body) == (again.status, again.body)
    assert first.headers["ETag"] == again.headers["ETag"] == '"1"'
    assert first.headers["Location"] == again.headers["Location"]
    assert ("Idempotency-Replayed" in first.headers, again.headers["Idempotency-Replayed"]) == (False, "true")
    assert count(ada) == 1


def test_a_repeated_create_gives_the_todo_as_it_was_whatever_became_of_it(ada: Api) -> None:
    first = ada.post("/todos", {"title": "tea"}, idempotency_key="k")
    ada.patch(f"/todos/{first.json()['id']}", {"title": "coffee"})
    ada.delete(f"/todos/{first.json()['id']}")
    assert ada.post("/todos", {"title": "tea"}, idempotency_key="k").body == first.body
    assert count(ada) == 0


def test_the_same_request_in_other_words_is_the_same_request(ada: Api) -> None:
    ada.post("/todos", '{"title": "t\\u0065a", "notes": ""}', idempotency_key="k")
    again = ada.post("/todos", '{"title":"tea"}', idempotency_key="k")
    assert again.headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("other", [{"title": "coffee"}, {"title": "tea", "notes": "green"}, {"title": "tea "}])
def test_the_key_of_a_create_is_taken_for_anything_else(ada: Api, other: dict[str, Any]) -> None:
    ada.post("/todos", {"title": "tea"}, idempotency_key="k")
    refused = ada.post("/todos", other, idempotency_key="k")
    assert (refused.status, refused.json()["type"]) == (422, REUSED)
    assert count(ada) == 1


def test_the_key_of_a_create_is_free_after_a_day(ada: Api) -> None:
    with time_machine.travel("2026-11-21T09:00:00Z") as traveller:
        ada.post("/todos", {"title": "tea"}, idempotency_key="k")
        traveller.shift(24 * 60 * 60 + 1)
        assert ada.post("/todos", {"title": "coffee"}, idempotency_key="k").status == 201
    assert count(ada) == 2


def test_a_key_is_its_callers_own(ada: Api, bob: Api) -> None:
    for caller in (ada, bob):
        assert "Idempotency-Replayed" not in caller.post("/todos", {"title": "tea"}, idempotency_key="k").headers
        assert count(caller) == 1


def test_a_body_that_does_not_fit_does_not_use_up_its_key(ada: Api) -> None:
    assert ada.post("/todos", {"title": ""}, idempotency_key="k").status == 400
    assert ada.post("/todos", {"title": "tea"}, idempotency_key="k").status == 201


def test_a_repeated_change_happens_once(ada: Api, todo_id: str) -> None:
    first = ada.patch(f"/todos/{todo_id}", {"title": "green"}, idempotency_key="k")
    again = ada.patch(f"/todos/{todo_id}", {"title": "green"}, idempotency_key="k")
    assert (first.json()["version"], again.json()["version"]) == (2, 2)
    assert again.body == first.body


def test_a_repeated_change_happens_once_with_if_match_too(ada: Api, todo_id: str) -> None:
    # Without the key the second would be stale by the first's own doing.
    for _ in range(2):
        changed = ada.patch(f"/todos/{todo_id}", {"title": "green"}, if_match='"1"', idempotency_key="k")
        assert (changed.status, changed.json()["version"]) == (200, 2)
    assert ada.patch(f"/todos/{todo_id}", {"title": "green"}, if_match='"1"').status == 412


def test_a_repeated_change_does_not_undo_what_came_after(ada: Api, todo_id: str) -> None:
    ada.patch(f"/todos/{todo_id}", {"title": "green"}, idempotency_key="k")
    ada.patch(f"/todos/{todo_id}", {"title": "black"})
    again = ada.patch(f"/todos/{todo_id}", {"title": "green"}, idempotency_key="k")
    assert (again.status, again.json()["title"], again.json()["version"]) == (200, "black", 3)


def test_only_the_last_named_write_is_remembered_so_older_ones_need_if_match(ada: Api, todo_id: str) -> None:
    ada.patch(f"/todos/{todo_id}", {"title": "green"}, if_match='"1"', idempotency_key="k1")
    ada.patch(f"/todos/{todo_id}", {"title": "black"}, if_match='"2"', idempotency_key="k2")
    again = ada.patch(f"/todos/{todo_id}", {"title": "green"}, if_match='"1"', idempotency_key="k1")
    assert (again.status, again.json()["current"]["title"]) == (412, "black")


def test_the_key_of_a_change_is_taken_for_anything_else(ada: Api, todo_id: str) -> None:
    ada.patch(f"/todos/{todo_id}", {"title": "green"}, idempotency_key="k")
    for refused in (
        ada.patch(f"/todos/{todo_id}", {"title": "black"}, idempotency_key="k"),
        ada.delete(f"/todos/{todo_id}", idempotency_key="k"),
    ):
        assert (refused.status, refused.json()["type"]) == (422, REUSED)
    assert ada.get(f"/todos/{todo_id}").json()["title"] == "green"


def test_a_repeated_delete_is_a_success_again(ada: Api, todo_id: str) -> None:
    assert ada.delete(f"/todos/{todo_id}", idempotency_key="k").status == 204
    assert ada.delete(f"/todos/{todo_id}", idempotency_key="k").status == 204
    assert ada.delete(f"/todos/{todo_id}").status == 404
    assert ada.delete(f"/todos/{todo_id}", idempotency_key="other").status == 404


def test_a_repeated_delete_does_not_trash_what_was_restored(ada: Api, todo_id: str) -> None:
    ada.delete(f"/todos/{todo_id}", idempotency_key="k")
    ada.post(f"/todos/{todo_id}/restore")
    assert ada.delete(f"/todos/{todo_id}", idempotency_key="k").status == 204
    assert ada.get(f"/todos/{todo_id}").status == 200


def test_another_caller_with_the_same_key_finds_nothing(ada: Api, bob: Api, todo_id: str) -> None:
    ada.patch(f"/todos/{todo_id}", {"title": "green"}, idempotency_key="k")
    assert bob.patch(f"/todos/{todo_id}", {"title": "green"}, idempotency_key="k").status == 404


@pytest.mark.parametrize("key", ["", "a b", "k" * 256, "caf\u00e9"])
def test_what_is_no_key_is_refused(ada: Api, todo_id: str, key: str) -> None:
    for refused in (
        ada.post("/todos", {"title": "tea"}, idempotency_key=key),
        ada.patch(f"/todos/{todo_id}", {}, idempotency_key=key),
        ada.delete(f"/todos/{todo_id}", idempotency_key=key),
    ):
        assert (refused.status, refused.json()["type"]) == (400, "urn:problem-type:invalid-header")
