"""What both sides agree on beforehand: the keys of each table, and a number for each list of attribute names."""

import threading
from collections.abc import Mapping
from typing import Any

from infra.local.dax import values
from infra.local.dax.values import Item, KeyAttribute, Schema

NO_NAMES = 1


class Catalogue:
    """Key schemas as DynamoDB describes them, and lists of attribute names in the order they came up."""

    def __init__(self, dynamodb: Any) -> None:  # noqa: ANN401 - botocore's client
        self._dynamodb = dynamodb
        self._schemas: dict[str, Schema] = {}
        self._numbers: dict[tuple[str, ...], int] = {(): NO_NAMES}
        self._lock = threading.Lock()

    def schema(self, table: str) -> Schema:
        """The key of a table, the partition key first."""
        if table not in self._schemas:
            described = self._dynamodb.describe_table(TableName=table)["Table"]
            kinds = {each["AttributeName"]: each["AttributeType"] for each in described["AttributeDefinitions"]}
            keys = sorted(described["KeySchema"], key=lambda each: str(each["KeyType"]))
            self._schemas[table] = [KeyAttribute(each["AttributeName"], kinds[each["AttributeName"]]) for each in keys]
        return self._schemas[table]

    def number(self, names: tuple[str, ...]) -> int:
        """The number that stands for these names."""
        with self._lock:
            return self._numbers.setdefault(names, len(self._numbers) + NO_NAMES)

    def names(self, number: int) -> tuple[str, ...]:
        """The names that a number stands for."""
        with self._lock:
            return list(self._numbers)[number - NO_NAMES]

    def encode(self, table: str, item: Mapping[str, values.Value]) -> bytes:
        """Write an item without its key."""
        names = values.names_beside_key(item, self.schema(table))
        return values.encode_values(item, names, self.number(names))

    def decode(self, data: bytes) -> Item:
        """Read an item without its key."""
        number, found = values.decode_values(data)
        return dict(zip(self.names(number), found, strict=True))
