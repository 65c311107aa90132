"""A user pool under deletion protection cannot be deleted.

AWS: DeleteUserPool refuses such a pool, and so does the stack that has made it.
https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-deletion-protection.html

The emulator: keeps the setting, and deletes the pool.
"""

import functools
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import cognito
from ministack.services.cloudformation import provisioners

from infra.local.engine.gaps.stacks import Properties

TARGETS = (
    "ministack.core.responses:error_response_json",
    "ministack.services.cloudformation.provisioners:_RESOURCE_HANDLERS[AWS::Cognito::UserPool]",
    "ministack.services.cognito:_delete_user_pool(data)",
    "ministack.services.cognito:_user_pools",
)
REFUSAL = (
    "The user pool cannot be deleted because deletion protection is activated. "
    "Deletion protection must be inactivated first."
)
_POOL = "AWS::Cognito::UserPool"


def apply() -> None:
    cognito._delete_user_pool = _unless_protected(cognito._delete_user_pool)
    handlers = provisioners._RESOURCE_HANDLERS
    handlers[_POOL] = {**handlers[_POOL], "delete": _unless_protected_in_a_stack(handlers[_POOL]["delete"])}


def _is_protected(pool_id: str) -> bool:
    pool = cognito._user_pools.get(pool_id) or {}
    return bool(pool.get("DeletionProtection") == "ACTIVE")


def _unless_protected(original: Any) -> Any:
    @functools.wraps(original)
    def delete(data: dict[str, Any]) -> Any:
        if _is_protected(data.get("UserPoolId", "")):
            return error_response_json("InvalidParameterException", REFUSAL, 400)
        return original(data)

    return delete


def _unless_protected_in_a_stack(original: Any) -> Any:
    @functools.wraps(original)
    def delete(pool_id: str, properties: Properties) -> Any:
        if _is_protected(pool_id):
            raise ValueError(REFUSAL)
        return original(pool_id, properties)

    return delete
