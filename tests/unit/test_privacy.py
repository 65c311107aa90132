"""Logs hold nothing of a person's: canary values go through every route, and none may come out in a line."""

from io import StringIO

import pytest

from app import app, blueprints
from chalicelib.web.endpoints import Endpoint
from tests.support.api import Api, Context
from tests.support.seam import Scripted, dynamodb_behind, refusal

CANARIES = {
    "sub": "5ub5ub5u-0000-4000-8000-00000canary1",
    "email": "canary@canary.example",
    "name": "Canary Canarina",
    "token": "eyJcanary.eyJcanary.canary",
    "body": "canary in the body",
    "query": "canary-in-the-query",
    "path": "CANARY1NTHEPATH00000000000",
    "key": "canary-idempotency-key",
    "agent": "canary/1.0",
}
ENDPOINTS = [endpoint for routes in blueprints for endpoint in routes.endpoints]
each_endpoint = pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
BODIES: list[object] = [
    {"title": CANARIES["body"], "notes": CANARIES["email"], "body": CANARIES["body"]},
    {"title": 5, CANARIES["body"]: CANARIES["email"]},
    '{"title": "canary in the body" nonsense',
    {"key": f"users/{CANARIES['sub']}/{'0' * 26}", "name": CANARIES["name"], "content_type": "image/png", "size": 1},
    None,
]


def call(api: Api, endpoint: Endpoint, body: object, query: str) -> int:
    parts = [CANARIES["path"] if part.startswith("{") else part for part in endpoint.path.split("/")]
    headers = {
        "Authorization": CANARIES["token"],
        "User-Agent": CANARIES["agent"],
        "X-Forwarded-For": CANARIES["email"],
    }
    if endpoint.takes_idempotency_key:
        headers["Idempotency-Key"] = CANARIES["key"]
    event = api.event(endpoint.method, "/".join(parts) + query, body, headers)
    if "authorizer" in event["requestContext"]:
        event["requestContext"]["authorizer"]["claims"] |= {"email": CANARIES["email"], "name": CANARIES["name"]}
    status: int = app(event, Context())["statusCode"]
    return status


@pytest.fixture
def canary(anonymous: Api) -> Api:
    return anonymous.as_person(CANARIES["sub"], "authors")


@each_endpoint
def test_no_line_holds_anything_of_a_persons(
    endpoint: Endpoint, canary: Api, logged: StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    # given requests full of canaries, from a person and from nobody, while the database works
    for body in BODIES:
        for query in ("", f"?cursor={CANARIES['query']}", f"?{CANARIES['query']}=1"):
            call(canary, endpoint, body, query)
            call(Api(app), endpoint, body, query)
    # and while it fails in ways that quote what was sent
    errors = [refusal("ThrottlingException"), refusal("ValidationException"), ValueError(CANARIES["body"])]
    for error in errors:
        with dynamodb_behind(lambda _, error=error: Scripted(error)):  # type: ignore[misc]
            for body in BODIES:
                call(canary, endpoint, body, "")
    # then there are lines, and none of them knows a canary
    out, err = capfd.readouterr()
    written = logged.getvalue() + out + err
    assert logged.getvalue().count('"message":"request"') == len(BODIES) * (3 * 2 + len(errors))
    assert [name for name, value in CANARIES.items() if value.lower() in written.lower()] == []


def test_a_canary_would_be_found(logged: StringIO, canary: Api) -> None:
    # The proof of the proof: what the log does hold, the search finds.
    call(canary, ENDPOINTS[0], None, "")
    assert ENDPOINTS[0].path in logged.getvalue()
