"""SES tells a configuration set's topics what became of a mail.

AWS: every mail sent with a configuration set makes events (Send, then Delivery, Bounce or Complaint) that go to the
set's event destinations, with the mail's tags. Addresses of the mailbox simulator bounce and complain on request. An
unknown set is refused.
https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html

The emulator: stores the destinations and tells them nothing.

Here: events of SendEmail in its second version, to topics.
"""

import functools
import json
import time
from email.utils import parseaddr
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import ses, ses_v2, sns

TARGETS = (
    "ministack.core.responses:get_account_id",
    "ministack.core.responses:get_region",
    "ministack.services.ses:_SIMULATOR_DOMAIN",
    "ministack.services.ses:_SIMULATOR_OUTCOMES",
    "ministack.services.ses:_notification_detail(kind, rcpt, ts, bounce_subtype)",
    "ministack.services.ses_v2:_config_sets",
    "ministack.services.ses_v2:_missing_config_set(name)",
    "ministack.services.ses_v2:handle_request(method, path, headers, body, query_params)",
    "ministack.services.sns:publish_internal(topic_arn, message, subject)",
)
_SEND_EMAIL = ("POST", "/v2/email/outbound-emails")
_SUBJECT = "Amazon SES Email Event Notification"


def apply() -> None:
    ses_v2.handle_request = _with_events(ses_v2.handle_request)


def _with_events(original: Any) -> Any:
    @functools.wraps(original)
    async def handle(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        request = json.loads(body) if (method, path.rstrip("/")) == _SEND_EMAIL else {}
        name = request.get("ConfigurationSetName")
        if name and name not in ses_v2._config_sets:
            return ses_v2._missing_config_set(name)
        response = await original(method, path, headers, body, query)
        if name and response[0] == 200:
            _publish(name, request, json.loads(response[2])["MessageId"])
        return response

    return handle


def _publish(name: str, request: dict[str, Any], message_id: str) -> None:
    destinations = (ses_v2._config_sets[name].get("EventDestinations") or {}).values()
    topics = [
        (destination["SnsDestination"]["TopicArn"], destination["MatchingEventTypes"])
        for destination in destinations
        if destination["Enabled"] and "SnsDestination" in destination
    ]
    now = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
    mail = _mail(name, request, message_id, now)
    for kind, detail in _events(mail["destination"], now):
        for topic, kinds in topics:
            if kind.upper() in kinds:
                sns.publish_internal(topic, json.dumps({"eventType": kind, "mail": mail, **detail}), _SUBJECT)


def _mail(name: str, request: dict[str, Any], message_id: str, now: str) -> dict[str, Any]:
    sender = parseaddr(request.get("FromEmailAddress", ""))[1]
    to = request.get("Destination") or {}
    addresses = [address for kind in ("To", "Cc", "Bcc") for address in to.get(f"{kind}Addresses") or []]
    tags = {
        "ses:configuration-set": [name],
        "ses:from-domain": [sender.rpartition("@")[2]],
        **{tag["Name"]: [tag["Value"]] for tag in request.get("EmailTags") or []},
    }
    return {
        "timestamp": now,
        "source": sender,
        "sourceArn": f"arn:aws:ses:{get_region()}:{get_account_id()}:identity/{sender}",
        "sendingAccountId": get_account_id(),
        "messageId": message_id,
        "destination": [parseaddr(address)[1] for address in addresses],
        "headersTruncated": False,
        "headers": [],
        "commonHeaders": {"messageId": message_id},
        "tags": tags,
    }


def _events(recipients: list[str], now: str) -> list[tuple[str, dict[str, Any]]]:
    """What happens to a mail, in order: kind and detail."""
    found: list[tuple[str, dict[str, Any]]] = [("Send", {"send": {}})]
    for recipient in recipients:
        local, _, domain = recipient.lower().partition("@")
        outcomes = (("Delivery", None),)
        if domain == ses._SIMULATOR_DOMAIN:
            outcomes = ses._SIMULATOR_OUTCOMES.get(local.partition("+")[0], outcomes)
        found += [(kind, ses._notification_detail(kind, recipient, now, subtype)) for kind, subtype in outcomes]
    return found
