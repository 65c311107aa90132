"""Endpoints mounted on Chalice: what API Gateway sends goes in, what it takes comes out."""

import json

import pytest

from app import app, blueprints
from chalicelib.web.endpoints import Endpoint
from tests.support.api import Api, Context

ENDPOINTS = [endpoint for routes in blueprints for endpoint in routes.endpoints]
PRIVATE = [endpoint for endpoint in ENDPOINTS if endpoint.private]
by_name = {"ids": lambda endpoint: endpoint.name}


def path_of(endpoint: Endpoint) -> str:
    parts = ("0" * 26 if part.startswith("{") else part for part in endpoint.path.split("/"))
    return "/".join(parts)


@pytest.mark.parametrize("endpoint", ENDPOINTS, **by_name)
def test_every_endpoint_is_mounted_with_cors_and_the_user_pools_authorizer(endpoint: Endpoint) -> None:
    entry = app.routes[endpoint.path][endpoint.method]
    assert entry.cors is not None
    assert (entry.authorizer is not None) == endpoint.private
    if endpoint.private:
        assert entry.authorizer.to_swagger()["x-amazon-apigateway-authorizer"] == {
            "type": "cognito_user_pools",
            "providerARNs": ["arn:aws:cognito-idp:eu-north-1:123456789012:userpool/eu-north-1_unit"],
        }


@pytest.mark.parametrize("endpoint", PRIVATE, **by_name)
@pytest.mark.parametrize(
    "authorizer",
    [
        None,
        {},
        {"claims": None},
        {"claims": {}},
        {"claims": {"sub": "ada", "token_use": "access"}},
        {"claims": {"sub": "", "token_use": "id"}},
        {"claims": {"token_use": "id"}},
        {"principalId": "ada"},
    ],
    ids=["none", "empty", "null", "no claims", "access token", "empty sub", "no sub", "another authorizer's"],
)
def test_a_private_route_fails_closed(endpoint: Endpoint, authorizer: dict[str, object] | None, nobody: Api) -> None:
    # given an event whose authorizer left no verified person, whatever the gateway should have done
    event = nobody.event(endpoint.method, path_of(endpoint), {"title": "mine"}, {})
    if authorizer is not None:
        event["requestContext"]["authorizer"] = authorizer
    # when the application gets it all the same
    answered = app(event, Context())
    # then it lets nobody in
    assert answered["statusCode"] == 401
    assert json.loads(answered["body"])["type"] == "urn:problem-type:unauthorized"
    assert answered["headers"]["Access-Control-Allow-Origin"] == "https://site.example.test"


def test_header_names_are_taken_in_any_case(ada: Api) -> None:
    created = ada.post("/todos", {"title": "tea"})
    event = ada.event("GET", f"/todos/{created.json()['id']}", None, {"IF-NONE-MATCH": '"1"'})
    assert app(event, Context())["statusCode"] == 304


def test_an_event_without_headers_and_query_is_a_request(ada: Api) -> None:
    event = ada.event("GET", "/todos", None, {}) | {"headers": None, "multiValueQueryStringParameters": None}
    assert app(event, Context())["statusCode"] == 200


def test_bytes_reach_the_decoder_as_they_are(ada: Api) -> None:
    event = ada.event("POST", "/todos", None, {}) | {"body": "eyJ0aXRsZSI6ICJ0w6kifQ==", "isBase64Encoded": True}
    assert json.loads(app(event, Context())["body"])["title"] == "t\u00e9"
