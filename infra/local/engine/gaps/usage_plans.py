"""UpdateUsagePlan adds and removes API stages one at a time, and DeleteUsagePlan refuses a plan that has some.

AWS: `add` and `remove` on `/apiStages` take `apiId:stage` as their value; an unknown stage is a NotFoundException. A
plan with API stages cannot be deleted. Limits are numbers, whatever a patch writes them as.
https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html#UpdateUsagePlan-Patch
https://github.com/aws/aws-sdk-js/issues/3841

The emulator: replaces the whole list by the text of the value, and deletes any plan.

Here: the list is kept as a list. AWS does not document what becomes of the entry of an API that is deleted; here it
stays, which is the harder case for callers.
"""

import functools
from typing import Any

from ministack.services import apigateway_v1
from ministack.services.cloudformation import provisioners

TARGETS = (
    "ministack.services.apigateway_v1:_delete_usage_plan(plan_id)",
    "ministack.services.apigateway_v1:_stages_v1",
    "ministack.services.apigateway_v1:_update_usage_plan(plan_id, data)",
    "ministack.services.apigateway_v1:_usage_plans",
    "ministack.services.apigateway_v1:_v1_error(code, message, status)",
    "ministack.services.cloudformation.provisioners:_RESOURCE_HANDLERS[AWS::ApiGateway::UsagePlan]",
)
_USAGE_PLAN = "AWS::ApiGateway::UsagePlan"
_STAGES = "/apiStages"
_NUMBERS: dict[str, dict[str, type]] = {
    "throttle": {"rateLimit": float, "burstLimit": int},
    "quota": {"limit": int, "offset": int},
}


class _RefusedError(Exception):
    """A patch that AWS refuses: the error's code, message and status."""


def apply() -> None:
    apigateway_v1._update_usage_plan = _with_stages(apigateway_v1._update_usage_plan)
    apigateway_v1._delete_usage_plan = _unless_in_use(apigateway_v1._delete_usage_plan)
    handler = provisioners._RESOURCE_HANDLERS[_USAGE_PLAN]
    provisioners._RESOURCE_HANDLERS[_USAGE_PLAN] = {**handler, "delete": _without_stages(handler["delete"])}


def _with_stages(original: Any) -> Any:
    @functools.wraps(original)
    def update(plan_id: str, data: dict[str, Any]) -> Any:
        plan = apigateway_v1._usage_plans.get(plan_id)
        if plan is None:
            return original(plan_id, data)
        operations = data.get("patchOperations", [])
        try:
            stages = _patched(plan["apiStages"], [patch for patch in operations if patch.get("path") == _STAGES])
        except _RefusedError as error:
            return apigateway_v1._v1_error(*error.args)
        plan["apiStages"] = stages
        original(plan_id, {"patchOperations": [each for each in operations if each.get("path") != _STAGES]})
        for group, fields in _NUMBERS.items():
            limits = plan.get(group) or {}
            limits.update({name: kind(limits[name]) for name, kind in fields.items() if name in limits})
        return original(plan_id, {})

    return update


def _patched(stages: list[dict[str, Any]], patches: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = list(stages)
    for patch in patches:
        api, _, stage = str(patch.get("value") or "").partition(":")
        entry = next((each for each in found if (each["apiId"], each["stage"]) == (api, stage)), None)
        if patch.get("op") == "remove":
            if entry is None:
                raise _RefusedError("BadRequestException", "Invalid API Stage specified", 400)
            found.remove(entry)
        elif patch.get("op") == "add":
            if stage not in apigateway_v1._stages_v1.get(api, {}):
                raise _RefusedError("NotFoundException", f"API Stage not found: {api}:{stage}", 404)
            if entry is None:
                found.append({"apiId": api, "stage": stage})
        else:
            raise _RefusedError("BadRequestException", f"Invalid patch path '{_STAGES}' specified for op.", 400)
    return found


def _unless_in_use(original: Any) -> Any:
    @functools.wraps(original)
    def delete(plan_id: str) -> Any:
        stages = (apigateway_v1._usage_plans.get(plan_id) or {}).get("apiStages") or []
        if stages:
            named = f"{stages[0]['apiId']}:{stages[0]['stage']}"
            message = (
                f"Cannot delete Usage Plan {plan_id} because there are API Stages associated with it, including {named}"
            )
            return apigateway_v1._v1_error("BadRequestException", message, 400)
        return original(plan_id)

    return delete


def _without_stages(original: Any) -> Any:
    @functools.wraps(original)
    def delete(physical_id: str, *properties: Any) -> Any:
        # A stack takes a plan's API stages away before it deletes the plan.
        if physical_id in apigateway_v1._usage_plans:
            apigateway_v1._usage_plans[physical_id]["apiStages"] = []
        return original(physical_id, *properties)

    return delete
