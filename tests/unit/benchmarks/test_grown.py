"""The table that grows answers as DynamoDB does: by key and by index, in pages, and billed by what it evaluates."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.grown import Grown, answering, owned
from benchmarks.stub import Answer, Seen

INES, TOVE = "person-0", "person-1"


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Grown]:
    held = Grown(tmp_path / "table")
    held.fill([INES, TOVE], 5)
    yield held
    held.close()


def said(answer: Answer, operation: str, request: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(answer(operation, json.dumps(request).encode()).partition(b"\r\n\r\n")[2])
    return told


def query(index: str, partition: str, **more: Any) -> dict[str, Any]:
    return {"IndexName": index, "ExpressionAttributeValues": {":0": {"S": partition}}, "Limit": 2, **more}


def test_an_item_is_found_by_its_key_and_no_other(table: Grown) -> None:
    answer, wanted = answering([table, table], Seen()), owned(INES, 3)
    key = {"user_id": wanted["user_id"], "todo_id": wanted["todo_id"]}
    assert said(answer, "GetItem", {"Key": key}) == {"Item": wanted}
    assert said(answer, "GetItem", {"Key": {**key, "todo_id": {"S": "none"}}}) == {}


@pytest.mark.parametrize(("index", "partition"), [("by_created", TOVE), ("by_state", f"{TOVE}#open")])
def test_pages_follow_each_other_to_the_end(table: Grown, index: str, partition: str) -> None:
    answer, found, start = answering([table, table], Seen()), [], None
    for _ in range(3):
        page = said(answer, "Query", query(index, partition, **({"ExclusiveStartKey": start} if start else {})))
        found += page["Items"]
        start = page.get("LastEvaluatedKey")
    assert found == [owned(TOVE, number) for number in range(5)]
    assert start is None


def test_what_is_evaluated_is_billed(table: Grown) -> None:
    seen = Seen()
    answer = answering([table, table], seen)
    said(answer, "Query", query("by_created", INES, ConsistentRead=True))
    assert (seen.billed["items"], seen.billed["units"]) == (2, 1.0)
    said(answer, "Query", query("by_state", f"{INES}#open"))
    assert (seen.billed["items"], seen.billed["units"]) == (4, 1.5)


def test_the_last_digit_of_an_owner_names_the_file(table: Grown, tmp_path: Path) -> None:
    other = Grown(tmp_path / "other")
    answer = answering([table, other], Seen())
    assert said(answer, "Query", query("by_created", INES))["Count"] == 2
    assert said(answer, "Query", query("by_created", TOVE))["Count"] == 0
    other.close()
