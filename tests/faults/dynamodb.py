"""A DynamoDB in memory behind the seam that all models share: real conditions, indexes and streams, one thread.

It knows the operations and expressions that the application uses and refuses all others.
"""

import bisect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError

from chalicelib import clock
from tests.faults import expressions
from tests.faults.expressions import Item
from tests.support.tables import declared_tables

Arguments = Mapping[str, Any]


@dataclass
class Index:
    """A global secondary index: the items that have both its keys, in order."""

    hash_name: str
    range_name: str
    keys_only: bool
    # (what the range key compares by, when the item came, the item's key): the second makes the order repeatable.
    rows: dict[str, list[tuple[Any, int, str]]] = field(default_factory=dict)
    places: dict[str, tuple[str, tuple[Any, int, str]]] = field(default_factory=dict)
    arrivals: int = 0

    def put(self, key: str, item: Item | None) -> None:
        before = self.places.pop(key, None)
        if before is not None:
            partition, row = before
            rows = self.rows[partition]
            del rows[bisect.bisect_left(rows, row)]
        if item is not None and self.hash_name in item and self.range_name in item:
            self.arrivals += 1
            partition = item[self.hash_name]["S"]
            row = (expressions.plain(item[self.range_name])[1], self.arrivals, key)
            bisect.insort(self.rows.setdefault(partition, []), row)
            self.places[key] = (partition, row)


@dataclass
class Table:
    """A table with one key attribute, its indexes, and the records of its stream."""

    key_name: str
    indexes: dict[str, Index]
    items: dict[str, Item] = field(default_factory=dict)
    records: list[dict[str, Any]] = field(default_factory=list)
    sequence: int = 0
    # What queries of indexes see while the indexes lag behind.
    shown: dict[str, Item] | None = None

    def write(self, key: str, new: Item | None, *, by_ttl: bool = False) -> None:
        old = self.items.get(key)
        if old == new:
            return
        if new is None:
            del self.items[key]
        else:
            self.items[key] = new
        if self.shown is None:
            for index in self.indexes.values():
                index.put(key, new)
        self.sequence += 1
        self.records.append(_record(self.key_name, key, old, new, self.sequence, by_ttl=by_ttl))


class MemoryDynamoDb:
    """What stands behind the models."""

    def __init__(self) -> None:
        self.meta: Any = None
        self._request_signer: Any = None
        self.tables = {declared["TableName"]: _table(declared) for declared in declared_tables("test")}

    def table(self, name: str) -> Table:
        return self.tables[f"mytodolist-test-{name}"]

    def expire(self, name: str) -> None:
        """Delete what has expired, as DynamoDB does sooner or later."""
        table, now = self.table(name), clock.epoch_seconds()
        for key, item in list(table.items.items()):
            if "expires_at" in item and int(item["expires_at"]["N"]) <= now:
                table.write(key, None, by_ttl=True)

    def let_indexes_lag(self, name: str) -> None:
        """From now on queries of indexes see the table as it is."""
        table = self.table(name)
        table.shown = dict(table.items)

    def _make_api_call(self, operation_name: str, operation_kwargs: Arguments) -> dict[str, Any]:
        operations = {
            "GetItem": self._get,
            "PutItem": self._put,
            "UpdateItem": self._update,
            "DeleteItem": self._delete,
            "Query": self._query,
            "TransactWriteItems": self._transact,
        }
        return operations[operation_name](operation_kwargs)

    def _get(self, arguments: Arguments) -> dict[str, Any]:
        assert arguments["ConsistentRead"], "a read that may be stale"
        table = self.tables[arguments["TableName"]]
        item = table.items.get(arguments["Key"][table.key_name]["S"])
        return {} if item is None else {"Item": item}

    def _put(self, arguments: Arguments) -> dict[str, Any]:
        self._write(arguments, lambda _: arguments["Item"], arguments["Item"])
        return {}

    def _delete(self, arguments: Arguments) -> dict[str, Any]:
        table = self.tables[arguments["TableName"]]
        key = arguments["Key"][table.key_name]["S"]
        if key in table.items:
            table.write(key, None)
        return {}

    def _update(self, arguments: Arguments) -> dict[str, Any]:
        apply = expressions.update(arguments["UpdateExpression"])
        names, values = _placeholders(arguments)
        return {"Attributes": self._write(arguments, lambda old: apply(old, names, values), arguments["Key"])}

    def _write(self, arguments: Arguments, change: Any, keys: Arguments) -> Item:
        table = self.tables[arguments["TableName"]]
        key = keys[table.key_name]["S"]
        stands = table.items.get(key)
        if not _holds(arguments, stands):
            raise _refused(stands)
        new: Item = {**change(stands or {}), table.key_name: {"S": key}}
        table.write(key, new)
        return new

    def _query(self, arguments: Arguments) -> dict[str, Any]:
        table = self.tables[arguments["TableName"]]
        index = table.indexes[arguments["IndexName"]]
        holds = expressions.condition(arguments["KeyConditionExpression"])
        names, values = _placeholders(arguments)
        items, seen = table.shown or table.items, table.items
        after = arguments.get("ExclusiveStartKey")
        limit = int(arguments.get("Limit", 1_000_000))
        found: list[Item] = []
        keys = dict.fromkeys((index.hash_name, index.range_name, table.key_name))
        for row in _behind(_all_rows(index, values), index, after):
            item = items.get(row[2], seen.get(row[2], {}))
            if holds(item, names, values):
                found.append({name: item[name] for name in keys} if index.keys_only else item)
            elif found:
                # Rows are in order, and a key condition holds for those that follow each other.
                break
            if len(found) == limit:
                break
        answer: dict[str, Any] = {"Items": found, "Count": len(found), "ScannedCount": len(found)}
        if len(found) == limit:
            answer["LastEvaluatedKey"] = {name: found[-1][name] for name in keys}
        return answer

    def _transact(self, arguments: Arguments) -> dict[str, Any]:
        parts = [next(iter(part.items())) for part in arguments["TransactItems"]]
        reasons = []
        for _, part in parts:
            table = self.tables[part["TableName"]]
            key = (part.get("Key") or part["Item"])[table.key_name]["S"]
            reasons.append("None" if _holds(part, table.items.get(key)) else "ConditionalCheckFailed")
        if set(reasons) != {"None"}:
            raise ClientError(
                {
                    "Error": {"Code": "TransactionCanceledException", "Message": "Transaction cancelled"},
                    "CancellationReasons": [{"Code": reason, "Message": reason} for reason in reasons],
                    "ResponseMetadata": {"HTTPStatusCode": 400, "RequestId": "request"},
                },  # type: ignore[arg-type]
                "TransactWriteItems",
            )
        for kind, part in parts:
            {"Put": self._put, "Update": self._update}[kind](part)
        return {}


def _table(declared: Mapping[str, Any]) -> Table:
    indexes = {}
    for index in declared.get("GlobalSecondaryIndexes", ()):
        hash_name, range_name = (str(key["AttributeName"]) for key in index["KeySchema"])
        keys_only = index["Projection"]["ProjectionType"] == "KEYS_ONLY"
        indexes[str(index["IndexName"])] = Index(hash_name, range_name, keys_only)
    return Table(str(declared["KeySchema"][0]["AttributeName"]), indexes)


def _record(
    key_name: str, key: str, old: Item | None, new: Item | None, sequence: int, *, by_ttl: bool
) -> dict[str, Any]:
    name = "INSERT" if old is None else "REMOVE" if new is None else "MODIFY"
    change: dict[str, Any] = {"Keys": {key_name: {"S": key}}, "SequenceNumber": f"{sequence:021}"}
    change |= {} if old is None else {"OldImage": old}
    change |= {} if new is None else {"NewImage": new}
    record: dict[str, Any] = {"eventID": str(sequence), "eventName": name, "dynamodb": change}
    if by_ttl:
        record["userIdentity"] = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
    return record


def _placeholders(arguments: Arguments) -> tuple[Mapping[str, str], Mapping[str, Any]]:
    return arguments.get("ExpressionAttributeNames", {}), arguments.get("ExpressionAttributeValues", {})


def _holds(arguments: Arguments, item: Item | None) -> bool:
    text = arguments.get("ConditionExpression")
    return text is None or expressions.condition(text)(item or {}, *_placeholders(arguments))


def _refused(stands: Item | None) -> ClientError:
    response: dict[str, Any] = {
        "Error": {"Code": "ConditionalCheckFailedException", "Message": "The conditional request failed"},
        "ResponseMetadata": {"HTTPStatusCode": 400, "RequestId": "request"},
    }
    if stands is not None:
        response["Item"] = stands
    return ClientError(response, "UpdateItem")  # type: ignore[arg-type]


def _all_rows(index: Index, values: Mapping[str, Any]) -> list[tuple[Any, int, str]]:
    partitions = {value["S"] for value in values.values() if "S" in value}
    (partition,) = partitions & index.rows.keys() or {None}
    return index.rows.get(partition, []) if partition is not None else []


def _behind(
    rows: list[tuple[Any, int, str]], index: Index, after: Mapping[str, Any] | None
) -> Iterable[tuple[Any, int, str]]:
    if after is None:
        return iter(rows[:])
    last = expressions.plain(after[index.range_name])[1]
    key = next(iter(after[name]["S"] for name in after if name not in (index.hash_name, index.range_name)), None)
    start = bisect.bisect_left(rows, (last,))
    end = bisect.bisect_right(rows, last, lo=start, key=lambda row: row[0])
    place = next((place for place in range(start, end) if rows[place][2] == key), end - 1)
    return islice(rows, place + 1, None)
