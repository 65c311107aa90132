"""A benchmark that cannot compare says so in a sentence, and compares nothing."""

import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from benchmarks.__main__ import main
from benchmarks.agreement import puts, same_answers, same_items, untraced
from benchmarks.contestants import BenchError, answered
from benchmarks.scenarios import KEYED, POST, REREAD

ANSWERS = """
import json, sys
for line in sys.stdin:
    again = "If-None-Match" in json.loads(line)["event"]["headers"]
    body = "" if again else json.dumps({"id": str(id(line)), "title": sys.argv[1]})
    status = 304 if again else int(sys.argv[2])
    print(json.dumps({"status": status, "headers": {"ETag": sys.argv[1]}, "body": body}), flush=True)
"""


def contestant(title: str, status: int = 200) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", ANSWERS, title, str(status)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def compare(scenario: Any, ours: "subprocess.Popen[str]", peer: "subprocess.Popen[str]") -> None:
    with ours, peer:
        try:
            same_answers(scenario, {"ours": ours, "stock": peer})
        finally:
            for process in (ours, peer):
                process.terminate()


def test_peers_that_answer_alike_are_compared_whatever_id_they_make_up() -> None:
    compare(POST, contestant("milk", 201), contestant("milk", 201))


def test_an_unchanged_post_is_asked_for_with_each_ones_own_tag() -> None:
    compare(REREAD, contestant("milk"), contestant("bread"))


def test_a_peer_that_answers_something_else_ends_it() -> None:
    with pytest.raises(BenchError, match=r"warm POST of a todo: stock answers 201 .*bread"):
        compare(POST, contestant("milk", 201), contestant("bread", 201))


def test_a_peer_that_answers_with_another_status_ends_it() -> None:
    with pytest.raises(BenchError, match="warm POST of a todo: stock answers 200"):
        compare(POST, contestant("milk", 201), contestant("milk", 200))


def put(**changed: Any) -> dict[str, Any]:
    item = {"todo_id": {"S": "01A"}, "due_key": {"S": "2026#01A"}, "created_at": {"S": "now"}, "title": {"S": "milk"}}
    return {"TableName": "todos", "Item": {**item, **changed}, "ConditionExpression": "attribute_not_exists(todo_id)"}


def row(key: str) -> dict[str, Any]:
    item = {"caller_key": {"S": key}, "expires_at": {"N": "1762000000"}}
    return {"TableName": "idempotency", "Item": item, "ConditionExpression": "attribute_not_exists(caller_key)"}


def transaction(*parts: Mapping[str, Any]) -> dict[str, Any]:
    return {"TransactItems": [{"Put": part} for part in parts]}


def test_items_that_differ_in_ids_and_times_are_the_same() -> None:
    other = put(todo_id={"S": "01B"}, due_key={"S": "2026#01B"}, created_at={"S": "new"})
    same_items(POST, {"ours": puts(put()), "stock": puts(other)})


def test_the_parts_of_a_transaction_may_come_in_either_order() -> None:
    ours, stock = transaction(row("a"), put()), transaction(put(), row("a"))
    same_items(KEYED, {"ours": puts(ours), "stock": puts(stock)})


@pytest.mark.parametrize(
    "other",
    [
        put(title={"S": "bread"}),
        put(order={"N": "3"}),
        put(todo_id={"S": "1"}),
        {"TableName": "todos", "Item": put()["Item"]},
    ],
    ids=["a value", "an attribute more", "a shorter id", "no condition"],
)
def test_a_peer_that_writes_something_else_ends_it(other: Mapping[str, Any]) -> None:
    with pytest.raises(BenchError, match="warm POST of a todo: stock puts"):
        same_items(POST, {"ours": puts(put()), "stock": puts(other)})


@pytest.mark.parametrize("other", [transaction(put()), transaction(put(), row("b"))], ids=["no row", "another key"])
def test_a_peer_that_remembers_something_else_ends_it(other: Mapping[str, Any]) -> None:
    with pytest.raises(BenchError, match="warm POST with a key: stock puts"):
        same_items(KEYED, {"ours": puts(transaction(row("a"), put())), "stock": puts(other)})


def test_who_tells_of_the_request_and_of_its_one_call_is_traced() -> None:
    whole = {"id": "1", "trace_id": "1-2", "start_time": 1.0, "end_time": 2.0}
    request = {**whole, "name": "get_todo", "namespace": "local"}
    get = {**whole, "name": "dynamodb", "namespace": "aws", "aws": {"operation": "GetItem"}}
    sent: dict[str, list[Mapping[str, Any]]] = {
        "flat": [request, get],
        "nested": [{**request, "subsegments": [get]}],
        "none": [],
        "no request": [get],
        "no call": [request],
        "open": [request, {**get, "end_time": None, "in_progress": True}],
        "other": [request, {**get, "aws": {"operation": "Query"}}],
        "twice": [request, get, {**get, "id": "2"}],
    }
    assert untraced("GetItem", sent) == ["none", "no request", "no call", "open", "other", "twice"]


def test_a_contestant_that_ends_is_a_sentence() -> None:
    with (
        subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE, text=True) as ended,
        pytest.raises(BenchError, match="ended before it answered"),
    ):
        answered(ended)


def test_an_unknown_word_is_told_the_known_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fast"]) == 2
    assert capsys.readouterr().err == "Say python -m benchmarks [quick]\n"
