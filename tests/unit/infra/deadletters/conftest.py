"""Failure queues and tables by moto, and a stream and functions made by hand."""

import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from chalicelib.contact.model import Message
from infra.deadletters.__main__ import _parser, run
from infra.deadletters.clients import Clients
from infra.deadletters.letters import FAILURE_QUEUES

TABLE = "mytodolist-test-messages"
STREAM = f"arn:aws:dynamodb:eu-north-1:123456789012:table/{TABLE}/stream/2026-11-21T12:00:00.000"
SHARD = "shardId-00000001730000000000-00000001"
FUNCTION = "arn:aws:lambda:eu-north-1:123456789012:function:mytodolist-test-tell-owner"


@dataclass
class Functions:
    """Lambda's client: notes what it is invoked with, and answers as `answers` says."""

    events: list[Mapping[str, Any]] = field(default_factory=list)
    answers: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda _: {"batchItemFailures": []}
    error: str | None = None

    def invoke(self, *, FunctionName: str, Payload: bytes) -> Mapping[str, Any]:  # noqa: N803 - boto3's names
        assert FunctionName == FUNCTION
        event = json.loads(Payload)
        self.events.append(event)
        answer = {"Payload": io.BytesIO(json.dumps(self.answers(event)).encode())}
        return answer if self.error is None else {**answer, "FunctionError": self.error}


@dataclass
class Streams:
    """The streams' client: one shard that holds `records`, and hands them over a page at a time."""

    records: list[Mapping[str, Any]] = field(default_factory=list)
    refuses: str | None = None
    page: int = 2

    def holds(self, *names: str, event: str = "INSERT") -> None:
        """Add a change of each message; their sequence numbers are 1000, 1001 and so on."""
        for name in names:
            change = {
                "Keys": {"message_id": {"S": name}},
                "SequenceNumber": str(1000 + len(self.records)),
                "ApproximateCreationDateTime": datetime(2026, 11, 21, 12, tzinfo=UTC),
            }
            image = {"message_id": {"S": name}, "message": {"S": "as it was"}}
            change |= {"NewImage": image} if event == "INSERT" else {"OldImage": image}
            self.records.append({"eventName": event, "eventSource": "aws:dynamodb", "dynamodb": change})

    def get_shard_iterator(self, **asked: str) -> Mapping[str, str]:
        assert asked["StreamArn"] == STREAM
        assert asked["ShardId"] == SHARD
        assert asked["ShardIteratorType"] == "AT_SEQUENCE_NUMBER"
        if self.refuses is not None:
            raise ClientError({"Error": {"Code": self.refuses, "Message": ""}}, "GetShardIterator")
        return {"ShardIterator": asked["SequenceNumber"]}

    def get_records(self, *, ShardIterator: str) -> Mapping[str, Any]:  # noqa: N803 - boto3's names
        # Every other page is empty, as pages of a stream may be.
        place, _, rest = ShardIterator.partition(" ")
        if not rest:
            return {"Records": [], "NextShardIterator": f"{place} again"}
        found = [each for each in self.records if int(each["dynamodb"]["SequenceNumber"]) >= int(place)][: self.page]
        return {"Records": found, "NextShardIterator": str(int(place) + len(found))}


@dataclass
class Desk:
    """Somebody at a terminal, with a stage's failure queues."""

    clients: Clients
    functions: Functions
    stream: Streams
    said: Callable[[], str]
    pauses: list[float] = field(default_factory=list)

    def types(self, *arguments: str) -> tuple[int, str]:
        """Run a command; its status and what it said."""
        status = run(_parser().parse_args([*arguments, "--stage", "test"]), self.clients, self.pauses.append)
        return status, self.said()

    def send(self, queue: str, body: object, **attributes: Any) -> str:
        text = body if isinstance(body, str) else json.dumps(body)
        url = self.clients.queue_url(queue)
        sent = self.clients.sqs.send_message(QueueUrl=url, MessageBody=text, MessageAttributes=attributes)
        return str(sent["MessageId"])

    def waiting(self, queue: str) -> list[str]:
        """The bodies that anybody who looks now would see."""
        url = self.clients.queue_url(queue)
        found = self.clients.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
        return [message["Body"] for message in found.get("Messages", [])]

    def letter_about(self, *numbers: int) -> dict[str, Any]:
        """What Lambda sends to the failure queue about records of the stream, by their sequence numbers."""
        return {
            "requestContext": {
                "requestId": "request",
                "functionArn": FUNCTION,
                "condition": "RetryAttemptsExhausted",
                "approximateInvokeCount": 9,
            },
            "responseContext": {"statusCode": 200, "executedVersion": "$LATEST"},
            "version": "1.0",
            "timestamp": "2026-11-21T12:00:00.000Z",
            "DDBStreamBatchInfo": {
                "shardId": SHARD,
                "startSequenceNumber": str(numbers[0]),
                "endSequenceNumber": str(numbers[-1]),
                "batchSize": len(numbers),
                "streamArn": STREAM,
            },
        }


def message(name: str, text: str = "Hello") -> Message:
    return Message(name, name="Ada", email="ada@example.com", message=text, created_at="now", expires_at=9e9)


@pytest.fixture(scope="session")
def sqs() -> Iterator[Any]:
    with closing(boto3.client("sqs")) as client:
        yield client


@pytest.fixture
def desk(tables: None, dynamodb: Any, sqs: Any, capsys: pytest.CaptureFixture[str]) -> Desk:
    for queue in [*FAILURE_QUEUES, *filter(None, FAILURE_QUEUES.values())]:
        sqs.create_queue(QueueName=f"mytodolist-test-{queue}")
    stream, functions = Streams(), Functions()
    clients = Clients("test", 0, sqs, stream, dynamodb, functions)
    return Desk(clients, functions, stream, lambda: capsys.readouterr().out)
