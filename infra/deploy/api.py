"""The deployed API: its settings that Chalice leaves alone, put there again after each deploy.

Every call here may be made twice. https://docs.aws.amazon.com/apigateway/latest/api/API_Operations.html
"""

import time
from dataclasses import dataclass
from typing import Any

from infra import cache_settings
from infra.api_settings import ApiSettings, Plan, stage_patches
from infra.deploy.aws import Aws
from infra.deploy.stage import API_STAGE, Stage

_A_DAY = "DAY"
# More are refused as "Update size too large".
_PATCHES_AT_ONCE = 80
# Making a cache takes some minutes, and its stage takes no other change meanwhile.
_CACHE_SECONDS = 1800


class ApiError(Exception):
    """The API is not as a deploy has to find it; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Key:
    """An API key; `value` is what callers send as x-api-key."""

    id: str
    value: str


def find_api(aws: Aws, stage: Stage) -> str | None:
    """The id of the stage's API, or None.

    Raises:
        ApiError: there are several.
    """
    pages = aws.client("apigateway").get_paginator("get_rest_apis").paginate()
    ids = [api["id"] for page in pages for api in page["items"] if api["name"] == stage.api_name]
    if len(ids) > 1:
        raise ApiError(
            f"There are {len(ids)} APIs named {stage.api_name} ({', '.join(ids)}): delete those without a stage."
        )
    return ids[0] if ids else None


def exists(aws: Aws, api_id: str) -> bool:
    """Whether there is an API of this id."""
    client = aws.client("apigateway")
    try:
        client.get_rest_api(restApiId=api_id)
    except client.exceptions.NotFoundException:
        return False
    return True


def domain(aws: Aws, api_id: str) -> str:
    """Where API Gateway answers for an API; CloudFront asks there."""
    suffix = "amazonaws.com.cn" if aws.partition == "aws-cn" else "amazonaws.com"
    return f"{api_id}.execute-api.{aws.region}.{suffix}"


def base_url(aws: Aws, api_id: str) -> str:
    """The API past CloudFront."""
    if aws.endpoint:
        return f"{aws.endpoint}/_aws/execute-api/{api_id}/{API_STAGE}"
    return f"https://{domain(aws, api_id)}/{API_STAGE}"


def put_settings(aws: Aws, api_id: str, settings: ApiSettings, cache_size: str = "") -> None:
    """Put the stage's throttles, logs, traces, variables and cache on it; `cache_size` is empty for no cache.

    Raises:
        ApiError: the cache of an earlier deploy is still being made or removed.
    """
    client = aws.client("apigateway")
    there = _settled(aws, client, api_id).get("methodSettings", {})
    patches = [
        *cache_settings.left_behind(cache_size, there),
        *stage_patches(settings),
        *cache_settings.stage_patches(cache_size, settings.method_settings()),
    ]
    for first in range(0, len(patches), _PATCHES_AT_ONCE):
        some = patches[first : first + _PATCHES_AT_ONCE]
        client.update_stage(restApiId=api_id, stageName=API_STAGE, patchOperations=some)


def put_plans(aws: Aws, api_id: str, plans: tuple[Plan, ...]) -> dict[str, Key]:
    """Make the usage plans, each with a key of its name, and return the keys by that name."""
    client = aws.client("apigateway")
    found = {
        plan["name"]: plan for page in client.get_paginator("get_usage_plans").paginate() for plan in page["items"]
    }
    return {plan.name: _put_plan(client, api_id, plan, found.get(plan.name)) for plan in plans}


def find_key(aws: Aws, name: str) -> Key | None:
    """The key of this name, or None. In the one stack a number follows the name; the highest is the newest."""
    keys = aws.client("apigateway").get_api_keys(nameQuery=name, includeValues=True)["items"]
    found = {key["name"].removeprefix(name): Key(key["id"], key["value"]) for key in keys}
    numbers = [number for number in found if not number or number.isdecimal()]
    return found[max(numbers, key=lambda number: int(number or 0))] if numbers else None


def delete_plans(aws: Aws, plans: tuple[Plan, ...]) -> None:
    """Delete the usage plans and their keys, also where the API was deleted before; those that are gone are fine."""
    client = aws.client("apigateway")
    for page in client.get_paginator("get_usage_plans").paginate():
        for plan in page["items"]:
            if plan["name"] in {wanted.name for wanted in plans}:
                # A plan that still has a stage cannot be deleted.
                gone = [
                    {"op": "remove", "path": "/apiStages", "value": f"{each['apiId']}:{each['stage']}"}
                    for each in plan.get("apiStages", [])
                ]
                if gone:
                    client.update_usage_plan(usagePlanId=plan["id"], patchOperations=gone)
                client.delete_usage_plan(usagePlanId=plan["id"])
    for wanted in plans:
        key = find_key(aws, wanted.name)
        if key is not None:
            client.delete_api_key(apiKey=key.id)


def deployment_id(aws: Aws, api_id: str) -> str:
    """Which deployment of the API the stage shows."""
    stage = aws.client("apigateway").get_stage(restApiId=api_id, stageName=API_STAGE)
    return str(stage["deploymentId"])


def show_deployment(aws: Aws, api_id: str, deployment: str) -> None:
    """Show another deployment: the routes as they were then."""
    patch = {"op": "replace", "path": "/deploymentId", "value": deployment}
    aws.client("apigateway").update_stage(restApiId=api_id, stageName=API_STAGE, patchOperations=[patch])


def _settled(aws: Aws, client: Any, api_id: str) -> dict[str, Any]:  # noqa: ANN401
    deadline = time.monotonic() + _CACHE_SECONDS
    while True:
        stage: dict[str, Any] = client.get_stage(restApiId=api_id, stageName=API_STAGE)
        status = stage.get("cacheClusterStatus", "")
        if not status.endswith("_IN_PROGRESS"):
            return stage
        if time.monotonic() > deadline:
            raise ApiError(f"The stage's cache is still {status}: wait until it is not, then run the command again.")
        time.sleep(aws.poll_seconds)


def _put_plan(client: Any, api_id: str, plan: Plan, found: dict[str, Any] | None) -> Key:  # noqa: ANN401
    limits = {"rateLimit": float(plan.rate), "burstLimit": plan.burst}
    quota = {"quota": {"limit": plan.quota, "period": _A_DAY}} if plan.quota else {}
    stages = [{"apiId": api_id, "stage": API_STAGE}]
    if found is None:
        found = client.create_usage_plan(name=plan.name, throttle=limits, apiStages=stages, **quota)
    else:
        client.update_usage_plan(usagePlanId=found["id"], patchOperations=_patches(api_id, plan, found))
    name = plan.name
    listed = client.get_api_keys(nameQuery=name, includeValues=True)["items"]
    key = next((each for each in listed if each["name"] == name), None)
    if key is None:
        key = client.create_api_key(name=name, enabled=True)
    pages = client.get_paginator("get_usage_plan_keys").paginate(usagePlanId=found["id"])
    if key["id"] not in {each["id"] for page in pages for each in page["items"]}:
        client.create_usage_plan_key(usagePlanId=found["id"], keyId=key["id"], keyType="API_KEY")
    return Key(key["id"], key["value"])


def _patches(api_id: str, plan: Plan, found: dict[str, Any]) -> list[dict[str, str]]:
    patches = [
        {"op": "replace", "path": "/throttle/rateLimit", "value": str(plan.rate)},
        {"op": "replace", "path": "/throttle/burstLimit", "value": str(plan.burst)},
    ]
    if plan.quota:
        patches += [
            {"op": "replace", "path": "/quota/limit", "value": str(plan.quota)},
            {"op": "replace", "path": "/quota/period", "value": _A_DAY},
        ]
    elif found.get("quota"):
        patches.append({"op": "remove", "path": "/quota"})
    if not any(each["apiId"] == api_id and each["stage"] == API_STAGE for each in found.get("apiStages", [])):
        patches.append({"op": "add", "path": "/apiStages", "value": f"{api_id}:{API_STAGE}"})
    return patches
