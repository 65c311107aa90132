"""Failure queues and the letters in them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from infra.deadletters.clients import Clients

STREAM_FAILURES = "stream-failures"
# Failure queue -> the queue its letters came from; records of streams have none and go back to their function.
FAILURE_QUEUES: Mapping[str, str | None] = {
    "thumbnail-jobs-failures": "thumbnail-jobs",
    "announcements-failures": "announcements",
    "mail-event-jobs-failures": "mail-event-jobs",
    STREAM_FAILURES: None,
}
# What one round of a few letters may take, the slowest function among them.
HOLD_SECONDS = 900
_AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class Letter:
    """One message of a failure queue, held so that nobody else takes it meanwhile."""

    queue: str
    message_id: str
    receipt: str
    body: str
    attributes: Mapping[str, Any]
    sent_at: datetime

    def summary(self) -> str:
        """One line: when it came, where it is from and what it is about, without anybody's address."""
        return f"{self.sent_at:%Y-%m-%d %H:%M:%S}  {self.queue}  {self.message_id}  {_about(self.queue, self.body)}"

    def whole(self) -> str:
        """Everything that is in it."""
        parsed = _parsed(self.body)
        body = self.body if parsed is None else json.dumps(parsed, indent=2, ensure_ascii=False)
        return f"{self.summary()}\n{body}\n"


class Held:
    """Letters that were taken. Those that are not done with are let go at the end, and whoever looks next sees them."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._in_hand: dict[str, Letter] = {}

    def take(self, queue: str) -> Iterator[Letter]:
        """Take the letters of a queue, a few at a time; ends when none is left that was not seen before."""
        url = self._clients.queue_url(queue)
        seen: set[str] = set()
        while True:
            taken = self._clients.sqs.receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=_AT_ONCE,
                VisibilityTimeout=HOLD_SECONDS,
                WaitTimeSeconds=self._clients.wait_seconds,
                MessageAttributeNames=["All"],
                MessageSystemAttributeNames=["SentTimestamp"],
            ).get("Messages", [])
            letters = [_letter(queue, message) for message in taken]
            self._in_hand |= {letter.message_id: letter for letter in letters}
            new = [letter for letter in letters if letter.message_id not in seen]
            if not new:
                return
            seen |= {letter.message_id for letter in new}
            yield from new

    def done(self, letter: Letter) -> None:
        """Remove a letter that has been dealt with."""
        self._clients.sqs.delete_message(QueueUrl=self._clients.queue_url(letter.queue), ReceiptHandle=letter.receipt)
        del self._in_hand[letter.message_id]

    def let_go(self) -> None:
        """Give back what is still in hand."""
        for letter in self._in_hand.values():
            self._clients.sqs.change_message_visibility(
                QueueUrl=self._clients.queue_url(letter.queue), ReceiptHandle=letter.receipt, VisibilityTimeout=0
            )
        self._in_hand.clear()


def _letter(queue: str, message: Mapping[str, Any]) -> Letter:
    milliseconds = int(message["Attributes"]["SentTimestamp"])
    return Letter(
        queue,
        message["MessageId"],
        message["ReceiptHandle"],
        message["Body"],
        message.get("MessageAttributes", {}),
        datetime.fromtimestamp(milliseconds / 1000, UTC),
    )


def _about(queue: str, body: str) -> str:
    parsed = _parsed(body)
    try:
        match queue:
            case "stream-failures":
                info, told = parsed["DDBStreamBatchInfo"], parsed["requestContext"]
                records = f"{info['batchSize']} record(s) from {info['startSequenceNumber']}"
                return f"{function_name(told['functionArn'])}: {told['condition']}, {records}"
            case "thumbnail-jobs-failures":
                return ", ".join(record["s3"]["object"]["key"] for record in parsed["Records"])
            case "announcements-failures":
                return f"{parsed['post']['slug']}: {parsed['type']}"
            case _:
                return str(parsed["eventType"])
    except (KeyError, TypeError):
        return f"not understood, {len(body)} characters"


def function_name(arn: str) -> str:
    """The function of an ARN, whatever alias or version comes after it."""
    return arn.split(":")[6]


def _parsed(body: str) -> Any:  # noqa: ANN401 - whatever JSON says
    try:
        return json.loads(body)
    except ValueError:
        return None
