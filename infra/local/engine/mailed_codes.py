"""The codes Cognito mails: six random digits, one use, a life span, and a few tries.

https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html ("Code validity", 24 hours for a sign-up and
1 hour for a password) and `LimitExceededException` in the API reference of ConfirmSignUp.
"""

import hmac
import secrets
from typing import Literal, TypedDict

Purpose = Literal["confirm", "reset"]
Verdict = Literal["right", "wrong", "expired", "too many"]

LIFE_SECONDS: dict[Purpose, int] = {"confirm": 24 * 3600, "reset": 3600}
TRIES = 5


class MailedCode(TypedDict):
    """What a user record keeps of the last code it was sent."""

    code: str
    expires: float
    tries: int


def issue(purpose: Purpose, now: float) -> MailedCode:
    return {"code": f"{secrets.randbelow(10**6):06d}", "expires": now + LIFE_SECONDS[purpose], "tries": 0}


def check(issued: MailedCode | None, given: object, now: float) -> Verdict:
    """Compare and count; after too many wrong answers even the right one is refused until a new code is asked for."""
    if issued is None or now >= issued["expires"]:
        return "expired"
    if issued["tries"] >= TRIES:
        return "too many"
    if isinstance(given, str) and hmac.compare_digest(given.encode(), issued["code"].encode()):
        return "right"
    issued["tries"] += 1
    return "wrong"
