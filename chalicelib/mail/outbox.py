"""The ways out of the application, as one thing to hand around."""

import msgspec

from chalicelib.mail.sender import Sender, SesSender
from chalicelib.mail.topics import SnsTopics, Topics


class Outbox(msgspec.Struct, frozen=True):
    """Mails and notices; SES and SNS unless a test brings others."""

    mails: Sender = msgspec.field(default_factory=SesSender)
    topics: Topics = msgspec.field(default_factory=SnsTopics)
