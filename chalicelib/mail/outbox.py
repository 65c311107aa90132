"""The ways out of the application, as one thing to hand around."""

from dataclasses import dataclass, field

from chalicelib.mail.sender import Sender, SesSender
from chalicelib.mail.topics import SnsTopics, Topics


@dataclass(frozen=True, slots=True)
class Outbox:
    """Mails and notices; SES and SNS unless a test brings others."""

    mails: Sender = field(default_factory=SesSender)
    topics: Topics = field(default_factory=SnsTopics)
