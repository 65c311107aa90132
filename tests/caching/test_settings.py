"""Every route says whether its answers are kept, and what is kept is told apart by all that changes it."""

import copy
from typing import Any

import pytest
from chalice.deploy.swagger import SwaggerGenerator

from app import app, blueprints
from chalicelib.web.endpoints import Endpoint
from infra import cache_settings
from infra.api_settings import ApiSettings
from infra.cache_settings import ROUTES, SIZES, STRANGERS, Kept, complete, inputs, stage_patches, stage_properties

ENDPOINTS: dict[tuple[str, str], Endpoint] = {
    (endpoint.method, endpoint.path): endpoint for routes in blueprints for endpoint in routes.endpoints
}
KEPT = {route: kept for route, kept in ROUTES.items() if kept is not None}
NOT_KEPT = sorted(route for route in ROUTES if ROUTES[route] is None and route[0] == "GET")
EVERYWHERE = ApiSettings("https://site", "arn:log", 50, 100, (), {}).method_settings()


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The API's document as Chalice writes it, with the keys put in."""
    arn = "arn:aws:lambda:eu-north-1:123456789012:function:f"
    made: dict[str, Any] = SwaggerGenerator("eu-north-1", {"api_handler_arn": arn}).generate_swagger(app)
    complete(made)
    return made


def test_no_route_is_missing_and_none_is_made_up() -> None:
    assert set(ROUTES) == set(ENDPOINTS)


@pytest.mark.parametrize("route", KEPT)
def test_only_public_reads_are_kept(route: tuple[str, str]) -> None:
    endpoint = ENDPOINTS[route]
    assert (endpoint.method, endpoint.private, endpoint.group) == ("GET", False, None)


@pytest.mark.parametrize("route", KEPT)
def test_whatever_changes_an_answer_is_a_key_of_it(route: tuple[str, str]) -> None:
    assert set(KEPT[route].keys) == inputs(ENDPOINTS[route])


@pytest.mark.parametrize("route", KEPT)
def test_what_is_kept_there_may_be_kept_by_anybody(route: tuple[str, str]) -> None:
    assert ENDPOINTS[route].cache_control.startswith("public, ")
    assert 0 < KEPT[route].seconds <= 3600


def test_an_input_that_an_endpoint_takes_newly_would_be_noticed() -> None:
    endpoint = ENDPOINTS["GET", "/todos"]
    assert inputs(endpoint) >= {"querystring.state", "querystring.sort", "querystring.limit", "querystring.cursor"}
    assert inputs(ENDPOINTS["PATCH", "/posts/{slug}"]) >= {"path.slug", "header.If-Match"}
    assert "header.Idempotency-Key" in inputs(ENDPOINTS["POST", "/posts"])


def test_each_method_that_is_read_by_is_told_by_patches_whether_it_is_kept() -> None:
    told = {patch["path"]: patch["value"] for patch in stage_patches("0.5", EVERYWHERE)}
    assert (told["/cacheClusterEnabled"], told["/cacheClusterSize"]) == ("true", "0.5")
    assert told["/~1posts~1{slug}/GET/caching/enabled"] == "true"
    assert told["/~1posts~1{slug}/GET/caching/ttlInSeconds"] == "60"
    for method, path in NOT_KEPT:
        assert told[f"/{path.replace('/', '~1')}/{method}/caching/enabled"] == "false"


def test_a_method_of_its_own_settings_keeps_what_holds_everywhere() -> None:
    told = {patch["path"]: patch["value"] for patch in stage_patches("0.5", EVERYWHERE)}
    assert told["/~1todos/GET/throttling/rateLimit"] == "50"
    assert told["/~1todos/GET/logging/dataTrace"] == "false"
    properties = stage_properties("0.5", EVERYWHERE)["MethodSettings"]
    assert all(each["ThrottlingBurstLimit"] == 100 for each in properties)


@pytest.mark.parametrize("route", KEPT)
def test_strangers_may_not_ask_for_a_fresh_answer(route: tuple[str, str]) -> None:
    told = {patch["path"]: patch["value"] for patch in stage_patches("0.5", EVERYWHERE)}
    setting = f"/{route[1].replace('/', '~1')}/GET/caching"
    assert told[f"{setting}/requireAuthorizationForCacheControl"] == "true"
    assert told[f"{setting}/unauthorizedCacheControlHeaderStrategy"] == STRANGERS == "FAIL_WITH_403"


def test_a_template_says_the_same_as_the_patches() -> None:
    told = {patch["path"]: patch["value"] for patch in stage_patches("1.6", EVERYWHERE)}
    properties = stage_properties("1.6", EVERYWHERE)
    assert (properties["CacheClusterEnabled"], properties["CacheClusterSize"]) == (True, "1.6")
    everywhere, *methods = properties["MethodSettings"]
    assert everywhere == EVERYWHERE
    assert everywhere["CachingEnabled"] is False
    assert len(methods) == len([route for route in ROUTES if route[0] == "GET"])
    for each in methods:
        key = f"{each['ResourcePath']}/{each['HttpMethod']}/caching"
        assert told[f"{key}/enabled"] == str(each["CachingEnabled"]).lower()
        assert told.get(f"{key}/ttlInSeconds") == (str(each["CacheTtlInSeconds"]) if each["CachingEnabled"] else None)


def test_a_stage_without_a_cache_has_it_switched_off() -> None:
    assert stage_patches("", EVERYWHERE) == [{"op": "replace", "path": "/cacheClusterEnabled", "value": "false"}]
    assert stage_properties("", EVERYWHERE) == {"CacheClusterEnabled": False, "MethodSettings": [EVERYWHERE]}
    assert "0.5" in SIZES


@pytest.mark.parametrize("route", KEPT)
def test_the_document_declares_every_key_and_tells_the_cache(document: dict[str, Any], route: tuple[str, str]) -> None:
    operation, kept = document["paths"][route[1]]["get"], KEPT[route]
    assert operation["x-amazon-apigateway-integration"]["cacheKeyParameters"] == list(kept.parameters)
    places = {"query": "querystring"}
    declared = [f"{places.get(each['in'], each['in'])}.{each['name']}" for each in operation["parameters"]]
    assert sorted(declared) == sorted(kept.keys)


@pytest.mark.parametrize("route", NOT_KEPT)
def test_the_document_tells_the_cache_of_nothing_else(document: dict[str, Any], route: tuple[str, str]) -> None:
    assert "cacheKeyParameters" not in document["paths"][route[1]]["get"]["x-amazon-apigateway-integration"]


def test_a_document_may_be_completed_twice(document: dict[str, Any]) -> None:
    again = copy.deepcopy(document)
    complete(again)
    assert again == document


def test_a_key_reads_as_api_gateway_writes_it() -> None:
    assert Kept(60, ("querystring.tag",)).parameters == ("method.request.querystring.tag",)


def test_functions_are_told_of_what_is_there() -> None:
    url, key = "https://a.execute-api.eu-north-1.amazonaws.com/api", "k"
    all_of_it = {"DISTRIBUTION_ID": "E1", "STAGE_CACHE_URL": url, "STAGE_CACHE_KEY": key}
    assert cache_settings.environment("0.5", url, key, "E1") == all_of_it
    assert cache_settings.environment("", url, key, "E1") == {"DISTRIBUTION_ID": "E1"}
    assert cache_settings.environment("0.5", "", "", "E1") == {"DISTRIBUTION_ID": "E1"}
    assert cache_settings.environment("0.5", "", "", "") == {}
