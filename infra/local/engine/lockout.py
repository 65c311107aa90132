"""How long a user who typed wrong passwords has to wait.

After five failures the user is locked out for one second; each further failure doubles that, up to about 15
minutes. Attempts while locked out count for nothing. A success, or 15 minutes of peace, starts afresh.
https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow.html
("Lockout behavior for failed sign-in attempts")
"""

from typing import TypedDict

FREE_FAILURES = 5
LONGEST_SECONDS = 15 * 60


class Failures(TypedDict):
    """What a user record keeps of its failed sign-ins."""

    count: int
    last: float
    locked_until: float


def locked(failures: Failures | None, now: float) -> bool:
    return failures is not None and now < failures["locked_until"]


def failed(failures: Failures | None, now: float) -> Failures:
    if failures is None or now - failures["last"] >= LONGEST_SECONDS:
        failures = {"count": 0, "last": now, "locked_until": 0.0}
    count = failures["count"] + 1
    wait = 0 if count < FREE_FAILURES else min(2 ** (count - FREE_FAILURES), LONGEST_SECONDS)
    return {"count": count, "last": now, "locked_until": now + wait}
