"""What the API says about itself, to anybody."""

import jsonschema_rs
import pytest

from app import capabilities
from chalicelib.meta.routes import VERSION
from tests.support.api import Api


def test_health_says_the_stage_and_is_never_cached(nobody: Api) -> None:
    answered = nobody.get("/health")
    assert (answered.status, answered.json()) == (200, {"status": "ok", "stage": "test"})
    assert answered.headers["Cache-Control"] == "no-store"


def test_the_document_describes_every_route_itself_included(nobody: Api) -> None:
    answered = nobody.get("/openapi.json")
    document = answered.json()
    routes = {endpoint.path for each in capabilities for endpoint in each.endpoints}
    assert set(document["paths"]) == routes | {"/health", "/openapi.json"}
    assert document["servers"] == [{"url": "https://api.example.test"}]
    assert document["info"]["version"] == VERSION
    assert answered.headers["Cache-Control"] == "public, max-age=3600"


@pytest.mark.parametrize("path", ["/health", "/openapi.json"])
def test_answers_fit_what_the_document_says_of_them(nobody: Api, path: str) -> None:
    document = nobody.get("/openapi.json").json()
    declared = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    jsonschema_rs.validator_for({**declared, "components": document["components"]}).validate(nobody.get(path).json())


@pytest.mark.parametrize(("path", "status"), [("/health?x=1", 400), ("/openapi.json?format=yaml", 200)])
def test_they_take_no_query_and_what_caches_keep_ignores_one(nobody: Api, path: str, status: int) -> None:
    assert nobody.get(path).status == status
