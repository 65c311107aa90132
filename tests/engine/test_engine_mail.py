"""Mails: what the mailbox shows of them, and what SES tells of them afterwards."""

import json
from email.message import EmailMessage
from typing import Any

import pytest
from botocore.exceptions import ClientError
from engine_support import Aws, MakeEngine, as_user, eventually, refused, unique

from infra.local.engine.settings import ACCOUNT
from infra.local.engine_process import REGION

SENDER = "blog@example.test"


@pytest.fixture
def ses(aws: Aws) -> Any:
    aws.client("ses").verify_email_identity(EmailAddress=SENDER)
    return aws.client("sesv2")


def raw_mail(to: str) -> dict[str, Any]:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Ann's blog <{SENDER}>", to, "Grüße"
    mail.set_content("Schöne Grüße\n")
    mail.add_alternative("<p>Schöne <b>Grüße</b></p>\n", subtype="html")
    return {
        "FromEmailAddress": f"Ann's blog <{SENDER}>",
        "Destination": {"ToAddresses": [to]},
        "Content": {"Raw": {"Data": mail.as_bytes()}},
    }


def test_the_mailbox_shows_both_parts_of_a_raw_mail(aws: Aws, ses: Any) -> None:
    sent = ses.send_email(**raw_mail("ann@example.test"))["MessageId"]
    (mail,) = [mail for mail in aws.engine.mail() if mail["id"] == sent]
    assert (mail["to"], mail["subject"]) == (["ann@example.test"], "Grüße")
    assert (mail["text"].strip(), mail["html"].strip()) == ("Schöne Grüße", "<p>Schöne <b>Grüße</b></p>")


class Listener:
    """A configuration set whose events end in a queue."""

    def __init__(self, aws: Aws, ses: Any, *kinds: str, enabled: bool = True) -> None:
        self.name = unique("set")
        self.sqs = aws.client("sqs")
        self.queue = self.sqs.create_queue(QueueName=unique("mail-events"))["QueueUrl"]
        names = {"QueueUrl": self.queue, "AttributeNames": ["QueueArn"]}
        arn = self.sqs.get_queue_attributes(**names)["Attributes"]["QueueArn"]
        allow = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
        self.sqs.set_queue_attributes(QueueUrl=self.queue, Attributes={"Policy": policy})
        topic = aws.client("sns").create_topic(Name=unique("mail-events"))["TopicArn"]
        raw = {"RawMessageDelivery": "true"}
        aws.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=raw)
        ses.create_configuration_set(ConfigurationSetName=self.name)
        ses.create_configuration_set_event_destination(
            ConfigurationSetName=self.name,
            EventDestinationName="queue",
            EventDestination={
                "Enabled": enabled,
                "MatchingEventTypes": list(kinds),
                "SnsDestination": {"TopicArn": topic},
            },
        )
        self.heard: list[dict[str, Any]] = []

    def events(self, count: int) -> list[dict[str, Any]]:
        def receive() -> bool:
            answer = self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10)
            self.heard += [json.loads(message["Body"]) for message in answer.get("Messages", [])]
            return len(self.heard) >= count

        eventually(receive)
        return self.heard


def test_a_mail_is_told_of_with_its_tags(aws: Aws, ses: Any) -> None:
    listener = Listener(aws, ses, "SEND", "DELIVERY", "BOUNCE")
    tags = [{"Name": "delivery", "Value": "d-1"}]
    sent = ses.send_email(**raw_mail("ann@example.test"), ConfigurationSetName=listener.name, EmailTags=tags)
    events = listener.events(2)
    assert sorted(event["eventType"] for event in events) == ["Delivery", "Send"]
    for event in events:
        assert event["mail"]["messageId"] == sent["MessageId"]
        assert event["mail"]["tags"]["delivery"] == ["d-1"]
        assert event["mail"]["tags"]["ses:configuration-set"] == [listener.name]
        assert (event["mail"]["source"], event["mail"]["destination"]) == (SENDER, ["ann@example.test"])


def test_the_simulators_addresses_bounce_and_complain(aws: Aws, ses: Any) -> None:
    listener = Listener(aws, ses, "BOUNCE", "COMPLAINT")
    for local in ("bounce+1", "complaint", "success"):
        mail = raw_mail(f"{local}@simulator.amazonses.com")
        ses.send_email(**mail, ConfigurationSetName=listener.name)
    bounce, complaint = sorted(listener.events(2), key=lambda event: str(event["eventType"]))
    assert bounce["bounce"]["bounceType"] == "Permanent"
    assert bounce["bounce"]["bouncedRecipients"][0]["emailAddress"] == "bounce+1@simulator.amazonses.com"
    assert complaint["complaint"]["complainedRecipients"] == [{"emailAddress": "complaint@simulator.amazonses.com"}]


def test_a_disabled_destination_hears_nothing_and_an_unknown_set_is_refused(aws: Aws, ses: Any) -> None:
    silent, listening = Listener(aws, ses, "SEND", enabled=False), Listener(aws, ses, "SEND")
    for name in (silent.name, listening.name):
        ses.send_email(**raw_mail("ann@example.test"), ConfigurationSetName=name)
    assert len(listening.events(1)) == 1
    assert "Messages" not in silent.sqs.receive_message(QueueUrl=silent.queue)
    unknown = {**raw_mail("ann@example.test"), "ConfigurationSetName": "unknown"}
    before = len(aws.engine.mail())
    assert refused(lambda: ses.send_email(**unknown)) == "NotFoundException"
    assert len(aws.engine.mail()) == before


def sending(aws: Aws, *resources: str) -> Any:
    """SES as a user sees it who may send from `SENDER` on these resources."""
    statement = {
        "Effect": "Allow",
        "Action": "ses:SendEmail",
        "Resource": [f"arn:aws:ses:{REGION}:{ACCOUNT}:{each}" for each in resources],
        "Condition": {"StringEquals": {"ses:FromAddress": SENDER}},
    }
    return as_user(aws, statement).client("sesv2")


def test_a_verified_recipient_is_authorised_like_the_sender(aws: Aws, ses: Any) -> None:
    friend = f"{unique('friend')}@example.test"
    narrow, wide = sending(aws, f"identity/{SENDER}"), sending(aws, "identity/*")
    assert narrow.send_email(**raw_mail(friend))["MessageId"]
    aws.client("ses").verify_email_identity(EmailAddress=friend)
    assert refused(lambda: narrow.send_email(**raw_mail(friend))) == "AccessDeniedException"
    assert wide.send_email(**raw_mail(friend))["MessageId"]


def test_a_new_account_mails_verified_recipients_alone(make_engine: MakeEngine) -> None:
    aws = Aws(make_engine())
    ses, v1 = aws.client("sesv2"), aws.client("ses")
    for address in (SENDER, "friend@example.test"):
        v1.verify_email_identity(EmailAddress=address)
    about = {"MailType": "TRANSACTIONAL", "WebsiteURL": "https://example.test"}
    ses.put_account_details(ProductionAccessEnabled=False, **about)
    narrow, wide = sending(aws, f"identity/{SENDER}"), sending(aws, "identity/*")
    stranger = raw_mail("stranger@example.test")
    assert wide.send_email(**raw_mail("friend@example.test"))["MessageId"]
    with pytest.raises(ClientError, match=r"Email address is not verified.*stranger@example[.]test") as rejected:
        wide.send_email(**stranger)
    assert rejected.value.response["Error"]["Code"] == "MessageRejected"
    assert refused(lambda: narrow.send_email(**stranger)) == "AccessDeniedException"
    ses.put_account_details(ProductionAccessEnabled=True, **about)
    assert narrow.send_email(**stranger)["MessageId"]


def test_a_role_sends_from_the_address_its_policy_names_and_through_its_configuration_set(aws: Aws, ses: Any) -> None:
    own, other = f"identity/{SENDER}", unique("set")
    for name in (mine := unique("set"), other):
        ses.create_configuration_set(ConfigurationSetName=name)
    sender = sending(aws, own, f"configuration-set/{mine}")
    mail = raw_mail("reader@example.test")
    assert sender.send_email(**mail, ConfigurationSetName=mine)["MessageId"]
    assert refused(lambda: sender.send_email(**mail, ConfigurationSetName=other)) == "AccessDeniedException"
    aws.client("ses").verify_email_identity(EmailAddress="boss@example.test")
    forged = {**mail, "FromEmailAddress": "boss@example.test"}
    assert refused(lambda: sender.send_email(**forged)) == "AccessDeniedException"
