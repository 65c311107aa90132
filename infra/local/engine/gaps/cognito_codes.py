"""Confirmation codes are random and expire; confirming verifies the address.

AWS: a sign-up and a forgotten password each mail a random code that lives for a while; asking again mails a new one;
confirming by mail sets `email_verified`; a password can only be reset through a verified address, and a client that
hides who exists is answered as if a code had been mailed; a confirmed user is sent no confirmation code.
https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html
https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ForgotPassword.html
https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-managing-errors.html

The emulator: 123456 for every sign-up, 654321 for every password, valid for ever, any number of tries.

Here: `mailed_codes` decides, its record lives on the user.
"""

import functools
import time
from typing import Any

from ministack.services import cognito

from infra.local.engine.mailed_codes import Purpose, Verdict, check, issue

TARGETS = (
    "ministack.services.cognito:_attr_list_to_dict(attrs)",
    "ministack.services.cognito:_code_delivery_response(destination)",
    "ministack.services.cognito:_confirm_forgot_password(data)",
    "ministack.services.cognito:_confirm_sign_up(data)",
    "ministack.services.cognito:_confirmation_code_error(action, data)",
    "ministack.services.cognito:_forgot_password(data)",
    "ministack.services.cognito:_hides_user_existence(pool, client_id)",
    "ministack.services.cognito:_masked_destination(address)",
    "ministack.services.cognito:_merge_attributes(existing, updates)",
    "ministack.services.cognito:_pool_for_client(cid)",
    "ministack.services.cognito:_resend_confirmation_code(data)",
    "ministack.services.cognito:_resolve_user(pool, username)",
    "ministack.services.cognito:_send_verification_email(pool, username, attr_dict, code, attribute_name)",
    "ministack.services.cognito:_sign_up(data)",
)
_MAILED: dict[str, Purpose] = {"email": "confirm", "password": "reset", "attribute": "attribute"}
_PURPOSES: dict[str, Purpose] = {"ConfirmSignUp": "confirm", "ConfirmForgotPassword": "reset"}
REFUSALS: dict[Verdict, tuple[str, str]] = {
    "expired": ("ExpiredCodeException", "Invalid code provided, please request a code again."),
    "wrong": ("CodeMismatchException", "Invalid verification code provided, please try again."),
}


def apply() -> None:
    cognito._send_verification_email = _random(cognito._send_verification_email)
    cognito._confirmation_code_error = _code_error
    cognito._sign_up = _without_fixed_code(cognito._sign_up)
    cognito._resend_confirmation_code = _only_unconfirmed(cognito._resend_confirmation_code)
    cognito._forgot_password = _only_verified(cognito._forgot_password)
    cognito._confirm_sign_up = _used_up(cognito._confirm_sign_up, "confirm", verifies=True)
    cognito._confirm_forgot_password = _used_up(cognito._confirm_forgot_password, "reset", verifies=False)


def _refuse(code: str, message: str) -> Any:
    return cognito.error_response_json(code, message, 400)


def user_of(data: dict[str, Any]) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """The pool and the user a self-service request names."""
    pool = cognito._pool_for_client(data.get("ClientId"))[0]
    return pool, cognito._resolve_user(pool, data.get("Username"))[0] if pool else None


def _random(original: Any) -> Any:
    @functools.wraps(original)
    def send(
        pool: dict[str, Any], username: str, attributes: dict[str, str], _: str, attribute_name: str = "email"
    ) -> Any:
        user = cognito._resolve_user(pool, username)[0]
        purpose = _MAILED[attribute_name]
        issued = issue(purpose, time.time())
        user.setdefault("_mailed_codes", {})[purpose] = issued
        return original(pool, username, attributes, issued["code"], attribute_name)

    return send


def _code_error(action: str, data: dict[str, Any]) -> Any:
    purpose = _PURPOSES.get(action)
    user = user_of(data)[1] if purpose else None
    if purpose is None or user is None:
        return None  # the operation answers for itself, and hides who exists
    if purpose == "confirm" and user.get("UserStatus") != "UNCONFIRMED":
        message = f"User cannot be confirmed. Current status is {user.get('UserStatus')}"
        return _refuse("NotAuthorizedException", message)
    verdict = check(user.get("_mailed_codes", {}).get(purpose), data.get("ConfirmationCode"), time.time())
    return _refuse(*REFUSALS[verdict]) if verdict in REFUSALS else None


def _without_fixed_code(original: Any) -> Any:
    @functools.wraps(original)
    def sign_up(data: dict[str, Any]) -> Any:
        response = original(data)
        user = user_of(data)[1]
        if user is not None:
            user.pop("_confirmation_code", None)
        return response

    return sign_up


def _only_unconfirmed(original: Any) -> Any:
    @functools.wraps(original)
    def resend(data: dict[str, Any]) -> Any:
        user = user_of(data)[1]
        if user is not None and user.get("UserStatus") != "UNCONFIRMED":
            return _refuse("InvalidParameterException", "User is already confirmed.")
        return original(data)

    return resend


def _only_verified(original: Any) -> Any:
    @functools.wraps(original)
    def forgot_password(data: dict[str, Any]) -> Any:
        pool, user = user_of(data)
        attributes = cognito._attr_list_to_dict(user["Attributes"]) if user else {}
        if user is not None and attributes.get("email_verified") != "true":
            if cognito._hides_user_existence(pool, data["ClientId"]):
                return cognito._code_delivery_response(cognito._masked_destination(data["Username"]))
            message = "Cannot reset password for the user as there is no registered/verified email or phone_number"
            return _refuse("InvalidParameterException", message)
        return original(data)

    return forgot_password


def _used_up(original: Any, purpose: Purpose, *, verifies: bool) -> Any:
    @functools.wraps(original)
    def confirm(data: dict[str, Any]) -> Any:
        pool, user = user_of(data)
        response = original(data)
        if user is not None and pool is not None and response[0] == 200:
            user["_mailed_codes"].pop(purpose)
            if verifies and "email" in (pool.get("AutoVerifiedAttributes") or []):
                verified = [{"Name": "email_verified", "Value": "true"}]
                user["Attributes"] = cognito._merge_attributes(user["Attributes"], verified)
        return response

    return confirm
