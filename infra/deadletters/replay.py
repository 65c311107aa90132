"""Tries letters again: a queue's go back to their queue, a stream's to their function, with the item as it is now.

A failure destination gets no record but the place of one, so a replay fetches the record from the stream and its item
from the table. What comes of it is the function's affair, which sees records twice anyway.

https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
"""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.deadletters.clients import Clients
from infra.deadletters.letters import FAILURE_QUEUES, Letter, function_name

_FORGOTTEN = ("ExpiredIteratorException", "ResourceNotFoundException", "TrimmedDataAccessException")
# A page of a stream may be empty although more comes behind it.
_MOST_PAGES = 100

Record = dict[str, Any]


class ReplayError(Exception):
    """A letter could not be replayed; it stays where it is."""


@dataclass(frozen=True, slots=True)
class Replay:
    """What trying a letter again is, ready to be done. `do` raises ReplayError where it fails again."""

    says: str
    do: Callable[[], None]


def prepare(letter: Letter, clients: Clients) -> Replay:
    """Find everything that trying a letter again needs; changes nothing.

    Raises:
        ReplayError: its stream has forgotten the record, or it makes no sense.
    """
    source = FAILURE_QUEUES[letter.queue]
    return _to_function(letter, clients) if source is None else _to_queue(letter, source, clients)


def _to_queue(letter: Letter, source: str, clients: Clients) -> Replay:
    attributes = {
        name: {key: value for key, value in given.items() if key in ("DataType", "StringValue", "BinaryValue")}
        for name, given in letter.attributes.items()
    }

    def send() -> None:
        clients.sqs.send_message(
            QueueUrl=clients.queue_url(source), MessageBody=letter.body, MessageAttributes=attributes
        )

    return Replay(f"back to {source}", lambda: _or_stay(send))


def _to_function(letter: Letter, clients: Clients) -> Replay:
    try:
        told = json.loads(letter.body)
        arn, info = told["requestContext"]["functionArn"], told["DDBStreamBatchInfo"]
        table = info["streamArn"].split("/")[1]
        records = [_as_it_is_now(record, table, clients) for record in _records(info, clients)]
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise ReplayError("it is not what Lambda tells of a record") from error
    name = function_name(arn)

    def invoke() -> None:
        payload = json.dumps({"Records": records}, default=_plain).encode()
        answer = clients.functions.invoke(FunctionName=arn, Payload=payload)
        result = json.loads(answer["Payload"].read() or b"null") or {}
        if answer.get("FunctionError") or result.get("batchItemFailures"):
            raise ReplayError(f"{name} failed again")

    shown = ", ".join(f"{record['eventName']} {table}" for record in records)
    return Replay(f"to {name}: {shown}", lambda: _or_stay(invoke))


def _or_stay(work: Callable[[], None]) -> None:
    try:
        work()
    except ClientError as error:
        raise ReplayError(f"{error.operation_name}: {error.response['Error']['Code']}") from error
    except BotoCoreError as error:
        raise ReplayError(type(error).__name__) from error


def _records(info: Mapping[str, Any], clients: Clients) -> list[Record]:
    """The records of a letter.

    Raises:
        ReplayError: the stream does not have them all any more.
    """
    first, last = int(info["startSequenceNumber"]), int(info["endSequenceNumber"])
    found: list[Record] = []
    try:
        place = clients.streams.get_shard_iterator(
            StreamArn=info["streamArn"],
            ShardId=info["shardId"],
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            SequenceNumber=info["startSequenceNumber"],
        )["ShardIterator"]
        for _ in range(_MOST_PAGES):
            page = clients.streams.get_records(ShardIterator=place)
            found += [record for record in page["Records"] if first <= _number(record) <= last]
            place = page.get("NextShardIterator")
            if place is None or any(_number(record) >= last for record in page["Records"]):
                break
    except ClientError as error:
        if error.response["Error"]["Code"] not in _FORGOTTEN:
            raise
        raise ReplayError("the stream keeps records for 24 hours and has forgotten this one") from error
    if not found or _number(found[0]) != first or _number(found[-1]) != last:
        raise ReplayError("the stream does not have its records any more")
    return found


def _number(record: Record) -> int:
    return int(record["dynamodb"]["SequenceNumber"])


def _as_it_is_now(record: Record, table: str, clients: Clients) -> Record:
    """The record with the item read anew, so that what is replayed late says nothing that is no longer true."""
    change = {name: value for name, value in record["dynamodb"].items() if name != "NewImage"}
    item = clients.dynamodb.get_item(TableName=table, Key=change["Keys"], ConsistentRead=True).get("Item")
    if item is None:
        return {**record, "eventName": "REMOVE", "dynamodb": change}
    change["NewImage"] = item
    # Whoever deleted it before, it is there again.
    stays = {name: value for name, value in record.items() if name != "userIdentity"}
    return {**stays, "eventName": "MODIFY" if "OldImage" in change else "INSERT", "dynamodb": change}


def _plain(value: object) -> object:
    """Write what JSON does not know as Lambda would."""
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    raise TypeError(f"{type(value).__name__} is not part of a record")
