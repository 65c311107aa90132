"""The stage gets a cache by one setting, and loses it by the same."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from infra import policies
from infra.api_settings import stage_patches
from infra.cache_settings import ROUTES
from infra.deploy.config import api_settings, policy
from infra.deploy.stage import API_STAGE
from tests.rehearsal.staging import Rehearsal, until

SLUG = "a-rehearsal"


@pytest.fixture(scope="module")
def cached(rehearsal: Rehearsal) -> Iterator[Rehearsal]:
    plain = rehearsal.stage
    rehearsal.stage = replace(plain, cache_size="0.5")
    try:
        rehearsal.deploy()
        yield rehearsal
    finally:
        rehearsal.stage = plain


def stage_of(rehearsal: Rehearsal) -> dict[str, Any]:
    found: dict[str, Any] = rehearsal.client("apigateway").get_stage(
        restApiId=rehearsal.look().api_id, stageName=API_STAGE
    )
    return found


def variables(rehearsal: Rehearsal, function: str) -> dict[str, str]:
    name = policies.lambda_name(function, rehearsal.stage.name)
    found = rehearsal.client("lambda").get_function_configuration(FunctionName=name)
    told: dict[str, str] = found["Environment"]["Variables"]
    return told


def title(rehearsal: Rehearsal, new: str = "") -> str:
    if new:
        rehearsal.client("dynamodb").update_item(
            TableName=rehearsal.outputs["PostsTable"],
            Key={"slug": {"S": SLUG}},
            UpdateExpression="SET title = :new",
            ExpressionAttributeValues={":new": {"S": new}},
        )
    said: str = rehearsal.api().get(f"/posts/{SLUG}").json()["title"]
    return said


def test_every_route_is_told_whether_its_answers_are_kept(cached: Rehearsal) -> None:
    stage = stage_of(cached)
    assert (stage["cacheClusterEnabled"], stage["cacheClusterSize"]) == (True, "0.5")
    told = {name.strip("/"): each for name, each in stage["methodSettings"].items()}
    for (method, path), kept in ROUTES.items():
        if method == "GET":
            own = told[f"{path.strip('/')}/GET"]
            assert own["cachingEnabled"] is (kept is not None)
            assert own["throttlingRateLimit"] == cached.stage.throttle_rate
            if kept is not None:
                assert own["cacheTtlInSeconds"] == kept.seconds
                assert own["requireAuthorizationForCacheControl"] is True


def test_a_copy_is_shown_until_it_ends(cached: Rehearsal) -> None:
    before = title(cached)
    try:
        assert title(cached, "Changed behind the cache") == before
    finally:
        assert title(cached, before) == before


def test_which_layer_answered_is_for_the_laptop_to_say(cached: Rehearsal) -> None:
    for answer in [cached.api().get("/posts") for _ in range(2)]:
        assert "x-cache" not in answer.headers


def test_who_writes_pages_is_told_and_may_refresh(cached: Rehearsal) -> None:
    outputs = cached.outputs
    told = variables(cached, policies.PAGES)
    assert (told["STAGE_CACHE_URL"], told["STAGE_CACHE_KEY"]) == (outputs["StageUrl"], cached.key())
    assert not [name for name in variables(cached, policies.API) if name.startswith("STAGE_CACHE")]
    iam, name = cached.client("iam"), policies.lambda_name(policies.PAGES, cached.stage.name)
    role = cached.client("lambda").get_function_configuration(FunctionName=name)["Role"].rpartition("/")[2]
    [name] = iam.list_role_policies(RoleName=role)["PolicyNames"]
    given = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    assert given == policy(policies.PAGES, cached.stage, cached.aws, outputs)
    assert "execute-api:InvalidateCache" in json.dumps(given)


def test_a_private_answer_is_nobody_elses(cached: Rehearsal) -> None:
    ann, ben = cached.sign_up("ann"), cached.sign_up("ben")
    assert ann.api.post("/todos", json={"title": "Ann's own"}).status_code == 201
    assert len(ann.api.get("/todos").json()["items"]) == 1
    assert ben.api.get("/todos").json()["items"] == []


def test_without_the_setting_nothing_of_it_is_left(cached: Rehearsal) -> None:
    cached.stage = replace(cached.stage, cache_size="")
    cached.deploy()
    stage = stage_of(cached)
    assert (stage["cacheClusterEnabled"], list(stage["methodSettings"])) == (False, ["*/*"])
    assert not [name for name in variables(cached, policies.PAGES) if name.startswith("STAGE_CACHE")]
    before = title(cached)
    assert title(cached, "Changed for all to see") == "Changed for all to see"
    assert title(cached, before) == before
    until(lambda: before in (cached.page(f"/blog/{SLUG}/") or ""))


def test_its_patches_leave_the_others_as_they_were(cached: Rehearsal) -> None:
    told = {patch["path"]: patch["value"] for patch in stage_patches(api_settings(cached.stage, cached.outputs))}
    settings = stage_of(cached)["methodSettings"]["*/*"]
    assert str(settings["throttlingBurstLimit"]) == told["/*/*/throttling/burstLimit"]
    assert settings["cachingEnabled"] is False
