"""What SES takes of a mail: how many recipients, how long a tag, how many bytes.

https://docs.aws.amazon.com/ses/latest/dg/quotas.html
https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_MessageTag.html
"""

import re
from collections.abc import Mapping
from typing import Any

MOST_RECIPIENTS = 50
LONGEST_TAG_CHARACTERS = 256
MOST_BYTES = 41_943_040
_TAG = re.compile(r"[A-Za-z0-9_-]+")
_FIELDS = ("ToAddresses", "CcAddresses", "BccAddresses")
_KINDS = ("Name", "Value")


def refusal(mail: Mapping[str, Any]) -> str | None:
    """Return what SES says of the first limit that a `SendEmail` breaks, or None."""
    destination = mail.get("Destination") or {}
    if sum(len(destination.get(field) or []) for field in _FIELDS) > MOST_RECIPIENTS:
        return f"Recipient count exceeds {MOST_RECIPIENTS}."
    raw = ((mail.get("Content") or {}).get("Raw") or {}).get("Data") or ""
    if decoded_size(raw) > MOST_BYTES:
        return f"Message length is more than {MOST_BYTES} bytes long: '{decoded_size(raw)}'."
    texts = ((kind.lower(), str(tag.get(kind) or "")) for tag in mail.get("EmailTags") or [] for kind in _KINDS)
    return next((said for kind, text in texts if (said := _of_tag(kind, text))), None)


def decoded_size(base64: str) -> int:
    """Return how many bytes a text in base64 stands for."""
    return len(base64) * 3 // 4 - base64[-2:].count("=")


def _of_tag(kind: str, text: str) -> str | None:
    if len(text) > LONGEST_TAG_CHARACTERS:
        return f"Invalid tag {kind} <{text}>: the maximum length is {LONGEST_TAG_CHARACTERS}."
    if not _TAG.fullmatch(text):
        return f"Invalid tag {kind} <{text}>: only alphanumeric ASCII characters, '_', and '-' are allowed."
    return None
