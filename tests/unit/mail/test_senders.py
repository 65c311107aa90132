"""SES, SNS and their clients: what is asked of them, and what their answers mean."""

from email import message_from_bytes
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from botocore.stub import Stubber
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.mail import clients
from chalicelib.mail.message import Mail
from chalicelib.mail.outbox import Outbox
from chalicelib.mail.outcomes import OutcomeUnknown, RefusedForGood, RefusedForNow
from chalicelib.mail.sender import SesSender
from chalicelib.mail.topics import LONGEST_SUBJECT, SnsTopics, plain_subject

MAIL = Mail("ada@example.com", "Tides", "Sea", "<p>Sea</p>")
TOPIC = "arn:aws:sns:eu-north-1:123456789012:mytodolist-test-owner"


class Service:
    """A client of which each call gives the same, or raises."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.calls: list[dict[str, Any]] = []

    def __getattr__(self, operation: str) -> Any:
        def call(**arguments: Any) -> Any:
            self.calls.append(arguments)
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer

        return call


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": code}}, "AnyOperation")


def test_a_mail_goes_to_ses_with_the_name_of_its_delivery() -> None:
    # given an SES that takes it
    ses = Service({"MessageId": "0101018f"})
    # when a mail is sent, then its id comes back
    assert SesSender(ses).send(MAIL, "welcome_1_abc") == "0101018f"
    (call,) = ses.calls
    raw = call.pop("Content")["Raw"]["Data"]
    assert call == {
        "FromEmailAddress": "MyBlog <blog@example.com>",
        "Destination": {"ToAddresses": ["ada@example.com"]},
        "ConfigurationSetName": "mytodolist-test",
        "EmailTags": [{"Name": "delivery", "Value": "welcome_1_abc"}],
    }
    assert message_from_bytes(raw)["Subject"] == "Tides"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (refusal("TooManyRequestsException"), RefusedForNow),
        (refusal("MessageRejected"), RefusedForGood),
        (refusal("BadRequestException"), RefusedForGood),
        (ReadTimeoutError(endpoint_url="https://email"), OutcomeUnknown),
        (EndpointConnectionError(endpoint_url="https://email"), RefusedForNow),
    ],
)
def test_what_ses_answers_is_told(error: Exception, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        SesSender(Service(error)).send(MAIL, "welcome_1_abc")


def test_a_mail_that_cannot_be_written_never_gets_to_ses() -> None:
    ses = Service({"MessageId": "0101018f"})
    with pytest.raises(RefusedForGood):
        SesSender(ses).send(Mail("ada@example.com\nBcc: bob@example.com", "", "", ""), "welcome_1_abc")
    assert ses.calls == []


def test_a_notice_goes_to_its_topic() -> None:
    sns = Service({"MessageId": "f187a3c1"})
    assert SnsTopics(sns).publish(TOPIC, "Grüe\nvon Ada", "Hallo") == "f187a3c1"
    assert sns.calls == [{"TopicArn": TOPIC, "Subject": "Grue von Ada", "Message": "Hallo"}]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (refusal("Throttled"), RefusedForNow),
        (refusal("InvalidParameter"), RefusedForGood),
        (ReadTimeoutError(endpoint_url="https://sns"), OutcomeUnknown),
    ],
)
def test_what_sns_answers_is_told(error: Exception, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        SnsTopics(Service(error)).publish(TOPIC, "Subject", "Text")


@given(st.text())
@example("=?utf-8?q?=0d=0aBcc:_x@example.com?=")
def test_a_subject_of_sns_is_a_short_line_of_ascii(typed: str) -> None:
    subject = plain_subject(f"Message from {typed}")
    assert "=?" not in subject
    assert subject.startswith("Message from")
    assert len(subject) <= LONGEST_SUBJECT
    assert subject.isascii()
    assert subject.isprintable()


@pytest.mark.parametrize("service", ["sesv2", "sns", "sqs"])
def test_a_client_is_made_once_and_never_repeats_by_itself(service: str) -> None:
    client = clients.client(service)
    assert clients.client(service) is client
    config = client.meta.config
    assert (config.connect_timeout, config.read_timeout) == (2.0, 5.0)
    assert config.retries["total_max_attempts"] == 1


def test_unless_told_otherwise_mails_go_to_ses_and_notices_to_sns() -> None:
    # given botocore's own clients, which check what they are asked
    outbox = Outbox()
    with Stubber(clients.client("sesv2")) as ses, Stubber(clients.client("sns")) as sns:
        ses.add_response("send_email", {"MessageId": "1"})
        sns.add_response("publish", {"MessageId": "2"})
        # then they take what we ask
        assert outbox.mails.send(MAIL, "welcome_1_abc") == "1"
        assert outbox.topics.publish(TOPIC, "Subject", "Text") == "2"
