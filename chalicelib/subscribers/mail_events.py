"""What SES tells of mails after it took them.

https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
"""

import logging

import msgspec

from chalicelib.mail import ledger
from chalicelib.mail.addresses import InvalidAddress, normalise
from chalicelib.mail.sender import DELIVERY_TAG
from chalicelib.subscribers import service

# SES says this once, when it is pointed at a topic.
_GREETING = "Successfully validated SNS topic"
_PROOF_OF_SENDING = frozenset({"Send", "Delivery", "Bounce", "Complaint"})
_FALSE_ALARM = "not-spam"

_log = logging.getLogger(__name__)


class _Recipient(msgspec.Struct, rename="camel"):
    email_address: str


class _Bounce(msgspec.Struct, rename="camel"):
    bounce_type: str
    bounced_recipients: list[_Recipient]
    bounce_sub_type: str = ""


class _Complaint(msgspec.Struct, rename="camel"):
    complained_recipients: list[_Recipient]
    complaint_feedback_type: str | None = None


class _Reject(msgspec.Struct, rename="camel"):
    reason: str = ""


class _SentMail(msgspec.Struct, rename="camel"):
    message_id: str
    tags: dict[str, list[str]] = {}


class _Event(msgspec.Struct, rename="camel"):
    event_type: str
    mail: _SentMail
    bounce: _Bounce | None = None
    complaint: _Complaint | None = None
    reject: _Reject | None = None


_decoder = msgspec.json.Decoder(_Event)


def take(message: str) -> None:
    """Take note of one event, as often as it comes.

    Raises:
        msgspec.DecodeError: it is no event of SES.
    """
    if message.startswith(_GREETING):
        return
    event = _decoder.decode(message)
    delivery = next(iter(event.mail.tags.get(DELIVERY_TAG, [])), None)
    if delivery is not None and event.event_type in _PROOF_OF_SENDING:
        ledger.was_sent(delivery, event.mail.message_id)
    if event.bounce is not None:
        _bounced(event.bounce)
    elif event.complaint is not None:
        _complained(event.complaint)
    elif event.reject is not None:
        _rejected(event.reject, delivery)
    elif event.event_type not in _PROOF_OF_SENDING:
        _log.info("mail event ignored", extra={"fields": {"type": event.event_type}})


def _bounced(bounce: _Bounce) -> None:
    fields = {"type": bounce.bounce_type, "subtype": bounce.bounce_sub_type}
    _log.warning("mail bounced", extra={"fields": fields})
    if bounce.bounce_type == "Permanent":
        for address in _addresses(bounce.bounced_recipients):
            service.bounced(address)


def _complained(complaint: _Complaint) -> None:
    _log.warning("mail complained about", extra={"fields": {"type": complaint.complaint_feedback_type}})
    if complaint.complaint_feedback_type != _FALSE_ALARM:
        for address in _addresses(complaint.complained_recipients):
            service.complained(address)


def _rejected(reject: _Reject, delivery: str | None) -> None:
    _log.error("mail rejected", extra={"fields": {"reason": reject.reason}})
    if delivery is not None:
        ledger.was_rejected(delivery, reject.reason)


def _addresses(recipients: list[_Recipient]) -> list[str]:
    found = []
    for recipient in recipients:
        try:
            found.append(normalise(recipient.email_address))
        except InvalidAddress:
            _log.warning("mail event about no address of ours")
    return found
