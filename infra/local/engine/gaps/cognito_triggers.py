"""The PostConfirmation trigger.

AWS: after ConfirmSignUp, AdminConfirmSignUp, an automatic confirmation and ConfirmForgotPassword Cognito invokes
the pool's PostConfirmation function; if it fails the caller is told, and the user stays confirmed.
https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-confirmation.html

The emulator: never invokes it.
"""

import functools
import json
from typing import Any

from ministack.services import cognito, lambda_svc

from infra.local.engine.gaps.cognito_codes import user_of

TARGETS = (
    "ministack.services.cognito:_admin_confirm_sign_up(data)",
    "ministack.services.cognito:_confirm_forgot_password(data)",
    "ministack.services.cognito:_confirm_sign_up(data)",
    "ministack.services.cognito:_pool_region(pool_id)",
    "ministack.services.cognito:_sign_up(data)",
    "ministack.services.cognito:_user_pools",
    "ministack.services.lambda_svc:_execute_function_with_config_scope(func, event)",
    "ministack.services.lambda_svc:_execution_record_for_config",
    "ministack.services.lambda_svc:_get_func_record_for_ref",
)
_SIGN_UP = "PostConfirmation_ConfirmSignUp"


def apply() -> None:
    cognito._confirm_sign_up = _triggering(cognito._confirm_sign_up, _SIGN_UP)
    cognito._sign_up = _triggering(cognito._sign_up, _SIGN_UP)
    cognito._confirm_forgot_password = _triggering(
        cognito._confirm_forgot_password, "PostConfirmation_ConfirmForgotPassword"
    )
    cognito._admin_confirm_sign_up = _triggering(cognito._admin_confirm_sign_up, _SIGN_UP)


def _triggering(original: Any, source: str) -> Any:
    @functools.wraps(original)
    def confirm(data: dict[str, Any]) -> Any:
        response = original(data)
        if response[0] != 200 or json.loads(response[2]).get("UserConfirmed") is False:
            return response
        return _invoke(data, source) or response

    return confirm


def _invoke(data: dict[str, Any], source: str) -> Any:
    """Invoke the pool's function; the error to answer with, if it failed."""
    if data.get("UserPoolId"):
        pool = cognito._user_pools.get(data["UserPoolId"])
        user = cognito._resolve_user(pool, data["Username"])[0]
    else:
        pool, user = user_of(data)
    arn = ((pool or {}).get("LambdaConfig") or {}).get("PostConfirmation")
    if not arn or not user or not pool:
        return None
    record, config, _ = lambda_svc._get_func_record_for_ref(arn)
    if record is None:
        return _failed(f"function {arn} does not exist")
    event = _event(pool, user, data, source)
    result = lambda_svc._execute_function_with_config_scope(
        lambda_svc._execution_record_for_config(record, config), event
    )
    if result.get("error") or result.get("throttle"):
        body = result.get("body")
        return _failed(body.get("errorMessage", "unknown") if isinstance(body, dict) else str(body))
    return None


def _failed(reason: str) -> Any:
    message = f"PostConfirmation failed with error {reason}."
    return cognito.error_response_json("UserLambdaValidationException", message, 400)


def _event(pool: dict[str, Any], user: dict[str, Any], data: dict[str, Any], source: str) -> dict[str, Any]:
    attributes = cognito._attr_list_to_dict(user["Attributes"])
    request: dict[str, Any] = {"userAttributes": {**attributes, "cognito:user_status": user["UserStatus"]}}
    if data.get("ClientMetadata"):
        request["clientMetadata"] = data["ClientMetadata"]
    return {
        "version": "1",
        "region": cognito._pool_region(pool["Id"]),
        "userPoolId": pool["Id"],
        "userName": user["Username"],
        "callerContext": {
            "awsSdkVersion": "aws-sdk-unknown-unknown",
            "clientId": data.get("ClientId", "CLIENT_ID_NOT_APPLICABLE"),
        },
        "triggerSource": source,
        "request": request,
        "response": {},
    }
