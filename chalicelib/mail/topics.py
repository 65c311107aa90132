"""Notices to SNS topics, whose subscribers the owner chooses.

https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
"""

import unicodedata
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.mail.clients import client
from chalicelib.mail.outcomes import outcome_of

LONGEST_SUBJECT = 99
_FOR_GOOD = frozenset({"InvalidParameter", "InvalidParameterValue", "ParameterValueInvalid", "ValidationException"})


class Topics(Protocol):
    """Where notices go out."""

    def publish(self, topic_arn: str, subject: str, text: str) -> str:
        """Publish a notice and return the id that the service gave it.

        Raises:
            SendError: as its kinds say.
        """


class SnsTopics:
    """SNS, with one attempt a call."""

    def __init__(self, sns: Any = None) -> None:  # noqa: ANN401 - botocore's clients are made at run time
        self._sns = sns

    def publish(self, topic_arn: str, subject: str, text: str) -> str:
        sns = self._sns or client("sns")
        try:
            answer = sns.publish(TopicArn=topic_arn, Subject=plain_subject(subject), Message=text)
        except (BotoCoreError, ClientError) as error:
            raise outcome_of(error, _FOR_GOOD) from error
        return str(answer["MessageId"])


def plain_subject(subject: str) -> str:
    """What SNS takes as a subject: one line of ASCII that starts with a letter, a digit or a mark, under 100 long."""
    plain = unicodedata.normalize("NFKD", subject).encode("ascii", "ignore").decode()
    # SNS puts the subject into a mail as it is, where `=?` would begin an encoded word (RFC 2047).
    plain = plain.replace("=?", "= ?")
    words = "".join(letter if letter.isprintable() else " " for letter in plain).split()
    return " ".join(words)[:LONGEST_SUBJECT].rstrip()
