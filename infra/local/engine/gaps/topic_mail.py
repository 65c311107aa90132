"""Topics send their messages to `email` subscribers.

AWS: a subscriber who confirmed gets each message as a mail from no-reply@sns.amazonaws.com.
https://docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html

The emulator: takes the subscription as confirmed and sends nothing.

Here: the message is in the engine's mailbox. The confirmation is still taken for granted.
"""

import functools
from typing import Any

from ministack.services import ses, sns

TARGETS = (
    "ministack.services.ses:send_internal_email(source, to_addrs, subject, body_text)",
    "ministack.services.sns:_fanout(topic_arn, msg_id, message, subject, message_structure, message_attributes)",
    "ministack.services.sns:_matches_filter_policy(sub, message_attributes, message)",
    "ministack.services.sns:_resolve_message_for_protocol",
    "ministack.services.sns:_topic_by_arn_any_scope",
)
_SENDER = "AWS Notifications <no-reply@sns.amazonaws.com>"
_SUBJECT = "AWS Notification Message"


def apply() -> None:
    sns._fanout = _with_mail(sns._fanout)


def _with_mail(original: Any) -> Any:
    @functools.wraps(original)
    def fanout(topic_arn: str, message_id: str, message: str, subject: str = "", *how: Any, **rest: Any) -> None:
        original(topic_arn, message_id, message, subject, *how, **rest)
        structure, attributes = (how[0] if how else ""), (how[1] if len(how) > 1 else {})
        topic = sns._topic_by_arn_any_scope(topic_arn) or {"subscriptions": []}
        for subscription in topic["subscriptions"]:
            text = sns._resolve_message_for_protocol(message, structure, subscription["protocol"])
            if subscription["protocol"] == "email" and sns._matches_filter_policy(subscription, attributes, text):
                ses.send_internal_email(_SENDER, [subscription["endpoint"]], subject or _SUBJECT, text)

    return fanout
