"""What a node has: DynamoDB behind it, the catalogue, two caches, and counts for whoever wants to know what they do."""

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.local.dax import values
from infra.local.dax.cache import Cache
from infra.local.dax.catalogue import Catalogue


@dataclass
class Counts:
    """Requests by what became of them."""

    hits: int = 0
    misses: int = 0
    writes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def read(self, *, hit: bool) -> None:
        """Count one read."""
        with self._lock:
            self.hits += hit
            self.misses += not hit

    def write(self) -> None:
        """Count one write."""
        with self._lock:
            self.writes += 1

    def told(self) -> dict[str, int]:
        """The counts by their names."""
        with self._lock:
            return {"hits": self.hits, "misses": self.misses, "writes": self.writes}


class Node:
    """The only node of a local cluster."""

    def __init__(
        self,
        dynamodb: Any,  # noqa: ANN401 - botocore's client
        item_seconds: float,
        query_seconds: float,
        names: Path | None = None,
    ) -> None:
        self.dynamodb = dynamodb
        self.catalogue = Catalogue(dynamodb, names)
        self.items = Cache(item_seconds)
        self.queries = Cache(query_seconds)
        self.counts = Counts()

    def key(self, table: str, data: bytes) -> values.Item:
        """Read a key of a table."""
        return values.decode_key(data, self.catalogue.schema(table))
