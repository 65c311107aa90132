"""Expired items leave the way they do on AWS.

AWS: an item whose time to live has passed is deleted some time later, and the stream record says that DynamoDB did
it; times more than five years ago, and values that are no numbers, are left alone.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ttl-expired-items.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html

The emulator: a thread deletes once a minute, without a stream record and beside running requests.

Here: the event loop deletes between requests, every few seconds, and the thread's own deletions are ignored.
"""

import asyncio
import contextvars
import functools
import json
import threading
import time
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import dynamodb, dynamodb_streams

TARGETS = (
    "ministack.core.responses:request_scope(account_id, region)",
    "ministack.services.dynamodb:_build_change_record(table, event_name, old_item, new_item, view_type)",
    "ministack.services.dynamodb:_emit_stream_event(table_name, event_name, old_item, new_item)",
    "ministack.services.dynamodb:_remove_item(table, pk_val, sk_val)",
    "ministack.services.dynamodb:_tables",
    "ministack.services.dynamodb:_ttl_reaper",
    "ministack.services.dynamodb:_ttl_settings",
    "ministack.services.dynamodb_streams:_get_records(data)",
)
_THREAD = "dynamodb-ttl-reaper"
_SWEEP_SECONDS = 5.0
_TOO_OLD_SECONDS = 5 * 365 * 24 * 3600
_SERVICE = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
_sweeping: contextvars.ContextVar[bool] = contextvars.ContextVar("sweeping", default=False)


def apply() -> None:
    dynamodb._remove_item = _not_by_the_thread(dynamodb._remove_item)
    dynamodb._build_change_record = _signed_by_the_service(dynamodb._build_change_record)
    dynamodb_streams._get_records = _in_the_apis_spelling(dynamodb_streams._get_records)


async def background(stop: asyncio.Event) -> None:
    """Sweep until the engine stops."""
    swept = time.monotonic()
    while not stop.is_set():
        await asyncio.sleep(0.5)
        if time.monotonic() - swept >= _SWEEP_SECONDS:
            sweep(time.time())
            swept = time.monotonic()


def sweep(now: float) -> None:
    for (account, region, name), setting in dynamodb._ttl_settings.all_items():
        table = dynamodb._tables.get_scoped(account, region, name)
        if table is None or setting.get("TimeToLiveStatus") != "ENABLED":
            continue
        expired = [
            (pk, sk, item)
            for pk, by_sort in table["items"].items()
            for sk, item in by_sort.items()
            if _expired(item.get(setting["AttributeName"]), now)
        ]
        with request_scope(account, region):
            mark = _sweeping.set(True)
            for pk, sk, item in expired:
                dynamodb._remove_item(table, pk, sk)
                dynamodb._emit_stream_event(name, "REMOVE", item, None)
            _sweeping.reset(mark)


def _expired(value: dict[str, str] | None, now: float) -> bool:
    return bool(value) and "N" in value and now - _TOO_OLD_SECONDS < float(value["N"]) <= now  # type: ignore[operator, index]


def _not_by_the_thread(original: Any) -> Any:
    @functools.wraps(original)
    def remove_item(table: dict[str, Any], pk_val: str, sk_val: str) -> Any:
        if threading.current_thread().name == _THREAD:
            return None
        return original(table, pk_val, sk_val)

    return remove_item


def _signed_by_the_service(original: Any) -> Any:
    @functools.wraps(original)
    def build(*change: Any) -> dict[str, Any]:
        record: dict[str, Any] = original(*change)
        if _sweeping.get():
            record["userIdentity"] = _SERVICE
        return record

    return build


def _in_the_apis_spelling(original: Any) -> Any:
    """A function's event says `principalId` and `type`, the GetRecords API `PrincipalId` and `Type`."""

    @functools.wraps(original)
    def get_records(data: dict[str, Any]) -> Any:
        status, headers, body = original(data)
        answer = json.loads(body)
        for record in answer.get("Records", []):
            if "userIdentity" in record:
                record["userIdentity"] = {name[0].upper() + name[1:]: v for name, v in record["userIdentity"].items()}
        return status, headers, json.dumps(answer).encode()

    return get_records
