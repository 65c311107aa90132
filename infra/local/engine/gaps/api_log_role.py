"""An API's stage writes logs only once the account has a role for them.

AWS: a stage's access log, and its execution log at any level but OFF, are refused until the account's settings name a
role that API Gateway may write logs with. It is one setting an account and region.
https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html

The emulator: takes both without a role.

Here: UpdateStage and stages of stacks ask the account's settings first.
"""

import functools
from typing import Any

from ministack.services import apigateway_v1
from ministack.services.cloudformation import provisioners

from infra.local.engine.gaps.stacks import Properties

TARGETS = (
    "ministack.services.apigateway_v1:_account_settings",
    "ministack.services.apigateway_v1:_update_stage(api_id, stage_name, data)",
    "ministack.services.apigateway_v1:_v1_error(code, message, status)",
    "ministack.services.cloudformation.provisioners:_RESOURCE_HANDLERS[AWS::ApiGateway::Stage]",
)
REFUSAL = "CloudWatch Logs role ARN must be set in account settings to enable logging"
_STAGE = "AWS::ApiGateway::Stage"


def apply() -> None:
    apigateway_v1._update_stage = _checked(apigateway_v1._update_stage)
    handlers = provisioners._RESOURCE_HANDLERS
    handler = handlers[_STAGE]
    handlers[_STAGE] = {
        **handler,
        "create": _checked_of_stack(handler["create"], at=1),
        "update": _checked_of_stack(handler["update"], at=2),
    }


def _has_role() -> bool:
    return bool((apigateway_v1._account_settings.get("settings") or {}).get("cloudwatchRoleArn"))


def _checked(original: Any) -> Any:
    @functools.wraps(original)
    def update(api_id: str, stage_name: str, data: dict[str, Any]) -> Any:
        if not _has_role() and any(_turns_logs_on(patch) for patch in data.get("patchOperations", [])):
            return apigateway_v1._v1_error("BadRequestException", REFUSAL, 400)
        return original(api_id, stage_name, data)

    return update


def _turns_logs_on(patch: dict[str, Any]) -> bool:
    path, value = str(patch.get("path", "")), patch.get("value")
    if patch.get("op") == "remove":
        return False
    return (path.startswith("/accessLogSettings") and bool(value)) or (
        path.endswith("/logging/loglevel") and value not in (None, "", "OFF")
    )


def _checked_of_stack(original: Any, at: int) -> Any:
    """Check the properties, which are the argument at this place."""

    def provision(*arguments: Any) -> Any:
        properties: Properties = arguments[at]
        levels = [each.get("LoggingLevel", "OFF") for each in properties.get("MethodSettings") or []]
        if not _has_role() and (properties.get("AccessLogSetting") or any(level != "OFF" for level in levels)):
            raise ValueError(REFUSAL)
        return original(*arguments)

    return provision
