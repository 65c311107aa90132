"""A model of DAX, as far as it keeps answers, and two ways to use it wrongly.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.concepts.html
"""

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.store.client import ApiCaller
from chalicelib.store.dax import READS, Answer, DaxFirst, Request
from infra.local.dax.__main__ import ITEM_SECONDS, QUERY_SECONDS
from tests.caching.layers import Clock

Attributes = Mapping[str, Any]


class Cluster:
    """Keeps items until they are written through it or their time is over, and pages until their time is over."""

    def __init__(self, dynamodb: ApiCaller, clock: Clock) -> None:
        self._dynamodb, self._clock = dynamodb, clock
        self._kept: dict[str, tuple[float, Request, Answer]] = {}

    def ask(self, operation: str, request: Request) -> Answer:
        if operation not in ("GetItem", "Query"):
            for table, written in _written(request):
                self._forget(table, written)
            return self._dynamodb._make_api_call(operation, request)
        name = json.dumps([operation, request], sort_keys=True)
        seconds = ITEM_SECONDS if operation == "GetItem" else QUERY_SECONDS
        if name not in self._kept or self._clock() - self._kept[name][0] >= seconds:
            self._kept[name] = self._clock(), request, self._dynamodb._make_api_call(operation, request)
        return copy.deepcopy(self._kept[name][2])

    def _forget(self, table: str, written: Attributes) -> None:
        for name, (_, request, _) in list(self._kept.items()):
            if request["TableName"] == table and "Key" in request and request["Key"].items() <= written.items():
                del self._kept[name]


def _written(request: Request) -> Iterator[tuple[str, Attributes]]:
    parts = [part for named in request.get("TransactItems", ()) for part in named.values()]
    for each in parts or [request]:
        yield each["TableName"], each.get("Item") or each["Key"]


class WritesAround(DaxFirst):
    """Wrong: DAX hears of no write."""

    def _is_for_dax(self, operation: str, request: Request) -> bool:
        return operation in READS and super()._is_for_dax(operation, request)


class ShowsEverybody(DaxFirst):
    """Wrong: whoever wants to see how things are now is shown what DAX keeps."""

    def _is_for_dax(self, operation: str, request: Request) -> bool:
        asked = operation in READS and not request.get("ConsistentRead") and request.get("TableName") in self._tables
        return asked or super()._is_for_dax(operation, request)
