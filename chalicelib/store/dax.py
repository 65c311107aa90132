"""DAX before DynamoDB, at the seam that every model is reached through; off unless DAX_ENDPOINT is set.

Through DAX go eventually consistent reads of the cached tables, and the writes to them that may be repeated. Past it
go consistent and fresh reads, other tables, and writes that would count twice. When DAX is in trouble everything goes
past it, for as long as the breaker stays open; the item cache may then lag behind by its time to live, and no longer.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.consistency.html
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Protocol
from uuid import uuid4

from botocore.exceptions import ClientError

from chalicelib.store import freshness, replay
from chalicelib.store.client import ApiCaller
from chalicelib.store.errors import StoreError

PAUSE_SECONDS = 5.0
READS = frozenset({"GetItem", "Query", "BatchGetItem"})

Request = Mapping[str, Any]
Answer = dict[str, Any]

_log = logging.getLogger(__name__)


class DaxTrouble(StoreError):  # noqa: N818 - what DAX is in
    """DAX gave no answer; `sent` tells whether the request may have reached it."""

    def __init__(self, what: str, *, sent: bool) -> None:
        super().__init__(what)
        self.sent = sent


class Dax(Protocol):
    """A DAX cluster."""

    def ask(self, operation: str, request: Request) -> Answer:
        """Answer as DynamoDB would.

        Raises:
            ClientError: DynamoDB's refusal, as botocore words it.
            DaxTrouble: there was no answer.
        """
        ...


class Breaker:
    """Keeps callers away from what has just failed; after the pause one of them tries it again."""

    def __init__(self, pause_seconds: float = PAUSE_SECONDS, now: Callable[[], float] = time.monotonic) -> None:
        self._pause = pause_seconds
        self._now = now
        self._open_until: float | None = None
        self._lock = threading.Lock()

    def lets_through(self) -> bool:
        """Whether this caller may try."""
        with self._lock:
            if self._open_until is None:
                return True
            if self._now() < self._open_until:
                return False
            # The others wait for what this caller finds.
            self._open_until = self._now() + self._pause
            return True

    def worked(self) -> None:
        """Let everybody through again."""
        self._open_until = None

    def failed(self) -> None:
        """Keep everybody away for the pause."""
        with self._lock:
            self._open_until = self._now() + self._pause


class DaxFirst:
    """A client that asks DAX where it may and DynamoDB otherwise; `tables` are the cached ones."""

    def __init__(self, dynamodb: ApiCaller, dax: Dax, tables: AbstractSet[str], breaker: Breaker | None = None) -> None:
        self._dynamodb = dynamodb
        self._dax = dax
        self._tables = tables
        self._breaker = breaker or Breaker()
        self.meta = dynamodb.meta
        self._request_signer = dynamodb._request_signer  # noqa: SLF001 - the seam

    def _make_api_call(self, operation_name: str, operation_kwargs: Request) -> Answer:
        if not self._is_for_dax(operation_name, operation_kwargs) or not self._breaker.lets_through():
            return self._past_dax(operation_name, operation_kwargs)
        request = _prepared(operation_name, operation_kwargs)
        try:
            answer = self._dax.ask(operation_name, request)
        except DaxTrouble as trouble:
            self._breaker.failed()
            _log.warning("DAX is in trouble (%s): DynamoDB answers", trouble)
            if operation_name in READS or not trouble.sent:
                return self._past_dax(operation_name, operation_kwargs)
            return replay.again(self._past_dax, operation_name, request)
        except ClientError as refusal:
            self._breaker.worked()
            if not _lacks_item(operation_kwargs, refusal):
                raise
            # DAX does not say what stood in the way; DynamoDB refuses again and does, or the way is free now.
            return self._past_dax(operation_name, operation_kwargs)
        self._breaker.worked()
        return answer

    def _past_dax(self, operation: str, request: Request) -> Answer:
        return self._dynamodb._make_api_call(operation, request)  # noqa: SLF001 - the seam

    def _is_for_dax(self, operation: str, request: Request) -> bool:
        if not self._tables & _tables_of(request):
            return False
        if operation in READS:
            return not (freshness.are_wanted() or _is_consistent(request))
        return operation in replay.WRITES and replay.may_be_repeated(operation, request)


def _prepared(operation: str, request: Request) -> Request:
    # What a cache answers costs no capacity, so nobody learns anything from asking.
    prepared = {name: value for name, value in request.items() if name != "ReturnConsumedCapacity"}
    if operation == "TransactWriteItems":
        # The same token past DAX makes DynamoDB recognise a transaction that did arrive.
        prepared.setdefault("ClientRequestToken", str(uuid4()))
    return prepared


def _tables_of(request: Request) -> set[str]:
    if "TableName" in request:
        return {request["TableName"]}
    if "RequestItems" in request:
        return set(request["RequestItems"])
    return {part["TableName"] for named in request.get("TransactItems", ()) for part in named.values()}


def _is_consistent(request: Request) -> bool:
    asked = [request, *request.get("RequestItems", {}).values()]
    return any(each.get("ConsistentRead") for each in asked)


def _lacks_item(request: Request, refusal: ClientError) -> bool:
    if refusal.response["Error"].get("Code") not in replay.REFUSED_BY_CONDITION:
        return False
    parts = [request, *(part for named in request.get("TransactItems", ()) for part in named.values())]
    return any(part.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" for part in parts)
