"""The internal route: for callers whom IAM let through, and closed to everybody else."""

import json
from typing import Any

from tests.support.api import Api, Context

PATH = "/internal/health"
CALLER = {"userArn": "arn:aws:sts::123456789012:assumed-role/deploy/me"}


def ask(api: Api, identity: dict[str, Any] | None) -> tuple[int, Any]:
    event = api.event("GET", PATH, None, {})
    event["requestContext"]["identity"] = identity
    answered = api.app(event, Context())
    assert answered["headers"]["Cache-Control"] == "private, no-store"
    return answered["statusCode"], json.loads(answered["body"])


def test_an_internal_caller_hears_that_the_tables_answer(anonymous: Api) -> None:
    assert ask(anonymous, CALLER) == (200, {"status": "ok", "stage": "test", "tables": "reached"})


def test_nobody_else_hears_anything(nobody: Api) -> None:
    for identity in (None, {}, {"userArn": None}, {"sourceIp": "127.0.0.1"}):
        status, body = ask(nobody, identity)
        assert (status, body["type"]) == (403, "urn:problem-type:forbidden")


def test_a_persons_token_is_no_signature(nobody: Api) -> None:
    assert ask(nobody.as_person("ada", "authors"), {})[0] == 403


def test_tables_that_do_not_answer_are_a_problem(nobody: Api) -> None:
    assert ask(nobody, CALLER)[0] == 503


def test_the_gateway_asks_iam_and_the_public_document_is_silent(nobody: Api) -> None:
    route = nobody.app.routes[PATH]["GET"]
    assert route.authorizer.to_swagger()["x-amazon-apigateway-authtype"] == "awsSigv4"
    assert PATH not in nobody.get("/openapi.json").json()["paths"]
