"""Counts the capacity units of every request, from the items that it looks at or changes.

moto answers `ReturnConsumedCapacity` with the same for every size, so units are computed here: what a read evaluates,
and what an item was and is, are asked for beside the request.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from chalicelib.store.client import ApiCaller
from infra.costs.indexes import declared
from infra.costs.units import Item, read_units, size
from tests.support.seam import Arguments, Around, dynamodb_behind
from tests.support.tables import declared_tables

TABLES = {table["TableName"]: declared(table) for table in declared_tables("test")}
_NARROWING = ("FilterExpression", "ProjectionExpression", "Select")


@dataclass(frozen=True, slots=True)
class Spent:
    """What one request took: its units, how many items it looked at or named, and how many bytes it read."""

    operation: str
    read: float
    written: int
    items: int
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """One item that a write named, as it was and is: the same where nothing came of it."""

    table: str
    before: Item | None
    after: Item | None


class Meter(Around):
    """Passes every request on, and counts it."""

    def __init__(self, inner: ApiCaller) -> None:
        super().__init__(inner)
        self.spent: list[Spent] = []
        self.changes: list[Change] = []

    @property
    def operations(self) -> list[str]:
        return [each.operation for each in self.spent]

    @property
    def units(self) -> tuple[float, int]:
        """Read units and write units of all requests."""
        return sum(each.read for each in self.spent), sum(each.written for each in self.spent)

    def _make_api_call(self, operation_name: str, operation_kwargs: Arguments) -> dict[str, Any]:
        if operation_name in ("GetItem", "Query"):
            self.spent.append(self._read(operation_name, operation_kwargs))
            return super()._make_api_call(operation_name, operation_kwargs)
        named = list(_named(operation_name, operation_kwargs))
        before = [self._stored(table, key) for table, key in named]
        try:
            return super()._make_api_call(operation_name, operation_kwargs)
        finally:
            after = [self._stored(table, key) for table, key in named]
            self._count(operation_name, [table for table, _ in named], before, after)

    def _read(self, operation: str, request: Arguments) -> Spent:
        table = TABLES[request["TableName"]]
        # DynamoDB counts what it looks at, whatever is filtered out or left out of the answer afterwards.
        wide = {name: value for name, value in request.items() if name not in _NARROWING}
        seen = self.inner._make_api_call(operation, wide)
        found: list[Item] = seen["Items"] if operation == "Query" else [seen["Item"]] if "Item" in seen else []
        if "IndexName" in request:
            index = table.index(request["IndexName"])
            stored = [self._stored(table.name, table.key_of(item)) for item in found]
            found = [entry for item in stored if (entry := index.entry(item)) is not None]
        sizes = [size(item) for item in found]
        units = read_units(sizes, consistent=bool(request.get("ConsistentRead")))
        return Spent(operation, units, 0, len(found), sum(sizes))

    def _stored(self, table: str, key: Item) -> Item | None:
        asked = {"TableName": table, "Key": key, "ConsistentRead": True}
        found: Item | None = self.inner._make_api_call("GetItem", asked).get("Item")
        return found

    def _count(self, operation: str, tables: list[str], before: list[Item | None], after: list[Item | None]) -> None:
        changes = [Change(*each) for each in zip(tables, before, after, strict=True)]
        transactional = operation == "TransactWriteItems"
        written = sum(
            TABLES[each.table].write_units(each.before, each.after, transactional=transactional) for each in changes
        )
        self.changes += changes
        self.spent.append(Spent(operation, 0, written, len(changes)))


def _named(operation: str, request: Arguments) -> Iterator[tuple[str, Item]]:
    """The table and key of every item that a write names."""
    if operation == "TransactWriteItems":
        for part in request["TransactItems"]:
            yield from _named("", next(iter(part.values())))
    elif operation in ("", "PutItem", "UpdateItem", "DeleteItem"):
        table = TABLES[request["TableName"]]
        yield table.name, request.get("Key") or table.key_of(request["Item"])
    else:
        raise AssertionError(f"{operation} is not counted yet")


@contextmanager
def metered() -> Iterator[Meter]:
    """Count every request for a while."""
    with dynamodb_behind(Meter) as meter:
        yield meter
