"""What is outside: SES, SNS and SQS, with everything they ever took, and botocore's errors when they fail.

SNS and SQS are clients behind the application's own code. SES stands in for `SesSender`, because writing ten thousand
mails out takes longer than all the rest; what an error of SES means is the application's own judgement all the same.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from chalicelib.mail.message import Mail
from chalicelib.mail.outcomes import outcome_of
from tests.faults.dice import Dice, silent, throttled


@dataclass
class Ses:
    """A mail service. `inbox` holds each mail it took, with the delivery it belongs to."""

    dice: Dice
    taken: Callable[[str, str], None] = lambda *_: None
    inbox: list[tuple[str, Mail]] = field(default_factory=list)
    refuses: Callable[[], bool] = lambda: False
    before_taking: Callable[[str], None] = lambda _: None

    def send(self, mail: Mail, delivery_id: str) -> str:
        try:
            return self._send(mail, delivery_id)
        except (ClientError, ReadTimeoutError) as error:
            raise outcome_of(error, ()) from error

    def _send(self, mail: Mail, delivery_id: str) -> str:
        if self.refuses():
            raise throttled("Throttling", "454 Throttling failure: Maximum sending rate exceeded")

        def take() -> str:
            self.before_taking(delivery_id)
            self.inbox.append((delivery_id, mail))
            message_id = f"message-{len(self.inbox)}"
            self.taken(delivery_id, message_id)
            return message_id

        return self.dice.call("SES", take, lambda: throttled("TooManyRequestsException"), silent)


@dataclass
class Sns:
    """SNS's client. `notices` holds each notice it took: topic, subject, text."""

    dice: Dice
    notices: list[tuple[str, str, str]] = field(default_factory=list)
    refuses: Callable[[], bool] = lambda: False

    def publish(self, **asked: str) -> Mapping[str, str]:
        if self.refuses():
            raise EndpointConnectionError(endpoint_url="https://sns")

        def take() -> Mapping[str, str]:
            self.notices.append((asked["TopicArn"], asked["Subject"], asked["Message"]))
            return {"MessageId": f"notice-{len(self.notices)}"}

        return self.dice.call("SNS", take, lambda: throttled("Throttled"), silent)


@dataclass
class Sqs:
    """SQS's client, for the announcements queue."""

    dice: Dice
    put_in: Callable[[str, int], None]

    def send_message_batch(self, **asked: Any) -> Mapping[str, Sequence[Any]]:
        def take() -> Mapping[str, Sequence[Any]]:
            for entry in asked["Entries"]:
                self.put_in(entry["MessageBody"], entry["DelaySeconds"])
            return {"Successful": asked["Entries"]}

        return self.dice.call("SQS", take, lambda: throttled("RequestThrottled"), silent)


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
