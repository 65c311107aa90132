"""DynamoDB keeps what it acknowledged.

AWS: a write answered with 200 is durable, and stream records stay readable for 24 hours.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Introduction.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html

The emulator: items live in memory and are saved on a clean stop; stream records and the tokens of idempotent
transactions are never saved, so that after a restart the first events of a stream are lost.

Here: every stored or removed item, stream record and token goes to a journal, one line a request, before the
request is answered. Table definitions go there too, before the first item that needs them.
"""

import asyncio
import functools
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from ministack.core.persistence import _json_default, _json_object_hook
from ministack.services import dynamodb

from infra.local.engine.journal import Change, Journal
from infra.local.engine.saved_tables import DEFINE, ITEM, ITEMS, RECORD, RESET, TOKEN, TRIMMED, SavedTables

TARGETS = (
    "ministack.core.persistence:_json_default",
    "ministack.core.persistence:_json_object_hook",
    "ministack.services.dynamodb:handle_request(method, path, headers, body, query_params)",
    "ministack.services.dynamodb:_set_item(table, pk_val, sk_val, item)",
    "ministack.services.dynamodb:_remove_item(table, pk_val, sk_val)",
    "ministack.services.dynamodb:_items_replaced(table)",
    "ministack.services.dynamodb:_update_counts(table)",
    "ministack.services.dynamodb:_emit_stream_event(table_name, event_name, old_item, new_item)",
    "ministack.services.dynamodb:_live_stream_records(table_name, account_id, region)",
    "ministack.services.dynamodb:_txn_token_store(crt, entry)",
    "ministack.services.dynamodb:_restore_state(data)",
    "ministack.services.dynamodb:_INDEX_MEMBERS",
    "ministack.services.dynamodb:_stream_records",
    "ministack.services.dynamodb:_stream_trimmed",
    "ministack.services.dynamodb:_closed_streams",
    "ministack.services.dynamodb:_txn_idempotency",
    "ministack.services.dynamodb:reset",
)
_DEFINITIONS = {
    "tags": "_tags",
    "ttl_settings": "_ttl_settings",
    "pitr_settings": "_pitr_settings",
    "kinesis_destinations": "_kinesis_destinations",
    "contributor_insights": "_contributor_insights",
    "backups": "_backups",
    "resource_policies": "_resource_policies",
    "exports": "_exports",
    "imports": "_imports",
}
_COUNTED = ("ItemCount", "TableSizeBytes")  # change with every item and are counted again on loading
_ITEM_WRITES = frozenset({
    "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems", "ExecuteStatement",
    "BatchExecuteStatement", "ExecuteTransaction",
})  # fmt: skip
_READS = ("Get", "BatchGet", "TransactGet", "Query", "Scan", "Describe", "List", "Search")
_BATCH = 200
_LOOK_SECONDS = 0.5

_state = SimpleNamespace(journal=None, definitions="", known=set())


def apply() -> None:
    dynamodb._set_item = _recording_set(dynamodb._set_item)
    dynamodb._remove_item = _recording_remove(dynamodb._remove_item)
    dynamodb._items_replaced = _recording_replaced(dynamodb._items_replaced)
    dynamodb._emit_stream_event = _recording_stream(dynamodb._emit_stream_event)
    dynamodb._txn_token_store = _recording_token(dynamodb._txn_token_store)
    dynamodb.handle_request = _committing(dynamodb.handle_request)
    dynamodb.reset = _resetting(dynamodb.reset)


def open_journal(journal: Journal) -> None:
    """Load what the journal holds into the emulator and keep writing to it."""
    _restore(journal.read())
    journal.resume()
    _state.journal = journal
    _define()
    journal.commit()


async def background(stop: asyncio.Event) -> None:
    """Write what changed outside a request, such as a stack's tables, and fold the journal once it is long."""
    while not stop.is_set():
        await asyncio.sleep(_LOOK_SECONDS)
        try:
            _define()
            _state.journal.commit()
            await _fold()
        except (OSError, RuntimeError) as error:  # a full disk, or a table changing under our eyes: try again
            print(f"engine: journal: {error}", file=sys.stderr, flush=True)


async def _fold() -> None:
    """The state is copied between two requests and written in a thread."""
    journal: Journal = _state.journal
    if journal.wants_base():
        number, state = journal.next_tail(), _shallow_copy()
        await asyncio.to_thread(journal.write_base, number, _base_lines(state))


def _add(change: Change) -> None:
    if _state.journal is not None:
        _state.journal.add(change)


def _recording_set(original: Any) -> Any:
    @functools.wraps(original)
    def set_item(table: dict[str, Any], pk_val: str, sk_val: str, item: dict[str, Any]) -> Any:
        old = original(table, pk_val, sk_val, item)
        if table.get("TableId") not in _state.known:
            _define()
        _add([ITEM, table.get("TableId"), pk_val, sk_val, item])
        return old

    return set_item


def _recording_remove(original: Any) -> Any:
    @functools.wraps(original)
    def remove_item(table: dict[str, Any], pk_val: str, sk_val: str) -> Any:
        old = original(table, pk_val, sk_val)
        if old is not None:
            _add([ITEM, table.get("TableId"), pk_val, sk_val, None])
        return old

    return remove_item


def _recording_replaced(original: Any) -> Any:
    @functools.wraps(original)
    def items_replaced(table: dict[str, Any]) -> None:
        original(table)
        _define()
        _add([ITEMS, table.get("TableId"), table["items"]])

    return items_replaced


def _recording_stream(original: Any) -> Any:
    @functools.wraps(original)
    def emit(table_name: str, *args: Any, **kwargs: Any) -> None:
        before = dynamodb._live_stream_records(table_name)[-1:]
        original(table_name, *args, **kwargs)
        after = dynamodb._live_stream_records(table_name)[-1:]
        if after and (not before or after[0] is not before[0]):
            _add([RECORD, after[0]["eventSourceARN"], after[0]])

    return emit


def _recording_token(original: Any) -> Any:
    @functools.wraps(original)
    def store(token: str, entry: dict[str, Any]) -> None:
        original(token, entry)
        _add([TOKEN, *dynamodb._txn_idempotency._scoped(token), entry])

    return store


def _committing(original: Any) -> Any:
    @functools.wraps(original)
    async def handle_request(*args: Any, **kwargs: Any) -> Any:
        try:
            return await original(*args, **kwargs)
        finally:
            headers = args[2]
            if _changes_definitions(headers.get("x-amz-target", "").rpartition(".")[2]):
                _define()
            _state.journal.commit()

    return handle_request


def _changes_definitions(action: str) -> bool:
    return action not in _ITEM_WRITES and not action.startswith(_READS)


def _resetting(original: Any) -> Any:
    @functools.wraps(original)
    def reset() -> None:
        original()
        _add([RESET])
        _define()
        _state.journal.commit()

    return reset


def _define() -> None:
    """Journal every table's definition if any differs from what the journal last said."""
    if _state.journal is None:
        return
    text = _definitions()
    if text == _state.definitions:
        return
    _state.definitions = text
    _add([DEFINE, json.loads(text)])
    for table in dynamodb._tables.all_values():
        if table["TableId"] not in _state.known and table["items"]:
            _add([ITEMS, table["TableId"], table["items"]])
    _state.known = {table["TableId"] for table in dynamodb._tables.all_values()}


def _definitions() -> str:
    left_out = {"items", dynamodb._INDEX_MEMBERS, *_COUNTED}
    tables = type(dynamodb._tables)()
    for key, table in dynamodb._tables.all_items():
        tables._data[key] = {name: value for name, value in table.items() if name not in left_out}
    stores = {name: getattr(dynamodb, store) for name, store in _DEFINITIONS.items()}
    state = {"tables": tables, "closed_streams": dynamodb._closed_streams, **stores}
    return json.dumps(state, default=_json_default)


def _shallow_copy() -> dict[str, Any]:
    """Everything a base holds. Items and records are never changed in place, so their containers suffice."""
    return {
        "definitions": json.loads(_definitions()),
        "items": {
            table["TableId"]: {pk: dict(items) for pk, items in table["items"].items()}
            for table in dynamodb._tables.all_values()
        },
        "streams": [
            (table["LatestStreamArn"], dynamodb._stream_trimmed._data.get(key, 0), list(records))
            for key, records in dynamodb._stream_records.all_items()
            if (table := dynamodb._tables._data.get(key)) and table.get("LatestStreamArn")
        ],
        "tokens": dynamodb._txn_idempotency.all_items(),
    }


def _base_lines(state: dict[str, Any]) -> Iterator[list[Change]]:
    yield [[DEFINE, state["definitions"]]]
    for table_id, items in state["items"].items():
        changes = [[ITEM, table_id, pk, sk, item] for pk, by_sort in items.items() for sk, item in by_sort.items()]
        yield from (changes[start : start + _BATCH] for start in range(0, len(changes), _BATCH))
    for arn, trimmed, records in state["streams"]:
        yield [[TRIMMED, arn, trimmed], *([RECORD, arn, record] for record in records)]
    for key, entry in state["tokens"]:
        yield [[TOKEN, *key, entry]]


def _restore(changes: Iterator[Change]) -> None:
    saved = SavedTables()
    for change in changes:
        saved.apply(change)
    if saved.definitions is None:
        return
    state = json.loads(json.dumps(saved.definitions), object_hook=_json_object_hook)
    for table in state["tables"].all_values():
        table["items"] = defaultdict(dict, saved.items_of(table["TableId"]))
        dynamodb._update_counts(table)
    dynamodb._restore_state(state)
    dynamodb._closed_streams.update(state["closed_streams"])
    dynamodb._txn_idempotency._data.update(saved.tokens)
    for key, table in dynamodb._tables.all_items():
        arn = table.get("LatestStreamArn")
        if arn in saved.streams:
            dynamodb._stream_records._data[key] = saved.streams[arn]
            dynamodb._stream_trimmed._data[key] = saved.trimmed.get(arn, 0)
