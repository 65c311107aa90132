"""Failure queues and the letters in them."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

# Failure queue -> the queue its letters came from; stream records have none and go back to their function.
FAILURE_QUEUES: dict[str, str | None] = {
    "thumbnail-jobs-failures": "thumbnail-jobs",
    "announcements-failures": "announcements",
    "mail-event-jobs-failures": "mail-event-jobs",
    "stream-failures": None,
}
HOLD_SECONDS = 300
_BATCH = 10


@dataclass(frozen=True, slots=True)
class Letter:
    """One message of a failure queue, held for a while so that nobody else takes it."""

    queue: str
    message_id: str
    receipt: str
    body: str
    attributes: dict[str, Any]

    def summary(self) -> str:
        """One line: where it is from and why it is here."""
        if self.queue != "stream-failures":
            return f"{self.queue}  {self.message_id}  {self.body[:80]}"
        told = json.loads(self.body)
        function = told["requestContext"]["functionArn"].rpartition(":")[2]
        info = told["DDBStreamBatchInfo"]
        return (
            f"{self.queue}  {self.message_id}  {function}: {told['requestContext']['condition']}, "
            f"{info['batchSize']} record(s) from {info['startSequenceNumber']}"
        )


@dataclass(frozen=True, slots=True)
class Post:
    """The failure queues of one stage."""

    sqs: Any
    stage: str

    def url(self, queue: str) -> str:
        """The address of a queue."""
        return str(self.sqs.get_queue_url(QueueName=f"mytodolist-{self.stage}-{queue}")["QueueUrl"])

    @contextmanager
    def held(self, queues: Sequence[str]) -> Iterator[list[Letter]]:
        """Hold every letter of `queues`; those that are still there afterwards are let go again."""
        letters = [letter for queue in queues for letter in self._take_all(queue)]
        try:
            yield letters
        finally:
            for letter in letters:
                self._let_go(letter)

    def done(self, letter: Letter) -> None:
        """Remove a letter that has been dealt with."""
        self.sqs.delete_message(QueueUrl=self.url(letter.queue), ReceiptHandle=letter.receipt)

    def _take_all(self, queue: str) -> Iterator[Letter]:
        url = self.url(queue)
        while True:
            taken = self.sqs.receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=_BATCH,
                VisibilityTimeout=HOLD_SECONDS,
                MessageAttributeNames=["All"],
            ).get("Messages", [])
            if not taken:
                return
            for message in taken:
                yield Letter(
                    queue,
                    message["MessageId"],
                    message["ReceiptHandle"],
                    message["Body"],
                    message.get("MessageAttributes", {}),
                )

    def _let_go(self, letter: Letter) -> None:
        try:
            self.sqs.change_message_visibility(
                QueueUrl=self.url(letter.queue), ReceiptHandle=letter.receipt, VisibilityTimeout=0
            )
        except (self.sqs.exceptions.MessageNotInflight, self.sqs.exceptions.ReceiptHandleIsInvalid):
            return
        except self.sqs.exceptions.ClientError as error:
            if error.response["Error"]["Code"] not in ("InvalidParameterValue", "MessageNotInflight"):
                raise
