"""The codes Cognito mails: six random digits, one use, and a life span. `request_quotas` bounds the tries.

https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html (24 hours for a sign-up and for an attribute,
1 hour for a password)
"""

import hmac
import secrets
from typing import Literal, TypedDict

Purpose = Literal["confirm", "reset", "attribute"]
Verdict = Literal["right", "wrong", "expired"]

LIFE_SECONDS: dict[Purpose, int] = {"confirm": 24 * 3600, "reset": 3600, "attribute": 24 * 3600}


class MailedCode(TypedDict):
    """What a user record keeps of the last code it was sent."""

    code: str
    expires: float


def issue(purpose: Purpose, now: float) -> MailedCode:
    return {"code": f"{secrets.randbelow(10**6):06d}", "expires": now + LIFE_SECONDS[purpose]}


def check(issued: MailedCode | None, given: object, now: float) -> Verdict:
    if issued is None or now >= issued["expires"]:
        return "expired"
    is_right = isinstance(given, str) and hmac.compare_digest(given.encode(), issued["code"].encode())
    return "right" if is_right else "wrong"
