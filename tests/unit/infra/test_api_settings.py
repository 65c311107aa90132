"""What API Gateway is told: nothing private in logs, problems with CORS, and parameters it can check itself."""

import json
from dataclasses import replace

from chalice.deploy.swagger import TemplatedSwaggerGenerator

import app as application
from infra.api_settings import (
    VALIDATOR,
    ApiSettings,
    Plan,
    complete,
    gateway_responses,
    required_parameters,
    stage_patches,
)
from infra.gateway_responses import GATEWAY_RESPONSES

SITE = "https://site.example"
SETTINGS = ApiSettings(SITE, "arn:aws:logs:x", 50, 100, (Plan("site", 50, 100),), {"stage": "dev"})


def test_a_line_of_the_access_log_holds_neither_address_nor_token() -> None:
    line = SETTINGS.access_log_format
    assert json.loads(line)["route"] == "$context.resourcePath"
    for private in ("sourceIp", "$context.path", "querystring", "authorization", "userAgent", "claims"):
        assert private not in line


def test_every_answer_of_the_gateway_is_a_problem_that_the_site_may_read() -> None:
    made = gateway_responses(SITE)
    assert set(made) == set(GATEWAY_RESPONSES)
    for kind, response in made.items():
        body = json.loads(response["responseTemplates"]["application/json"])
        assert str(body["status"]) == response["statusCode"], kind
        headers = response["responseParameters"]
        assert headers["gatewayresponse.header.Access-Control-Allow-Origin"] == f"'{SITE}'"
        assert headers["gatewayresponse.header.Content-Type"] == "'application/problem+json'"


def test_the_gateway_checks_what_a_route_cannot_do_without() -> None:
    endpoints = [endpoint for routes in application.blueprints for endpoint in routes.endpoints]
    assert required_parameters(endpoints) == {
        ("DELETE", "/todos"): ["state"],
        ("GET", "/subscribers/confirm"): ["token"],
        ("GET", "/subscribers/unsubscribe"): ["token"],
        ("POST", "/subscribers/unsubscribe"): ["token"],
    }


def test_a_document_is_completed_and_keeps_its_own() -> None:
    slug = {"name": "slug", "in": "path", "required": True, "type": "string"}
    document = {"info": {"title": "mytodolist"}, "paths": {"/a/{slug}": {"get": {"parameters": [slug]}}}}
    complete(document, "mytodolist-dev", SITE, {("GET", "/a/{slug}"): ["token"]})
    operation = document["paths"]["/a/{slug}"]["get"]
    assert operation["x-amazon-apigateway-request-validator"] == VALIDATOR
    assert [each["name"] for each in operation["parameters"]] == ["slug", "token"]
    assert document["info"]["title"] == "mytodolist-dev"


def test_a_stage_is_patched_with_text_alone() -> None:
    patches = stage_patches(SETTINGS)
    assert {type(value) for patch in patches for value in patch.values()} == {str}
    told = {patch["path"]: patch["value"] for patch in patches}
    assert told["/*/*/throttling/rateLimit"] == "50"
    assert told["/*/*/logging/dataTrace"] == "false"
    assert told["/variables/stage"] == "dev"


def test_metrics_of_each_method_are_off_unless_a_stage_asks_for_them_because_they_are_paid_for() -> None:
    asked = replace(SETTINGS, method_metrics=True)
    for settings, wanted in ((SETTINGS, "false"), (asked, "true")):
        told = {patch["path"]: patch["value"] for patch in stage_patches(settings)}
        assert told["/*/*/metrics/enabled"] == wanted
        assert settings.method_settings()["MetricsEnabled"] is (wanted == "true")


def test_public_routes_want_a_key_and_private_ones_a_token() -> None:
    for path, methods in application.app.routes.items():
        for method, route in methods.items():
            assert bool(route.api_key_required) != bool(route.authorizer), f"{method} {path}"


def test_a_closed_api_wants_a_key_of_every_caller_that_does_not_sign_with_aws_credentials() -> None:
    asked = security(closed=True)
    assert {frozenset(names) for names in asked.values()} == {
        frozenset({"api_key"}),
        frozenset({"api_key", "UserPool"}),
        frozenset({"sigv4"}),
        frozenset(),
    }
    assert {route for route, names in asked.items() if not names} == {
        route for route, names in security(closed=False).items() if not names
    }


def security(*, closed: bool) -> dict[tuple[str, str], list[str]]:
    """What each method of Chalice's document asks for."""
    document = TemplatedSwaggerGenerator().generate_swagger(application.app)
    complete(document, "mytodolist-dev", SITE, {}, closed=closed)
    return {
        (method, path): [name for requirement in operation.get("security", []) for name in requirement]
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
