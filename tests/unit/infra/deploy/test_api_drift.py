"""`make drift` names each setting of the API's stage that somebody changed by hand."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from infra import cache_settings
from infra.api_settings import Plan, stage_patches
from infra.deploy import config
from infra.deploy.api_drift import METHOD_SETTINGS, plan_differences, stage_differences
from infra.deploy.stage import Stage

STAGE = Stage("dev", "eu-north-1", "blog@example.com", cache_size="0.5")
LOG_GROUP = "arn:aws:logs:eu-north-1:123456789012:log-group:/aws/apigateway/mytodolist-dev"
OUTPUTS = {"SiteUrl": "https://example.com", "ApiAccessLogArn": f"{LOG_GROUP}:*"}
SETTINGS = config.api_settings(STAGE, OUTPUTS)
PATCHES = [*stage_patches(SETTINGS), *cache_settings.stage_patches(STAGE.cache_size, SETTINGS.method_settings())]
Change = Callable[[dict[str, Any]], object]


def answer() -> dict[str, Any]:
    """What GetStage answers after a deploy, by the documentation of UpdateStage and GetStage."""
    everywhere = {
        "loggingLevel": "ERROR",
        "dataTraceEnabled": False,
        "metricsEnabled": False,
        "throttlingRateLimit": float(STAGE.throttle_rate),
        "throttlingBurstLimit": STAGE.throttle_burst,
        "cachingEnabled": False,
    }
    kept = {
        "cachingEnabled": True,
        "cacheDataEncrypted": True,
        "requireAuthorizationForCacheControl": True,
        "unauthorizedCacheControlHeaderStrategy": "FAIL_WITH_403",
    }
    methods = {"*/*": everywhere}
    for (method, path), rule in cache_settings.ROUTES.items():
        if method == "GET":
            own = {**kept, "cacheTtlInSeconds": rule.seconds} if rule else {}
            methods[f"{path.replace('/', '~1')}/{method}"] = {**everywhere, **own}
    return {
        "methodSettings": methods,
        "accessLogSettings": {"destinationArn": LOG_GROUP, "format": SETTINGS.access_log_format},
        "tracingEnabled": True,
        "variables": {"stage": "dev"},
        "cacheClusterEnabled": True,
        "cacheClusterSize": "0.5",
    }


def test_a_stage_as_the_deploy_has_left_it_has_no_drift() -> None:
    assert list(stage_differences(answer(), PATCHES)) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda it: it["methodSettings"]["*/*"].update(throttlingRateLimit=1.0), "/*/*/throttling/rateLimit"),
        (lambda it: it["methodSettings"]["*/*"].update(throttlingBurstLimit=1), "/*/*/throttling/burstLimit"),
        (lambda it: it["methodSettings"]["*/*"].update(loggingLevel="OFF"), "/*/*/logging/loglevel"),
        (lambda it: it["methodSettings"]["*/*"].update(dataTraceEnabled=True), "/*/*/logging/dataTrace"),
        (lambda it: it["methodSettings"]["*/*"].update(metricsEnabled=True), "/*/*/metrics/enabled"),
        (lambda it: it["methodSettings"]["~1posts/GET"].update(cachingEnabled=False), "/~1posts/GET/caching/enabled"),
        (lambda it: it["methodSettings"]["~1posts/GET"].update(cacheTtlInSeconds=9), "/~1posts/GET/caching/ttlIn"),
        (lambda it: it["methodSettings"].pop("~1todos/GET"), "/~1todos/GET/caching/enabled"),
        (lambda it: it["accessLogSettings"].update(format="$context.identity.sourceIp"), "/accessLogSettings/format"),
        (lambda it: it.pop("accessLogSettings"), "/accessLogSettings/destinationArn"),
        (lambda it: it.update(tracingEnabled=False), "/tracingEnabled"),
        (lambda it: it["variables"].update(stage="prod"), "/variables/stage"),
        (lambda it: it["variables"].update(more="1"), "the stage variable more"),
        (lambda it: it.update(cacheClusterEnabled=False), "/cacheClusterEnabled"),
        (lambda it: it.update(cacheClusterSize="237"), "/cacheClusterSize"),
        (lambda it: it.update(canarySettings={"percentTraffic": 50.0}), "a canary"),
    ],
)
def test_each_setting_that_was_changed_by_hand_is_named(change: Change, said: str) -> None:
    changed = copy.deepcopy(answer())
    change(changed)
    lines = list(stage_differences(changed, PATCHES))
    assert any(said in line for line in lines), lines


def test_texts_are_not_said_and_numbers_are() -> None:
    changed = answer()
    changed["accessLogSettings"]["format"] = "private text"
    changed["methodSettings"]["*/*"]["throttlingRateLimit"] = 1.0
    said = "\n".join(stage_differences(changed, PATCHES))
    assert f"/*/*/throttling/rateLimit is not as a deploy sets it: 1.0, not {STAGE.throttle_rate}" in said
    assert "private text" not in said


def test_every_patch_of_a_method_has_a_name_in_the_answer_of_get_stage() -> None:
    ends = {patch["path"].split("/", 3)[3] for patch in PATCHES if patch["path"].count("/") == 4}
    assert ends == set(METHOD_SETTINGS)


def test_limits_of_usage_plans_are_compared() -> None:
    wanted = [Plan("site", 50, 100), Plan("readers", 5, 10, 1000), Plan("gone", 1, 1)]
    there = [
        {"name": "site", "throttle": {"rateLimit": 50.0, "burstLimit": 7}},
        {"name": "readers", "throttle": {"rateLimit": 5.0, "burstLimit": 10}, "quota": {"limit": 9, "period": "DAY"}},
    ]
    assert list(plan_differences(there, wanted)) == [
        "The burst of the usage plan site: 7, not 100",
        "The quota of the usage plan readers: 9, not 1000",
        "The usage plan gone was deleted",
    ]
