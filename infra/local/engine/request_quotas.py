"""How often an hour Cognito takes a request for one user.

https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html ("User pools code security resource quotas").
AWS takes 5 to 20 requests for a forgotten password, by the risk that it sees in them; the engine sees none.
"""

import threading
from collections import defaultdict
from dataclasses import dataclass, field

HOUR_SECONDS = 3600
# Operations that share a quota have one name in common.
QUOTAS: dict[str, tuple[str, int]] = {
    "ChangePassword": ("ChangePassword", 5),
    "ConfirmForgotPassword": ("ForgotPassword", 20),
    "ConfirmSignUp": ("ConfirmSignUp", 15),
    "ForgotPassword": ("ForgotPassword", 20),
    "GetUserAttributeVerificationCode": ("GetUserAttributeVerificationCode", 5),
    "ResendConfirmationCode": ("ResendConfirmationCode", 5),
    "VerifyUserAttribute": ("VerifyUserAttribute", 15),
}
# Names can be made up without end; the oldest are forgotten then.
_MOST_USERS = 10_000


@dataclass
class RequestQuotas:
    """Count requests by user and operation. Those that were refused do not count."""

    _taken: dict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(list))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, operation: str, user: str, now: float) -> bool:
        """Return whether the operation has a request left for this user, and take it."""
        if operation not in QUOTAS:
            return True
        name, most = QUOTAS[operation]
        with self._lock:
            taken = [each for each in self._taken.pop((name, user), []) if now - each < HOUR_SECONDS]
            is_left = len(taken) < most
            # Put back at the end: what was asked for longest ago comes first.
            self._taken[name, user] = [*taken, now] if is_left else taken
            if len(self._taken) > _MOST_USERS:
                del self._taken[next(iter(self._taken))]
        return is_left
