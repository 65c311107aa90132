"""What a secondary index holds of an item, and what a write to the table costs in it.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations.Writes
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html#LSI.ThroughputConsiderations
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.costs.units import Item, size, write_units


@dataclass(frozen=True, slots=True)
class Index:
    """The attributes of its key, the table's key, and what it holds beside both; None: everything."""

    name: str
    key: frozenset[str]
    table_key: frozenset[str]
    projected: frozenset[str] | None = None
    is_local: bool = False

    def entry(self, item: Item | None) -> Item | None:
        """What the index holds of an item, None where it lacks an attribute of the index's key."""
        if item is None or not self.key <= item.keys():
            return None
        if self.projected is None:
            return item
        held = self.key | self.table_key | self.projected
        return {name: value for name, value in item.items() if name in held}

    def write_units(self, before: Item | None, after: Item | None, *, transactional: bool = False) -> int:
        """The write units of an item's change in this index.

        A global index is written after the transaction, so at the single price. AWS does not say so of a local one,
        which is kept with the table: the double price is taken.
        """
        old, new = self.entry(before), self.entry(after)
        double = transactional and self.is_local
        if old == new:
            return 0
        if old is not None and new is not None:
            if self._place(old) == self._place(new):
                return write_units(size(old), size(new), transactional=double)
            return sum(write_units(size(each), transactional=double) for each in (old, new))
        entry = old or new or {}
        return write_units(size(entry), transactional=double)

    def _place(self, entry: Item) -> Mapping[str, Any]:
        return {name: entry[name] for name in self.key | self.table_key}


@dataclass(frozen=True, slots=True)
class Table:
    """A table's key and its indexes."""

    name: str
    key: frozenset[str]
    indexes: tuple[Index, ...] = ()

    def key_of(self, item: Item) -> Item:
        """The key of an item."""
        return {name: item[name] for name in sorted(self.key)}

    def index(self, name: str) -> Index:
        """The index of this name."""
        return next(each for each in self.indexes if each.name == name)

    def write_units(self, before: Item | None, after: Item | None, *, transactional: bool = False) -> int:
        """The write units of an item's change, in the table and in its indexes."""
        own = write_units(size(before or {}), size(after or {}), transactional=transactional)
        return own + sum(each.write_units(before, after, transactional=transactional) for each in self.indexes)


def declared(table: Mapping[str, Any]) -> Table:
    """A table by its properties in a template, or by what CreateTable takes."""
    key = _key(table)
    return Table(
        table["TableName"],
        key,
        tuple(
            Index(index["IndexName"], _key(index), key, _projected(index), is_local=kind.startswith("Local"))
            for kind in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes")
            for index in table.get(kind, ())
        ),
    )


def _key(declared: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(str(part["AttributeName"]) for part in declared["KeySchema"])


def _projected(index: Mapping[str, Any]) -> frozenset[str] | None:
    projection = index["Projection"]
    if projection["ProjectionType"] == "ALL":
        return None
    return frozenset(map(str, projection.get("NonKeyAttributes", ())))
