"""What both sides agree on beforehand: the keys of each table, and a number for each list of attribute names."""

import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.local.dax import values
from infra.local.dax.values import Item, KeyAttribute, Schema

NO_NAMES = 1


class Catalogue:
    """Key schemas as DynamoDB describes them, and lists of attribute names in the order they came up.

    Clients remember the numbers for longer than a node lives: one that starts again goes on with those in `kept`.
    """

    def __init__(self, dynamodb: Any, kept: Path | None = None) -> None:  # noqa: ANN401 - botocore's client
        self._dynamodb = dynamodb
        self._schemas: dict[str, Schema] = {}
        self._kept = kept
        self._numbers: dict[tuple[str, ...], int] = {(): NO_NAMES}
        if kept is not None and kept.exists():
            for line in kept.read_text(encoding="utf-8").splitlines():
                self._numbers[tuple(json.loads(line))] = len(self._numbers) + NO_NAMES
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
            if names not in self._numbers:
                if self._kept is not None:
                    with self._kept.open("a", encoding="utf-8") as file:
                        file.write(f"{json.dumps(names)}\n")
                self._numbers[names] = len(self._numbers) + NO_NAMES
            return self._numbers[names]

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
