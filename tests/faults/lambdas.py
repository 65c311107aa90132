"""Lambda's event source mappings: batches, partial failures, bisecting, caps on attempts, and where failures end.

https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
"""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib import clock
from tests.faults.dice import FunctionDied

Handler = Callable[[Mapping[str, Any]], Mapping[str, Any]]
Record = Mapping[str, Any]

VISIBILITY_SECONDS = 180
MAX_RECEIVES = 5
# Lambda does not invoke a function for a message at whose end of a chain it has run so often already.
MAX_RUNS_IN_A_CHAIN = 16


@dataclass
class StreamMapping:
    """A function on a stream: ReportBatchItemFailures, BisectBatchOnFunctionError, a cap on attempts, a queue."""

    handler: Handler
    max_attempts: int = 6
    failures: list[Record] = field(default_factory=list)
    invocations: int = 0

    def run(self, records: Sequence[Record], attempt: int = 1) -> None:
        """Work through a batch until each record is done or in the failure queue."""
        if not records:
            return
        self.invocations += 1
        left = self._invoke(records)
        if not left:
            return
        if len(left) > 1:
            # Half of what is left at a time, so that a bad record ends up alone; this costs no attempt.
            middle = len(left) // 2
            self.run(left[:middle], attempt)
            self.run(left[middle:], attempt)
        elif attempt == self.max_attempts:
            self.failures += left
        else:
            self.run(left, attempt + 1)

    def replay(self) -> None:
        """Offer what is in the failure queue once more."""
        failures, self.failures = self.failures, []
        for record in failures:
            self.run([record])

    def _invoke(self, records: Sequence[Record]) -> Sequence[Record]:
        try:
            answer = self.handler({"Records": list(records)})
        except FunctionDied:
            return records
        reported = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        places = [place for place, record in enumerate(records) if record["dynamodb"]["SequenceNumber"] in reported]
        # Lambda goes back to the lowest that failed, and offers the successes behind it again.
        return records[places[0] :] if places else ()


@dataclass
class _Waiting:
    message_id: str
    body: str
    visible_at: int
    received: int = 0
    runs_before: int = 0


@dataclass
class QueueMapping:
    """A function on a queue: ReportBatchItemFailures, a visibility time-out, and a queue for what comes too often."""

    handler: Handler
    batch_size: int = 10
    waiting: dict[str, _Waiting] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    arrived: int = 0
    invocations: int = 0
    longest_chain: int = 0
    _runs_before: int = 0

    def put(self, body: str, delay_seconds: int = 0) -> None:
        self.arrived += 1
        name = f"message-{self.arrived}"
        visible_at = clock.epoch_seconds() + delay_seconds
        self.waiting[name] = _Waiting(name, body, visible_at, runs_before=self._runs_before)

    def run(self) -> None:
        """Hand over everything that is visible now."""
        now = clock.epoch_seconds()
        visible = [message for message in self.waiting.values() if message.visible_at <= now]
        for start in range(0, len(visible), self.batch_size):
            self._hand_over(visible[start : start + self.batch_size])

    def redrive(self) -> None:
        """Put what is in the failure queue back."""
        failures, self.failures = self.failures, []
        for body in failures:
            self.put(body)

    def _hand_over(self, batch: Sequence[_Waiting]) -> None:
        self.invocations += 1
        for message in batch:
            message.received += 1
            message.visible_at = clock.epoch_seconds() + VISIBILITY_SECONDS
        failed = self._invoke(batch)
        for message in batch:
            if message.message_id not in failed:
                self.waiting.pop(message.message_id, None)
            elif message.received >= MAX_RECEIVES and self.waiting.pop(message.message_id, None):
                self.failures.append(message.body)

    def _invoke(self, batch: Sequence[_Waiting]) -> Container[str]:
        # What the function puts into the queue now is a link further from where the longest chain began.
        self._runs_before = max(message.runs_before for message in batch) + 1
        self.longest_chain = max(self.longest_chain, self._runs_before)
        try:
            return self._answer(batch)
        finally:
            self._runs_before = 0

    def _answer(self, batch: Sequence[_Waiting]) -> Container[str]:
        if self._runs_before > MAX_RUNS_IN_A_CHAIN:
            return {message.message_id for message in batch}
        records = [
            {
                "messageId": message.message_id,
                "body": message.body,
                "attributes": {"ApproximateReceiveCount": str(message.received)},
                "eventSource": "aws:sqs",
            }
            for message in batch
        ]
        try:
            answer = self.handler({"Records": records})
        except FunctionDied:
            return {message.message_id for message in batch}
        return {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
