"""Sending a mail through SES.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
"""

from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.mail import message
from chalicelib.mail.clients import client
from chalicelib.mail.message import Mail
from chalicelib.mail.outcomes import RefusedForGood, outcome_of
from chalicelib.settings import settings

# Every event of SES about a mail carries its tags, and by this one its row in the ledger is found.
DELIVERY_TAG = "delivery"
_FOR_GOOD = frozenset({"BadRequestException", "MessageRejected"})


class Sender(Protocol):
    """Where mails go out."""

    def send(self, mail: Mail, delivery_id: str) -> str:
        """Send a mail and return the id that the service gave it.

        Raises:
            SendError: as its kinds say.
        """


class SesSender:
    """SES, with one attempt a call."""

    def __init__(self, ses: Any = None) -> None:  # noqa: ANN401 - botocore's clients are made at run time
        self._ses = ses

    def send(self, mail: Mail, delivery_id: str) -> str:
        sender = settings().mail_from
        try:
            raw = message.build(mail, sender)
        except ValueError as error:
            raise RefusedForGood("No mail can be written of this") from error
        ses = self._ses or client("sesv2")
        try:
            answer = ses.send_email(
                FromEmailAddress=message.mailbox(sender),
                Destination={"ToAddresses": [mail.to]},
                Content={"Raw": {"Data": raw}},
                ConfigurationSetName=settings().mail_configuration_set,
                EmailTags=[{"Name": DELIVERY_TAG, "Value": delivery_id}],
            )
        except (BotoCoreError, ClientError) as error:
            raise outcome_of(error, _FOR_GOOD) from error
        return str(answer["MessageId"])
