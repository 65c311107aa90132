"""The OpenAPI document: valid, whole, and the one in docs."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31

from app import blueprints
from chalicelib.meta.routes import describe
from chalicelib.web import openapi, problems
from chalicelib.web.endpoints import Endpoint
from chalicelib.web.http import Reply

ENDPOINTS = [endpoint for routes in blueprints for endpoint in routes.endpoints]
each_endpoint = pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)


class Pot(msgspec.Struct):
    """A pot."""

    size: int


class Cup(msgspec.Struct):
    """A cup."""

    of: str


def drink(*_: object) -> Reply:
    """Drink tea."""
    return Reply(200)


def operation_of(endpoint: Endpoint) -> dict[str, Any]:
    operation: dict[str, Any] = describe(ENDPOINTS)["paths"][endpoint.path][endpoint.method.lower()]
    return operation


def references(node: object) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*map(references, node.values()))
    if isinstance(node, list):
        return set().union(*map(references, node))
    return set()


def test_the_document_is_valid_openapi_3_1() -> None:
    document = describe(ENDPOINTS)
    assert document["openapi"] == "3.1.0"
    jsonschema_rs.validator_for(OPENAPI_31).validate(document)


def test_every_schema_is_valid_json_schema_and_every_reference_leads_somewhere() -> None:
    document = describe(ENDPOINTS)
    schemas = document["components"]["schemas"]
    for schema in schemas.values():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})
    assert references(document) == {f"#/components/schemas/{name}" for name in schemas}


def test_operations_have_names_of_their_own_and_a_summary() -> None:
    assert len({endpoint.name for endpoint in ENDPOINTS}) == len(ENDPOINTS)
    assert all(operation_of(endpoint)["summary"].endswith(".") for endpoint in ENDPOINTS)


@each_endpoint
def test_every_status_a_route_can_give_is_declared(endpoint: Endpoint) -> None:
    # given all that the endpoint may answer with
    successes = set(endpoint.returns)
    refusals = {problem.status for problem in openapi.refusals(endpoint)}
    # then the document says just that
    assert {int(status) for status in operation_of(endpoint)["responses"]} == successes | refusals
    assert refusals >= {400, 413, 429, 500, 503, 504}
    assert (401 in refusals) == endpoint.private
    assert (403 in refusals) >= (endpoint.group is not None)


@each_endpoint
def test_every_refusal_is_a_problem_and_says_which(endpoint: Endpoint) -> None:
    for status, answer in operation_of(endpoint)["responses"].items():
        if int(status) >= 400:
            assert list(answer["content"]) == ["application/problem+json"]
    for problem in openapi.refusals(endpoint):
        assert f"`{problem.name}`" in operation_of(endpoint)["responses"][str(problem.status)]["description"]


@each_endpoint
def test_parameters_are_those_that_the_endpoint_reads(endpoint: Endpoint) -> None:
    found = {(each["in"], each["name"]) for each in operation_of(endpoint)["parameters"]}
    expected = {("path", part[1:-1]) for part in endpoint.path.split("/") if part.startswith("{")}
    expected |= {("query", field.encode_name) for field in msgspec.structs.fields(endpoint.query)}
    expected |= {("header", "If-Match")} if endpoint.takes_if_match else set()
    expected |= {("header", "If-None-Match")} if endpoint.takes_if_none_match else set()
    expected |= {("header", "Idempotency-Key")} if endpoint.takes_idempotency_key else set()
    assert found == expected


@each_endpoint
def test_private_routes_ask_for_a_token_and_public_ones_say_that_they_do_not(endpoint: Endpoint) -> None:
    assert operation_of(endpoint)["security"] == ([{"idToken": []}] if endpoint.private else [])


def test_the_type_of_a_stale_answer_is_described_even_where_nothing_returns_it() -> None:
    # given an endpoint that answers with a pot only when the caller's is stale
    endpoint = Endpoint(
        "DELETE",
        "/pots/{pot_id}",
        drink,
        returns={204: None},
        takes_if_match=True,
        stale_answer=Pot,
        refuses=(problems.VERSION_MISMATCH,),
    )
    # when it is described
    document = openapi.document([endpoint], title="Tea", version="1", server="https://tea.example")
    # then the pot is among the schemas
    assert references(document) <= {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    jsonschema_rs.validator_for(OPENAPI_31).validate(document)


def test_the_unavailable_answer_says_when_to_come_back() -> None:
    assert all("Retry-After" in operation_of(endpoint)["responses"]["503"]["headers"] for endpoint in ENDPOINTS)


def test_a_body_may_be_optional() -> None:
    endpoint = Endpoint("POST", "/cups", drink, returns={200: Cup}, body=Cup, body_optional=True)
    document = openapi.document([endpoint], title="Tea", version="1", server="https://tea.example")
    assert document["paths"]["/cups"]["post"]["requestBody"]["required"] is False


def test_a_parameter_of_several_types_keeps_them_all() -> None:
    class Mixed(msgspec.Struct):
        sugar: int | bool | None = None

    endpoint = Endpoint("GET", "/cups", drink, returns={200: Cup}, query=Mixed)
    document = openapi.document([endpoint], title="Tea", version="1", server="https://tea.example")
    (sugar,) = document["paths"]["/cups"]["get"]["parameters"]
    assert {option["type"] for option in sugar["schema"]["anyOf"]} == {"integer", "boolean"}


def test_a_schema_that_is_not_ours_is_taken_as_it_is() -> None:
    endpoint = Endpoint("GET", "/cups", drink, returns={200: {"type": "object"}})
    document = openapi.document([endpoint], title="Tea", version="1", server="https://tea.example")
    answer = document["paths"]["/cups"]["get"]["responses"]["200"]
    assert answer["content"]["application/json"]["schema"] == {"type": "object"}


def test_the_document_in_docs_is_up_to_date() -> None:
    stored = json.loads((Path(__file__).parents[3] / "docs" / "openapi.json").read_text(encoding="utf-8"))
    fresh = json.loads(json.dumps(describe(ENDPOINTS)))
    assert {**stored, "servers": []} == {**fresh, "servers": []}, "run `make openapi`"
