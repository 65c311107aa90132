"""A sign-in's second step continues its own first step, and wrong passwords lock a user out.

AWS: NEW_PASSWORD_REQUIRED and SOFTWARE_TOKEN_MFA are answered with the session the first step gave, by the user it
was given to, while it lives; the new password obeys the pool's policy. After five wrong passwords a user waits,
longer each time. Who has not confirmed the sign-up learns it by the right password; a wrong one is a wrong password.
An expired refresh token is refused.
https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RespondToAuthChallenge.html
https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow.html

The emulator: any session is accepted, so that anyone can set any user's password or skip a challenge; no
lock-out; any password tells that a user is not confirmed; refresh tokens live for ever.

Here: sessions are kept with the emulator's other challenge sessions and checked; `lockout` counts.
"""

import functools
import json
import time
from typing import Any

from ministack.services import cognito

from infra.local.engine import lockout

TARGETS = (
    "ministack.services.cognito:_admin_initiate_auth(data)",
    "ministack.services.cognito:_admin_respond_to_auth_challenge(data)",
    "ministack.services.cognito:_challenge_sessions",
    "ministack.services.cognito:_create_challenge_session(pool_id, client_id, username)",
    "ministack.services.cognito:_get_challenge_session(token)",
    "ministack.services.cognito:_initiate_auth(data)",
    "ministack.services.cognito:_initiate_user_srp_auth(pool, pid, cid, auth_params)",
    "ministack.services.cognito:_password_auth_result(pool, pid, cid, user, username)",
    "ministack.services.cognito:_password_signin_refused(user)",
    "ministack.services.cognito:_record_auth_event(pool, user, data, event_type, response, challenges)",
    "ministack.services.cognito:_pool_for_client(cid)",
    "ministack.services.cognito:_refresh_auth_user(pool, pid, cid, refresh_token)",
    "ministack.services.cognito:_resolve_user(pool, username)",
    "ministack.services.cognito:_respond_to_auth_challenge(data)",
    "ministack.services.cognito:_respond_to_password_verifier(data, cid)",
    "ministack.services.cognito:_token_claims(token)",
    "ministack.services.cognito:_user_pools",
    "ministack.services.cognito:_validate_password(pool, password)",
)
_BOUND = frozenset({"NEW_PASSWORD_REQUIRED", "SOFTWARE_TOKEN_MFA", "SMS_MFA", "MFA_SETUP"})
_CHALLENGES = 3  # their place among an event's arguments
_PASSWORD_FLOWS = frozenset({"USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"})
_UNCONFIRMED = ("UserNotConfirmedException", "User is not confirmed.", 400)
_LOCKED = ("NotAuthorizedException", "Password attempts exceeded", 400)


def apply() -> None:
    cognito._password_auth_result = _with_session(cognito._password_auth_result)
    cognito._respond_to_auth_challenge = _in_session(cognito._respond_to_auth_challenge)
    cognito._admin_respond_to_auth_challenge = _in_session(cognito._admin_respond_to_auth_challenge)
    cognito._initiate_auth = _password_first(cognito._initiate_auth)
    cognito._admin_initiate_auth = _password_first(cognito._admin_initiate_auth)
    cognito._initiate_user_srp_auth = _proof_first(cognito._initiate_user_srp_auth)
    cognito._password_signin_refused = _unless_locked(cognito._password_signin_refused)
    cognito._respond_to_password_verifier = _proof_unless_locked(cognito._respond_to_password_verifier)
    cognito._record_auth_event = _counting(cognito._record_auth_event)
    cognito._refresh_auth_user = _while_it_lives(cognito._refresh_auth_user)


def _refuse(message: str) -> Any:
    return cognito.error_response_json("NotAuthorizedException", message, 400)


def _with_session(original: Any) -> Any:
    @functools.wraps(original)
    def password_auth_result(
        pool: dict[str, Any], pid: str, cid: str, user: dict[str, Any], username: str, *args: Any, **kwargs: Any
    ) -> Any:
        status, headers, body = original(pool, pid, cid, user, username, *args, **kwargs)
        answer = json.loads(body)
        if "ChallengeName" not in answer:
            return status, headers, body
        token, session = cognito._create_challenge_session(pid, cid, user["Username"])
        session["pending_step"] = answer["ChallengeName"]
        return cognito.json_response({**answer, "Session": token})

    return password_auth_result


def _in_session(original: Any) -> Any:
    @functools.wraps(original)
    def respond(data: dict[str, Any]) -> Any:
        step = data.get("ChallengeName")
        if step not in _BOUND:
            return original(data)
        session = cognito._get_challenge_session(data.get("Session"))[0]
        if not session or session.get("pending_step") != step or session["client_id"] != data.get("ClientId"):
            return _refuse("Invalid session for the user.")
        answers = data.get("ChallengeResponses") or {}
        if step == "NEW_PASSWORD_REQUIRED":
            pool = cognito._user_pools.get(session["pool_id"])
            weak = cognito._validate_password(pool, answers.get("NEW_PASSWORD", ""))
            if weak:
                return weak
        response = original({**data, "ChallengeResponses": {**answers, "USERNAME": session["username"]}})
        if response[0] == 200:
            cognito._challenge_sessions.pop(data["Session"], None)
        return response

    return respond


def _unless_locked(original: Any) -> Any:
    @functools.wraps(original)
    def refused(user: dict[str, Any]) -> Any:
        if lockout.locked(user.get("_failed_sign_ins"), time.time()):
            return cognito.error_response_json(*_LOCKED)
        if user.get("UserStatus") == "UNCONFIRMED":
            return cognito.error_response_json(*_UNCONFIRMED)
        return original(user)

    return refused


def _password_first(original: Any) -> Any:
    """Look at an unconfirmed user's password before the operation tells that the user is not confirmed."""

    @functools.wraps(original)
    def initiate(data: dict[str, Any]) -> Any:
        if data.get("AuthFlow") not in _PASSWORD_FLOWS:
            return original(data)
        pool = cognito._user_pools.get(data.get("UserPoolId", "")) or cognito._pool_for_client(data.get("ClientId"))[0]
        given = data.get("AuthParameters") or {}
        user = cognito._resolve_user(pool, given.get("USERNAME"))[0] if pool else None
        if user is None or user.get("UserStatus") != "UNCONFIRMED" or not user.get("Enabled", True):
            return original(data)
        if lockout.locked(user.get("_failed_sign_ins"), time.time()):
            return cognito.error_response_json(*_LOCKED)
        if user.get("_password") == given.get("PASSWORD"):
            return original(data)
        cognito._record_auth_event(pool, user, data, "SignIn", "Fail", (("Password", "Failure"),))
        return _refuse("Incorrect username or password.")

    return initiate


def _proof_first(original: Any) -> Any:
    """Give an unconfirmed user the challenge of a confirmed one; `_password_signin_refused` follows the proof."""

    @functools.wraps(original)
    def initiate_srp(pool: dict[str, Any], pid: str, cid: str, given: dict[str, Any]) -> Any:
        user = cognito._resolve_user(pool, given.get("USERNAME"))[0]
        if user is not None and user.get("UserStatus") == "UNCONFIRMED":
            as_confirmed = {**user, "UserStatus": "CONFIRMED"}
            pool = {**pool, "_users": {**pool["_users"], user["Username"]: as_confirmed}}
        return original(pool, pid, cid, given)

    return initiate_srp


def _proof_unless_locked(original: Any) -> Any:
    @functools.wraps(original)
    def respond_to_password_verifier(data: dict[str, Any], client: str) -> Any:
        block = (data.get("ChallengeResponses") or {}).get("PASSWORD_CLAIM_SECRET_BLOCK")
        session = cognito._get_challenge_session(block)[0] or {}
        pool = cognito._user_pools.get(session.get("pool_id")) or {"_users": {}}
        user = pool["_users"].get(session.get("username")) or {}
        if lockout.locked(user.get("_failed_sign_ins"), time.time()):
            return cognito.error_response_json(*_LOCKED)
        return original(data, client)

    return respond_to_password_verifier


def _counting(original: Any) -> Any:
    @functools.wraps(original)
    def record(pool: dict[str, Any], user: dict[str, Any], *event: Any) -> None:
        challenges = event[_CHALLENGES] if len(event) > _CHALLENGES else ()
        if ("Password", "Failure") in challenges:
            user["_failed_sign_ins"] = lockout.failed(user.get("_failed_sign_ins"), time.time())
        elif ("Password", "Success") in challenges:
            user.pop("_failed_sign_ins", None)
        original(pool, user, *event)

    return record


def _while_it_lives(original: Any) -> Any:
    @functools.wraps(original)
    def refresh_auth_user(pool: dict[str, Any], pid: str, cid: str, refresh_token: str) -> Any:
        user, error = original(pool, pid, cid, refresh_token)
        if error is None and time.time() >= cognito._token_claims(refresh_token)["exp"]:
            return None, _refuse("Refresh Token has expired")
        return user, error

    return refresh_auth_user
