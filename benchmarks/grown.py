"""`python -m benchmarks.grown FILE...`: todos tables of several sizes, read by key and by index as DynamoDB reads them.

Each table and index is a B-tree of SQLite's, ordered by partition and sort key; a request touches what it asks for and
no more. What a request evaluates is counted as DynamoDB bills it. The last digit of an owner says in which file.
"""

import asyncio
import json
import sqlite3
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.items import OWNER, TODO_ID, Item, todo
from benchmarks.stub import Answer, Seen, response, serve
from infra.costs.units import read_units, size

# Index: its partition key and its sort key. The empty name is the table.
KEYS = {
    "": ("user_id", "todo_id"),
    "by_created": ("user_id", "live_id"),
    "by_state": ("user_state", "todo_id"),
}
_ANY = json.dumps(todo())
_KEY = {name: str(todo()[name]["S"]) for names in KEYS.values() for name in names}
_TABLES = """
CREATE TABLE IF NOT EXISTS stored (id INTEGER PRIMARY KEY, item TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS placed (
    name TEXT, partition TEXT, sort TEXT, id INTEGER NOT NULL, PRIMARY KEY (name, partition, sort)
) WITHOUT ROWID;
"""
_NEXT = """
SELECT item FROM placed JOIN stored USING (id)
WHERE name = ? AND partition = ? AND sort > ? ORDER BY sort LIMIT ?
"""


class Grown:
    """The table in a file."""

    def __init__(self, path: Path) -> None:
        self._file = sqlite3.connect(path, isolation_level=None)
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute("PRAGMA synchronous = OFF")
        self._file.executescript(_TABLES)

    def close(self) -> None:
        """Let the file go."""
        self._file.close()

    def fill(self, owners: Iterable[str], todos: int) -> None:
        """Store so many todos for each owner."""
        first = self._file.execute("SELECT coalesce(max(id), 0) FROM stored").fetchone()[0] + 1
        whose = [(owner, number) for owner in owners for number in range(todos)]
        self._file.execute("BEGIN")
        texts = ((place, _text(*each)) for place, each in enumerate(whose, first))
        self._file.executemany("INSERT INTO stored VALUES (?, ?)", texts)
        for name, keys in KEYS.items():
            places = ((name, *_keys(keys, *each), place) for place, each in enumerate(whose, first))
            self._file.executemany("INSERT INTO placed VALUES (?, ?, ?, ?)", places)
        self._file.execute("COMMIT")

    def read(self, name: str, partition: str, after: str, limit: int) -> list[Item]:
        """Up to `limit` items of a partition whose sort key comes after `after`."""
        return [json.loads(item) for (item,) in self._file.execute(_NEXT, (name, partition, after, limit))]

    def item(self, partition: str, sort: str) -> Item | None:
        """One item by its key."""
        found = self._file.execute(
            "SELECT item FROM placed JOIN stored USING (id) WHERE name = '' AND partition = ? AND sort = ?",
            (partition, sort),
        ).fetchone()
        return json.loads(found[0]) if found else None


def owned(owner: str, number: int) -> Item:
    """One of an owner's todos."""
    item: Item = json.loads(_text(owner, number))
    return item


def _text(owner: str, number: int) -> str:
    return _ANY.replace(OWNER, owner).replace(TODO_ID, _todo_id(number))


def _keys(names: tuple[str, str], owner: str, number: int) -> tuple[str, str]:
    partition, sort = (_KEY[name].replace(OWNER, owner).replace(TODO_ID, _todo_id(number)) for name in names)
    return partition, sort


def _todo_id(number: int) -> str:
    return f"01K9Z{number:021d}"


def answering(tables: Sequence[Grown], seen: Seen) -> Answer:
    """Answer GetItem and Query, and count what they evaluate."""

    def answer(operation: str, body: bytes) -> bytes:
        request = json.loads(body)
        if operation == "GetItem":
            owner, todo_id = (request["Key"][name]["S"] for name in KEYS[""])
            found = _of(owner, tables).item(owner, todo_id)
            items, said = ([found], {"Item": found}) if found else ([], {})
        else:
            items, said = _queried(tables, request)
        sent = response(said)
        units = read_units([size(item) for item in items], consistent=request.get("ConsistentRead", False))
        for name, more in (("items", len(items)), ("units", units), ("bytes", len(sent.partition(b"\r\n\r\n")[2]))):
            seen.billed[name] = seen.billed.get(name, 0) + more
        return sent

    return answer


def _queried(tables: Sequence[Grown], request: dict[str, Any]) -> tuple[list[Item], dict[str, Any]]:
    name = request.get("IndexName", "")
    sort = KEYS[name][1]
    (asked,) = request["ExpressionAttributeValues"].values()
    partition, start = asked["S"], request.get("ExclusiveStartKey")
    items = _of(partition, tables).read(name, partition, start[sort]["S"] if start else "", request["Limit"])
    said: dict[str, Any] = {"Items": items, "Count": len(items), "ScannedCount": len(items)}
    if len(items) == request["Limit"]:
        said["LastEvaluatedKey"] = {key: items[-1][key] for key in (*KEYS[""], *KEYS[name])}
    return items, said


def _of(partition: str, tables: Sequence[Grown]) -> Grown:
    return tables[int(partition.partition("#")[0][-1])]


if __name__ == "__main__":
    here = Seen()
    asyncio.run(serve(here, answering([Grown(Path(each)) for each in sys.argv[1:]], here)))
