"""What is outside: SES, SNS and SQS, as far as the application talks to them, with everything they ever took."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib.mail.message import Mail
from chalicelib.mail.outcomes import OutcomeUnknown, RefusedForNow
from chalicelib.subscribers.queue import NotQueued
from tests.faults.dice import Dice


@dataclass
class Ses:
    """A mail service. `inbox` holds each mail it took, with the delivery it belongs to."""

    dice: Dice
    taken: Callable[[str, str], None] = lambda *_: None
    inbox: list[tuple[str, Mail]] = field(default_factory=list)
    refuses: Callable[[], bool] = lambda: False
    before_taking: Callable[[str], None] = lambda _: None

    def send(self, mail: Mail, delivery_id: str) -> str:
        if self.refuses():
            raise RefusedForNow("454 Throttling failure: Maximum sending rate exceeded")

        def take() -> str:
            self.before_taking(delivery_id)
            self.inbox.append((delivery_id, mail))
            message_id = f"message-{len(self.inbox)}"
            self.taken(delivery_id, message_id)
            return message_id

        return self.dice.call(
            "SES", take, lambda: RefusedForNow("TooManyRequestsException"), lambda: OutcomeUnknown("ReadTimeoutError")
        )

    def count(self, delivery_id: str) -> int:
        return sum(name == delivery_id for name, _ in self.inbox)


@dataclass
class Sns:
    """Topics. `notices` holds each notice they took: topic, subject, text."""

    dice: Dice
    notices: list[tuple[str, str, str]] = field(default_factory=list)
    refuses: Callable[[], bool] = lambda: False

    def publish(self, topic_arn: str, subject: str, text: str) -> str:
        if self.refuses():
            raise RefusedForNow("EndpointConnectionError")

        def take() -> str:
            self.notices.append((topic_arn, subject, text))
            return f"notice-{len(self.notices)}"

        return self.dice.call(
            "SNS", take, lambda: RefusedForNow("Throttled"), lambda: OutcomeUnknown("ReadTimeoutError")
        )


@dataclass
class Sqs:
    """The announcements queue, from the side of those who put something in."""

    dice: Dice
    put_in: Callable[[str, int], None]

    def put(self, bodies: Sequence[str], delay_seconds: int = 0) -> None:
        def take() -> None:
            for body in bodies:
                self.put_in(body, delay_seconds)

        if bodies:
            self.dice.call("SQS", take, lambda: NotQueued("Throttled"), lambda: NotQueued("ReadTimeoutError"))


def send_event(delivery_id: str, message_id: str, to: str = "reader@example.com") -> str:
    """What SES tells of a mail that it took."""
    event: dict[str, Any] = {
        "eventType": "Send",
        "mail": {
            "timestamp": "2026-01-01T00:00:00.000Z",
            "source": "blog@example.com",
            "sendingAccountId": "123456789012",
            "messageId": message_id,
            "destination": [to],
            "tags": {"ses:configuration-set": ["mytodolist-test"], "delivery": [delivery_id]},
        },
        "send": {},
    }
    return json.dumps(event)
