"""Queues in which work waits for a function.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
"""

from collections.abc import Sequence
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.mail.clients import client

LONGEST_DELAY_SECONDS = 900
_AT_ONCE = 10


class NotQueued(Exception):  # noqa: N818 - what happened
    """Some of the messages may not be in the queue."""


class Queue(Protocol):
    """Where work for later goes."""

    def put(self, bodies: Sequence[str], delay_seconds: int = 0) -> None:
        """Put messages into the queue, each at least once.

        Raises:
            NotQueued: some may not be in it; putting them all again is right.
        """


class SqsQueue:
    """The queue of SQS at an address."""

    def __init__(self, url: str, sqs: Any = None) -> None:  # noqa: ANN401 - botocore's clients are made at run time
        self._url = url
        self._sqs = sqs

    def put(self, bodies: Sequence[str], delay_seconds: int = 0) -> None:
        sqs = self._sqs or client("sqs")
        for start in range(0, len(bodies), _AT_ONCE):
            entries = [
                {"Id": str(place), "MessageBody": body, "DelaySeconds": delay_seconds}
                for place, body in enumerate(bodies[start : start + _AT_ONCE])
            ]
            try:
                answer = sqs.send_message_batch(QueueUrl=self._url, Entries=entries)
            except (BotoCoreError, ClientError) as error:
                raise NotQueued(type(error).__name__) from error
            if answer.get("Failed"):
                raise NotQueued(answer["Failed"][0].get("Code", ""))
