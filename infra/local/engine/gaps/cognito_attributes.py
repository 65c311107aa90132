"""A changed address counts when its owner has verified it.

AWS: a changed e-mail address is mailed a code. Where the pool has it under `AttributesRequireVerificationBeforeUpdate`,
the old address stays until the code comes back; otherwise the new one is there at once, unverified. An administrator
who sets `email_verified` needs no code. An address by which another user signs in is refused.
https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-email-phone-verification.html
https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_VerifyUserAttribute.html

The emulator: changes the address at once, mails nothing, and has no VerifyUserAttribute.

Here: for e-mail addresses. A new address that waits for its code is kept beside the user's attributes.
"""

import functools
import time
from collections.abc import Callable
from typing import Any

from ministack.services import cognito

from infra.local.engine import mailed_codes
from infra.local.engine.gaps.cognito_codes import REFUSALS
from infra.local.engine.gaps.cognito_usernames import alias_holder

TARGETS = (
    "ministack.services.cognito:_UNSIGNED_IDP_ACTIONS",
    "ministack.services.cognito:_admin_update_user_attributes(data)",
    "ministack.services.cognito:_attr_list_to_dict(attrs)",
    "ministack.services.cognito:_dict_to_attr_list(d)",
    "ministack.services.cognito:_dispatch_idp(action, data)",
    "ministack.services.cognito:_masked_destination(address)",
    "ministack.services.cognito:_merge_attributes(existing, updates)",
    "ministack.services.cognito:_resolve_user(pool, username)",
    "ministack.services.cognito:_run_idp_handler(handler, action, data)",
    "ministack.services.cognito:_send_verification_email(pool, username, attr_dict, code, attribute_name)",
    "ministack.services.cognito:_update_user_attributes(data)",
    "ministack.services.cognito:_user_pool_for_access_token(access_token)",
    "ministack.services.cognito:_user_pools",
    "ministack.services.cognito:run_reentrant",
)
Handler = Callable[[dict[str, Any]], Any]


def apply() -> None:
    cognito._update_user_attributes = _verified_first(cognito._update_user_attributes, _owner)
    cognito._admin_update_user_attributes = _verified_first(cognito._admin_update_user_attributes, _named)
    cognito._UNSIGNED_IDP_ACTIONS.update(_OPERATIONS)
    cognito._dispatch_idp = _with_verification(cognito._dispatch_idp)


def _refuse(code: str, message: str) -> Any:
    return cognito.error_response_json(code, message, 400)


def _owner(data: dict[str, Any]) -> Any:
    return cognito._user_pool_for_access_token(data.get("AccessToken"))


def _named(data: dict[str, Any]) -> Any:
    pool = cognito._user_pools.get(data.get("UserPoolId", ""))
    return (cognito._resolve_user(pool, data.get("Username"))[0] if pool else None), pool


def _verified_first(original: Handler, whose: Handler) -> Handler:
    @functools.wraps(original)
    def update(data: dict[str, Any]) -> Any:
        user, pool = whose(data)
        wanted = cognito._attr_list_to_dict(data.get("UserAttributes") or [])
        address = wanted.get("email")
        if user is None or not address or address == cognito._attr_list_to_dict(user["Attributes"]).get("email"):
            return original(data)
        if _is_another_users(pool, user, address):
            return _refuse("AliasExistsException", "An account with the email already exists.")
        if wanted.get("email_verified") == "true":
            user.pop("_new_email", None)
            return original(data)
        if "email" in _verified_before_update(pool):
            rest = [each for each in data["UserAttributes"] if each["Name"] != "email"]
            data, user["_new_email"] = {**data, "UserAttributes": rest}, address
        response = original(data)
        if response[0] != 200 or "email" not in (pool.get("AutoVerifiedAttributes") or []):
            return response
        details = _mail_code(pool, user, address)
        return response if "UserPoolId" in data else cognito.json_response({"CodeDeliveryDetailsList": [details]})

    return update


def _verified_before_update(pool: dict[str, Any]) -> list[str]:
    settings = pool.get("UserAttributeUpdateSettings") or {}
    return settings.get("AttributesRequireVerificationBeforeUpdate") or []


def _is_another_users(pool: dict[str, Any], user: dict[str, Any], address: str) -> bool:
    holder = alias_holder(pool, "email", address)
    return holder is not None and holder["Username"] != user["Username"]


def _mail_code(pool: dict[str, Any], user: dict[str, Any], address: str) -> dict[str, str]:
    attributes = {**cognito._attr_list_to_dict(user["Attributes"]), "email": address}
    cognito._send_verification_email(pool, user["Username"], attributes, "", attribute_name="attribute")
    return {
        "Destination": cognito._masked_destination(address),
        "DeliveryMedium": "EMAIL",
        "AttributeName": "email",
    }


def _send_code(data: dict[str, Any]) -> Any:
    """GetUserAttributeVerificationCode."""
    user, pool = _owner(data)
    address = user and (user.get("_new_email") or cognito._attr_list_to_dict(user["Attributes"]).get("email"))
    if data.get("AttributeName") != "email" or not address:
        return _refuse("InvalidParameterException", "The user has no such attribute that can be verified.")
    return cognito.json_response({"CodeDeliveryDetails": _mail_code(pool, user, address)})


def _verify(data: dict[str, Any]) -> Any:
    """VerifyUserAttribute."""
    user, pool = _owner(data)
    if user is None or data.get("AttributeName") != "email":
        return _refuse("InvalidParameterException", "The user has no such attribute that can be verified.")
    verdict = mailed_codes.check(user.get("_mailed_codes", {}).get("attribute"), data.get("Code"), time.time())
    if verdict != "right":
        return _refuse(*REFUSALS[verdict])
    address = user.get("_new_email")
    if address and _is_another_users(pool, user, address):
        return _refuse("AliasExistsException", "An account with the email already exists.")
    verified = {"email_verified": "true", **({"email": address} if address else {})}
    user["Attributes"] = cognito._merge_attributes(user["Attributes"], cognito._dict_to_attr_list(verified))
    user["_mailed_codes"].pop("attribute")
    user.pop("_new_email", None)
    return cognito.json_response({})


_OPERATIONS: dict[str, Handler] = {"GetUserAttributeVerificationCode": _send_code, "VerifyUserAttribute": _verify}


def _with_verification(original: Any) -> Any:
    @functools.wraps(original)
    async def dispatch(action: str, data: dict[str, Any]) -> Any:
        if action not in _OPERATIONS:
            return await original(action, data)
        run = cognito._run_idp_handler
        return await cognito.run_reentrant(run, _OPERATIONS[action], action, data, thread_name="cognito-attributes")

    return dispatch
