"""Tries letters again: a queue's go back to their queue, a stream's to their function, with the item as it is now."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra.deadletters.letters import FAILURE_QUEUES, Letter, Post


class ReplayError(Exception):
    """A letter could not be replayed; it stays where it is."""


@dataclass(frozen=True, slots=True)
class Clients:
    """The services a replay needs."""

    post: Post
    streams: Any
    dynamodb: Any
    lambda_: Any


def replay(letter: Letter, clients: Clients) -> str:
    """Try a letter again and remove it; return what was done.

    Raises:
        ReplayError: it failed again, or its stream has forgotten it.
    """
    source = FAILURE_QUEUES[letter.queue]
    said = _to_queue(letter, source, clients) if source else _to_function(letter, clients)
    clients.post.done(letter)
    return said


def _to_queue(letter: Letter, source: str, clients: Clients) -> str:
    attributes = {
        name: {key: value for key, value in given.items() if key in ("DataType", "StringValue", "BinaryValue")}
        for name, given in letter.attributes.items()
    }
    clients.post.sqs.send_message(
        QueueUrl=clients.post.url(source), MessageBody=letter.body, MessageAttributes=attributes
    )
    return f"sent back to {source}"


def _to_function(letter: Letter, clients: Clients) -> str:
    told = json.loads(letter.body)
    function = told["requestContext"]["functionArn"]
    info = told["DDBStreamBatchInfo"]
    table = info["streamArn"].partition(":table/")[2].partition("/")[0]
    records = [_as_it_is_now(record, table, clients) for record in _records(info, clients)]
    answer = clients.lambda_.invoke(
        FunctionName=function, Payload=json.dumps({"Records": records}, default=_plain).encode()
    )
    result = json.loads(answer["Payload"].read() or b"null") or {}
    failures = result.get("batchItemFailures", [])
    if answer.get("FunctionError") or failures:
        raise ReplayError(f"{function.rpartition(':')[2]} failed again on {len(failures) or len(records)} record(s)")
    return f"handled by {function.rpartition(':')[2]}: {len(records)} record(s)"


def _records(info: Mapping[str, Any], clients: Clients) -> Iterator[dict[str, Any]]:
    first, last = int(info["startSequenceNumber"]), int(info["endSequenceNumber"])
    try:
        place = clients.streams.get_shard_iterator(
            StreamArn=info["streamArn"],
            ShardId=info["shardId"],
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            SequenceNumber=info["startSequenceNumber"],
        )["ShardIterator"]
    except clients.streams.exceptions.TrimmedDataAccessException as error:
        raise ReplayError("the stream keeps records for 24 hours and has forgotten this one") from error
    while place:
        page = clients.streams.get_records(ShardIterator=place)
        for record in page["Records"]:
            number = int(record["dynamodb"]["SequenceNumber"])
            if first <= number <= last:
                yield record
            if number >= last:
                return
        if not page["Records"]:
            return
        place = page.get("NextShardIterator")


def _as_it_is_now(record: dict[str, Any], table: str, clients: Clients) -> dict[str, Any]:
    """The record with the item read anew, so that what is replayed late says nothing that is no longer true."""
    change = dict(record["dynamodb"])
    change.pop("NewImage", None)
    item = clients.dynamodb.get_item(TableName=table, Key=change["Keys"], ConsistentRead=True).get("Item")
    if item is not None:
        change["NewImage"] = item
    return {**record, "eventName": record["eventName"] if "NewImage" in change else "REMOVE", "dynamodb": change}


def _plain(value: Any) -> object:  # noqa: ANN401 - whatever json does not know
    return value.timestamp() if hasattr(value, "timestamp") else str(value)
