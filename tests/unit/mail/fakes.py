"""Ways out that lead nowhere: they remember what went out, and fail where they are told to."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from chalicelib.mail.message import Mail
from chalicelib.mail.outbox import Outbox


@dataclass
class Letters:
    """Takes mails; `fails` holds what the next calls raise, None for those that succeed."""

    sent: list[tuple[str, Mail]] = field(default_factory=list)
    fails: list[Exception | None] = field(default_factory=list)

    def send(self, mail: Mail, delivery_id: str) -> str:
        error = self.fails.pop(0) if self.fails else None
        if error is not None:
            raise error
        self.sent.append((delivery_id, mail))
        return f"message-{len(self.sent)}"

    @property
    def mails(self) -> list[Mail]:
        return [mail for _, mail in self.sent]


@dataclass
class Notices:
    """Takes notices: topic, subject, text."""

    published: list[tuple[str, str, str]] = field(default_factory=list)
    fails: list[Exception | None] = field(default_factory=list)

    def publish(self, topic_arn: str, subject: str, text: str) -> str:
        error = self.fails.pop(0) if self.fails else None
        if error is not None:
            raise error
        self.published.append((topic_arn, subject, text))
        return f"notice-{len(self.published)}"


@dataclass
class Pile:
    """Takes messages of a queue, each with its delay."""

    messages: list[tuple[str, int]] = field(default_factory=list)
    fails: list[Exception | None] = field(default_factory=list)

    def put(self, bodies: Sequence[str], delay_seconds: int = 0) -> None:
        error = self.fails.pop(0) if self.fails else None
        if error is not None:
            raise error
        self.messages += [(body, delay_seconds) for body in bodies]

    @property
    def bodies(self) -> list[str]:
        return [body for body, _ in self.messages]


@dataclass
class Desk:
    """An outbox with what went through it."""

    letters: Letters = field(default_factory=Letters)
    notices: Notices = field(default_factory=Notices)

    @property
    def outbox(self) -> Outbox:
        return Outbox(self.letters, self.notices)
