"""Compares the stage of the API, which no stack has, with the settings that a deploy puts on it.

https://docs.aws.amazon.com/apigateway/latest/api/API_GetStage.html
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from infra import cache_settings
from infra.api_settings import Plan, stage_patches
from infra.deploy import config
from infra.deploy.aws import Aws
from infra.deploy.plan import Found
from infra.deploy.stage import API_STAGE, Stage
from infra.deploy.state import State

# What GetStage calls a method's setting, by the end of its path in a patch.
# https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html#UpdateStage-Patch
METHOD_SETTINGS: Mapping[str, str] = {
    "logging/loglevel": "loggingLevel",
    "logging/dataTrace": "dataTraceEnabled",
    "metrics/enabled": "metricsEnabled",
    "throttling/rateLimit": "throttlingRateLimit",
    "throttling/burstLimit": "throttlingBurstLimit",
    "caching/enabled": "cachingEnabled",
    "caching/ttlInSeconds": "cacheTtlInSeconds",
    "caching/dataEncrypted": "cacheDataEncrypted",
    "caching/requireAuthorizationForCacheControl": "requireAuthorizationForCacheControl",
    "caching/unauthorizedCacheControlHeaderStrategy": "unauthorizedCacheControlHeaderStrategy",
}
Patch = Mapping[str, str]


def api_differences(aws: Aws, stage: Stage, found: Found) -> Iterator[str]:
    """Return a line for each difference in the stage of the API or its usage plans."""
    client = aws.client("apigateway")
    if found.api_id is None:
        yield f"The API {stage.api_name} was deleted"
        return
    try:
        there = client.get_stage(restApiId=found.api_id, stageName=API_STAGE)
    except client.exceptions.NotFoundException:
        yield f"The stage {API_STAGE} of the API was deleted"
        return
    release = State(aws, found.outputs["DeploysBucket"], stage.name).release()
    if release is not None and there["deploymentId"] != release.deployment_id:
        yield f"The API shows another deployment than that of the last release, commit {release.commit}"
    settings = config.api_settings(stage, found.outputs)
    patches = [*stage_patches(settings), *cache_settings.stage_patches(stage.cache_size, settings.method_settings())]
    yield from stage_differences(there, patches)
    names = there.get("methodSettings", {})
    for patch in cache_settings.left_behind(stage.cache_size, names):
        yield f"The API has settings of the method {patch['path']} that no deploy puts there"
    pages = client.get_paginator("get_usage_plans").paginate()
    yield from plan_differences([plan for page in pages for plan in page["items"]], settings.plans)


def stage_differences(there: Mapping[str, Any], patches: Sequence[Patch]) -> Iterator[str]:
    """Return a line for each setting of a stage, as GetStage answers it, that is not as the patches set it."""
    for patch in patches:
        found, wanted = _text(_value_at(there, patch["path"])), patch["value"]
        if not _same(found, wanted):
            yield f"The API's setting {patch['path']} is not as a deploy sets it{_said(found, wanted)}"
    wanted_names = {patch["path"].rpartition("/")[2] for patch in patches if patch["path"].startswith("/variables/")}
    for name in sorted(there.get("variables", {}).keys() - wanted_names):
        yield f"The API has the stage variable {name}, which no deploy sets"
    if there.get("canarySettings"):
        yield "The API has a canary, which no deploy makes"


def plan_differences(there: Sequence[Mapping[str, Any]], wanted: Sequence[Plan]) -> Iterator[str]:
    """Return a line for each limit of a usage plan that is not as wanted."""
    by_name = {plan["name"]: plan for plan in there}
    for plan in wanted:
        if plan.name not in by_name:
            yield f"The usage plan {plan.name} was deleted"
            continue
        throttle, quota = by_name[plan.name].get("throttle", {}), by_name[plan.name].get("quota", {})
        for limit, found, value in (
            ("rate", throttle.get("rateLimit", 0), plan.rate),
            ("burst", throttle.get("burstLimit", 0), plan.burst),
            ("quota", quota.get("limit", 0), plan.quota),
        ):
            if found != value:
                yield f"The {limit} of the usage plan {plan.name}: {found:g}, not {value}"


def _value_at(there: Mapping[str, Any], path: str) -> Any:  # noqa: ANN401 - a number, a switch or a text
    """The value of GetStage's answer that a patch of this path sets, or None."""
    resource, *names = path.removeprefix("/").split("/")
    if setting := METHOD_SETTINGS.get("/".join(names[-2:])):
        methods = {cache_settings.setting_name(name): value for name, value in there.get("methodSettings", {}).items()}
        return methods.get(f"{resource}/{names[0]}", {}).get(setting)
    value: Any = there.get(resource)
    for name in names:
        value = (value or {}).get(name)
    return value


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _same(found: str, wanted: str) -> bool:
    if _is_number(found) and _is_number(wanted):
        return float(found) == float(wanted)
    # API Gateway answers the ARN of a log group without the asterisk at its end.
    return found.removesuffix(":*") == wanted.removesuffix(":*")


def _said(found: str, wanted: str) -> str:
    short = ("true", "false")
    sayable = all(_is_number(each) or each in short for each in (found, wanted))
    return f": {found}, not {wanted}" if sayable else ""


def _is_number(text: str) -> bool:
    return len(text) < 12 and text.replace(".", "", 1).isdigit()
