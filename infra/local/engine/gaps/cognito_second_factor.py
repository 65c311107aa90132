"""A code of an authenticator works once, and wrong ones lock the user out.

AWS: a code that was taken, to set the authenticator up or to sign in, is refused the second time; after five wrong
codes a user waits, longer each time, as after wrong passwords.
https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa.html
https://datatracker.ietf.org/doc/html/rfc6238#section-5.2

The emulator: takes a code any number of times while it lasts, and any number of wrong ones.

Here: the codes that were taken, and the wrong ones since the last right one, are kept with the user.
"""

import functools
import threading
import time
from typing import Any

from ministack.services import cognito

from infra.local.engine import lockout

TARGETS = (
    "ministack.services.cognito:_admin_respond_to_auth_challenge(data)",
    "ministack.services.cognito:_get_challenge_session(token)",
    "ministack.services.cognito:_respond_to_auth_challenge(data)",
    "ministack.services.cognito:_resolve_user(pool, username)",
    "ministack.services.cognito:_totp_matches(secret_b32, user_code)",
    "ministack.services.cognito:_user_for_access_token(access_token)",
    "ministack.services.cognito:_user_pools",
    "ministack.services.cognito:_verify_software_token(data)",
)
# The emulator takes the code of this half minute, the one before and the one after.
_CODE_LASTS_SECONDS = 120
_lock = threading.Lock()


def apply() -> None:
    cognito._respond_to_auth_challenge = _answered_once(cognito._respond_to_auth_challenge)
    cognito._admin_respond_to_auth_challenge = _answered_once(cognito._admin_respond_to_auth_challenge)
    cognito._verify_software_token = _verified_once(cognito._verify_software_token)


def _answered_once(original: Any) -> Any:
    @functools.wraps(original)
    def respond(data: dict[str, Any]) -> Any:
        if data.get("ChallengeName") != "SOFTWARE_TOKEN_MFA":
            return original(data)
        session = cognito._get_challenge_session(data.get("Session"))[0] or {}
        pool = cognito._user_pools.get(session.get("pool_id", "")) or {"_users": {}}
        user = cognito._resolve_user(pool, session.get("username"))[0]
        if user is None or not user.get("_totp_secret"):
            return original(data)
        code = (data.get("ChallengeResponses") or {}).get("SOFTWARE_TOKEN_MFA_CODE", "")
        return _refusal(user, code) or original(data)

    return respond


def _refusal(user: dict[str, Any], code: str) -> Any:
    """Take the code, or say why not; a wrong one is counted, and left to the operation to refuse."""
    now = time.time()
    with _lock:
        if lockout.locked(user.get("_failed_codes"), now):
            return cognito.error_response_json("NotAuthorizedException", "Password attempts exceeded", 400)
        if not cognito._totp_matches(user["_totp_secret"], code):
            user["_failed_codes"] = lockout.failed(user.get("_failed_codes"), now)
            return None
        if _was_taken(user, code, now):
            message = "Your software token has already been used once."
            return cognito.error_response_json("ExpiredCodeException", message, 400)
        user.pop("_failed_codes", None)
    return None


def _was_taken(user: dict[str, Any], code: str, now: float) -> bool:
    """Return whether the code was taken before, and keep it."""
    taken = {each: at for each, at in user.get("_taken_codes", {}).items() if now - at < _CODE_LASTS_SECONDS}
    user["_taken_codes"] = {code: now, **taken}
    return code in taken


def _verified_once(original: Any) -> Any:
    @functools.wraps(original)
    def verify(data: dict[str, Any]) -> Any:
        response = original(data)
        user = cognito._user_for_access_token(data.get("AccessToken"))
        if user is not None and response[0] == 200:
            with _lock:
                _was_taken(user, data["UserCode"], time.time())
        return response

    return verify
