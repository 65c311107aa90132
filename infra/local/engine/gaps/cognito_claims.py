"""Tokens say what AWS's say, and users cannot verify themselves.

AWS: `email_verified` in an ID token is false until the address was verified; `auth_time` stays the time of the
sign-in when tokens are refreshed. A client may not write `email_verified`, nor attributes outside its
`WriteAttributes`; a changed address is unverified.
https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html
https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html

The emulator: an absent `email_verified` is claimed to be true, refreshing renews `auth_time`, and users may write
any attribute.
"""

import contextvars
import functools
import time
from typing import Any

from ministack.services import cognito

TARGETS = (
    "ministack.services.cognito:_attr_list_to_dict(attrs)",
    "ministack.services.cognito:_build_auth_result(pool_id, client_id, user)",
    "ministack.services.cognito:_fake_token(sub, pool_id, client_id, token_type, username, user_attrs)",
    "ministack.services.cognito:_merge_attributes(existing, updates)",
    "ministack.services.cognito:_refresh_auth_result(pool, pid, cid, refresh_token)",
    "ministack.services.cognito:_sign_up(data)",
    "ministack.services.cognito:_signed_jwt(claims, pool_id, use)",
    "ministack.services.cognito:_token_claims(token)",
    "ministack.services.cognito:_update_user_attributes(data)",
    "ministack.services.cognito:_user_for_access_token(access_token)",
)
_VERIFIED = ("email_verified", "phone_number_verified")
_signed_in_at: contextvars.ContextVar[int | None] = contextvars.ContextVar("signed_in_at", default=None)


def apply() -> None:
    cognito._build_auth_result = _at_one_time(cognito._build_auth_result)
    cognito._fake_token = _honest(cognito._fake_token)
    cognito._refresh_auth_result = _remembering(cognito._refresh_auth_result)
    cognito._signed_jwt = _dated(cognito._signed_jwt)
    cognito._sign_up = _allowed(cognito._sign_up)
    cognito._update_user_attributes = _unverified_when_changed(_allowed(cognito._update_user_attributes))


def _honest(original: Any) -> Any:
    @functools.wraps(original)
    def token(*args: Any, user_attrs: dict[str, str] | None = None, **kwargs: Any) -> str:
        attributes = dict(user_attrs or {})
        if "email" in attributes:
            attributes.setdefault("email_verified", "false")
        return str(original(*args, user_attrs=attributes, **kwargs))

    return token


def _at_one_time(original: Any) -> Any:
    """The tokens of a sign-in name one second, even when they are made in two."""

    @functools.wraps(original)
    def build(*args: Any, **kwargs: Any) -> Any:
        mark = _signed_in_at.set(_signed_in_at.get() or int(time.time()))
        try:
            return original(*args, **kwargs)
        finally:
            _signed_in_at.reset(mark)

    return build


def _remembering(original: Any) -> Any:
    @functools.wraps(original)
    def refresh(pool: dict[str, Any], pid: str, cid: str, refresh_token: str) -> Any:
        # A refresh token is issued at the sign-in and never again.
        claims = cognito._token_claims(refresh_token)
        mark = _signed_in_at.set(claims.get("auth_time", claims.get("iat")))
        try:
            return original(pool, pid, cid, refresh_token)
        finally:
            _signed_in_at.reset(mark)

    return refresh


def _dated(original: Any) -> Any:
    @functools.wraps(original)
    def signed(claims: dict[str, Any], *args: Any) -> str:
        signed_in_at = _signed_in_at.get()
        if signed_in_at is not None:
            claims = {**claims, "auth_time": signed_in_at}
        return str(original(claims, *args))

    return signed


def _allowed(original: Any) -> Any:
    @functools.wraps(original)
    def write(data: dict[str, Any]) -> Any:
        client_id = data.get("ClientId") or cognito._token_claims(data.get("AccessToken")).get("client_id")
        pool = cognito._pool_for_client(client_id)[0] or {"_clients": {}}
        writable = (pool["_clients"].get(client_id) or {}).get("WriteAttributes")
        for name in cognito._attr_list_to_dict(data.get("UserAttributes") or []):
            if name in _VERIFIED or (writable and name not in writable):
                message = "A client attempted to write unauthorized attribute"
                return cognito.error_response_json("NotAuthorizedException", message, 400)
        return original(data)

    return write


def _unverified_when_changed(original: Any) -> Any:
    @functools.wraps(original)
    def update(data: dict[str, Any]) -> Any:
        user = cognito._user_for_access_token(data.get("AccessToken"))
        before = cognito._attr_list_to_dict(user["Attributes"]) if user else {}
        response = original(data)
        if user and response[0] == 200:
            after = cognito._attr_list_to_dict(user["Attributes"])
            changed = [name for name in ("email", "phone_number") if before.get(name) != after.get(name)]
            unverified = [{"Name": f"{name}_verified", "Value": "false"} for name in changed]
            user["Attributes"] = cognito._merge_attributes(user["Attributes"], unverified)
        return response

    return update
