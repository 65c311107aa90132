"""The ledger: a key stands for one request of one caller, for a day."""

import json
from typing import Any

import pytest
import time_machine

from chalicelib.store.errors import ConditionFailed, Unavailable
from chalicelib.store.idempotency import LIFETIME_SECONDS, Idempotent, KeyReused, create_once
from chalicelib.todos import writes
from chalicelib.todos.contract import NewTodo
from chalicelib.todos.model import Todo
from tests.support.seam import AnswerLost, Recorder, Scripted, dynamodb_behind, refusal

NAME = Idempotent.of("key", "create", "tea")
ABSENT = Todo.todo_id.does_not_exist()


def create(owner: str = "ada", name: Idempotent = NAME, title: str = "tea") -> tuple[Todo, bool]:
    return create_once(owner, name, writes.new_todo(owner, NewTodo(title)), ABSENT)


def stored(dynamodb: Any, table: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = dynamodb.scan(TableName=f"mytodolist-test-{table}")["Items"]
    return items


@pytest.mark.usefixtures("tables")
def test_a_key_creates_once_and_gives_the_same_item_again(dynamodb: Any) -> None:
    first, was_there = create()
    again, was_there_again = create()
    assert (was_there, was_there_again) == (False, True)
    assert first.serialize() == again.serialize()
    assert first.version == 1
    assert len(stored(dynamodb, "todos")) == len(stored(dynamodb, "idempotency")) == 1


@pytest.mark.usefixtures("tables")
def test_the_ledger_keeps_the_item_as_it_was_created(dynamodb: Any) -> None:
    # given a todo that was changed since
    first, _ = create()
    first.change([Todo.title.set("coffee")], Todo.todo_id.exists())
    # then the replay still tells what the first request was told
    again, _ = create()
    assert (again.title, again.version) == ("tea", 1)
    assert stored(dynamodb, "todos")[0]["title"]["S"] == "coffee"


@pytest.mark.usefixtures("tables")
def test_another_request_may_not_use_the_key(dynamodb: Any) -> None:
    create()
    with pytest.raises(KeyReused):
        create(name=Idempotent.of("key", "create", "coffee"), title="coffee")
    assert [item["title"]["S"] for item in stored(dynamodb, "todos")] == ["tea"]


@pytest.mark.usefixtures("tables")
def test_another_caller_may(dynamodb: Any) -> None:
    assert create("ada")[1] is create("bob")[1] is False
    assert len(stored(dynamodb, "todos")) == 2


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize(("age", "replayed"), [(LIFETIME_SECONDS - 1, True), (LIFETIME_SECONDS, False)])
def test_after_a_day_the_key_is_free_even_where_the_row_is_still_there(age: int, *, replayed: bool) -> None:
    # DynamoDB's TTL deletes late, so the row's own time decides.
    with time_machine.travel("2026-11-21T09:00:00Z", tick=False) as traveller:
        create()
        traveller.shift(age)
        assert create()[1] is replayed


@pytest.mark.usefixtures("tables")
def test_a_lost_answer_is_found_again_and_nothing_is_created_twice(dynamodb: Any) -> None:
    # given a database that writes, and whose answer never arrives
    lost = refusal("InternalServerError", status=500)
    with dynamodb_behind(lambda inner: Recorder(AnswerLost(inner, "TransactWriteItems", lost))) as database:
        # when the create is tried again
        todo, _ = create()
    # then there is one todo, and it is the one that is answered
    assert database.operations == ["TransactWriteItems"] * 2
    assert [item["todo_id"]["S"] for item in stored(dynamodb, "todos")] == [todo.todo_id]


@pytest.mark.usefixtures("tables")
def test_a_taken_id_leaves_no_row_in_the_ledger(dynamodb: Any) -> None:
    # given an item that stands where the new one would
    there, _ = create()
    same_place = writes.new_todo("ada", NewTodo("coffee"))
    same_place.todo_id = there.todo_id
    # when another request wants its place
    with pytest.raises(ConditionFailed):
        create_once("ada", Idempotent.of("other", "create"), same_place, ABSENT)
    # then its key is still free
    assert len(stored(dynamodb, "idempotency")) == 1


@pytest.mark.usefixtures("tables")
def test_an_unavailable_database_leaves_neither_row(dynamodb: Any) -> None:
    with dynamodb_behind(lambda _: Scripted(refusal("ThrottlingException"))), pytest.raises(Unavailable):
        create()
    assert stored(dynamodb, "todos") == stored(dynamodb, "idempotency") == []


@pytest.mark.usefixtures("tables")
def test_what_the_ledger_remembers_is_not_much_larger_than_the_item(dynamodb: Any) -> None:
    # given as much text as a todo may hold, of the characters that take the most room
    largest = NewTodo("\U0001f600" * 500, "\U0001f600" * 20_000)
    # when it is created by a key
    create_once("ada", NAME, writes.new_todo("ada", largest), ABSENT)
    # then the row stays as far from DynamoDB's 400 KiB an item as the todo does
    todo, row = (
        sum(len(json.dumps(value, ensure_ascii=False).encode()) for value in stored(dynamodb, table)[0].values())
        for table in ("todos", "idempotency")
    )
    assert row < todo + 2_000 < 100_000
