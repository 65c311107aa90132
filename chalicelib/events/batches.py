"""Works through a batch record by record, so that one bad record costs nobody else anything.

A record that fails is reported; later records of the same key wait for it, so that order is kept; records of
other keys go on. Lambda then offers a stream again from the lowest reported record, and a queue's messages one by
one, so a handler sees successes again and must be able to do its work twice.

https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypedDict, TypeVar

import msgspec

from chalicelib.observe import logs
from chalicelib.store.errors import RawItem

Item = TypeVar("Item")


class BatchItemFailure(TypedDict):
    """One record that failed."""

    itemIdentifier: str


class BatchResponse(TypedDict):
    """What a function with ReportBatchItemFailures answers."""

    batchItemFailures: list[BatchItemFailure]


class StreamRecord(msgspec.Struct, frozen=True):
    """One change of one item. `old` is None for an INSERT, `new` for a REMOVE."""

    name: str
    keys: RawItem
    old: RawItem | None
    new: RawItem | None
    sequence_number: str
    by_ttl: bool


class QueueMessage(msgspec.Struct, frozen=True):
    """One message of a queue; `received` counts its deliveries."""

    message_id: str
    body: str
    received: int


def stream_batch(event: Mapping[str, Any], handle: Callable[[StreamRecord], None]) -> BatchResponse:
    """Hand each record of a DynamoDB stream to `handle`, in order."""
    records = [_stream_record(record) for record in event["Records"]]
    return _work_through(records, handle, lambda record: record.sequence_number, _item_key)


def queue_batch(event: Mapping[str, Any], handle: Callable[[QueueMessage], None]) -> BatchResponse:
    """Hand each message of an SQS queue to `handle`."""
    messages = [_queue_message(record) for record in event["Records"]]
    return _work_through(messages, handle, _message_id, _message_id)


def _work_through(
    items: Iterable[Item],
    handle: Callable[[Item], None],
    identifier: Callable[[Item], str],
    key: Callable[[Item], str],
) -> BatchResponse:
    failures: list[BatchItemFailure] = []
    waiting: set[str] = set()
    for item in items:
        if key(item) in waiting:
            failures.append({"itemIdentifier": identifier(item)})
            continue
        try:
            handle(item)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not stop the others
            logs.failure("record failed", error)
            waiting.add(key(item))
            failures.append({"itemIdentifier": identifier(item)})
    return {"batchItemFailures": failures}


def _stream_record(record: Mapping[str, Any]) -> StreamRecord:
    change = record["dynamodb"]
    return StreamRecord(
        name=record["eventName"],
        keys=change["Keys"],
        old=change.get("OldImage"),
        new=change.get("NewImage"),
        sequence_number=change["SequenceNumber"],
        by_ttl=(record.get("userIdentity") or {}).get("principalId") == "dynamodb.amazonaws.com",
    )


def _queue_message(record: Mapping[str, Any]) -> QueueMessage:
    received = int(record.get("attributes", {}).get("ApproximateReceiveCount", "1"))
    return QueueMessage(record["messageId"], record["body"], received)


def _item_key(record: StreamRecord) -> str:
    return json.dumps(record.keys, sort_keys=True)


def _message_id(message: QueueMessage) -> str:
    return message.message_id
