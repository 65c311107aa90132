"""The table of limits is complete, true to AWS's own models, and names tests that exist."""

import ast
import re
from collections.abc import Mapping
from functools import cache

import botocore.session
import pytest

from infra import policies
from infra.checks.names import LONGEST
from infra.checks.schemas import schema
from infra.limits import PAGE, ROOT, ROUTE_RULES, Limit, by_id, limits, page, routes, routes_of
from infra.local import request_sizes

PAGES_OF_AWS = re.compile(r"https://docs\.aws\.amazon\.com/\S+")
# Their tests show what the engine or the laptop's gateway answers in the place of AWS.
OF_THE_ENGINE = ("tests/engine/", "tests/unit/infra/local/gateway/")
# Every route can meet these, so a route of its own needs a limit that is about what it does.
OF_ALL_ROUTES = ("all", "private")


@pytest.mark.parametrize("limit", limits(), ids=lambda limit: limit.id)
def test_a_limit_is_described_whole(limit: Limit) -> None:
    met_by = [*limit.routes, *limit.functions, *limit.resources]
    assert PAGES_OF_AWS.fullmatch(limit.page)
    assert limit.value > 0
    assert bool(met_by) != bool(limit.none), "either something meets it, or the table says why nothing does"
    assert limit.answer or limit.none
    assert limit.tests or limit.none


def test_ids_are_unique() -> None:
    ids = [limit.id for limit in limits()]
    assert sorted(set(ids)) == sorted(ids)


@pytest.mark.parametrize("limit", limits(), ids=lambda limit: limit.id)
def test_the_tests_of_a_limit_exist(limit: Limit) -> None:
    assert [test for test in limit.tests if not _exists(test)] == []


@pytest.mark.parametrize("limit", limits(), ids=lambda limit: limit.id)
def test_a_test_tries_the_limit_and_its_neighbours_or_the_table_says_why_none_does(limit: Limit) -> None:
    tried = [test for test in limit.tests if tries_neighbours(_source(test))]
    assert bool(tried) != bool(limit.not_tried)


@pytest.mark.parametrize("limit", limits(), ids=lambda limit: limit.id)
def test_a_test_shows_our_answer_at_a_limit_or_the_table_says_why_none_does(limit: Limit) -> None:
    ours = [test for test in limit.tests if not test.startswith(OF_THE_ENGINE) and tries_neighbours(_source(test))]
    if limit.none:
        assert not limit.not_ours
    else:
        assert bool(ours) != bool(limit.not_ours)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('@pytest.mark.parametrize("over", [-1, 0, 1])\ndef test_it(over: int) -> None: ...', True),
        ("def test_it() -> None:\n    assert [ask(LIMIT + over) for over in (-1, 0, 1)] == []", True),
        ("def test_it() -> None:\n    take(LIMIT - 1, LIMIT)\n    refuse(LIMIT + 1)", True),
        ('@pytest.mark.parametrize(("over", "status"), [(-1, 201), (0, 201), (1, 400)])\ndef test_it(): ...', True),
        ('@pytest.mark.parametrize(("over", "status"), [(-1, 201), (1, 400)])\ndef test_it(): ...', False),
        ("def test_it() -> None:\n    take(LIMIT)\n    refuse(LIMIT + 1)", False),
        ("def test_it() -> None:\n    take(LIMIT - 1)\n    refuse(OTHER + 1)", False),
        ('@pytest.mark.parametrize("over", [-1, 1])\ndef test_it(over: int) -> None: ...', False),
    ],
)
def test_a_test_that_leaves_out_a_neighbour_is_found(source: str, found: bool) -> None:  # noqa: FBT001
    assert tries_neighbours(source) is found


def tries_neighbours(source: str) -> bool:
    """Whether a test tries one less than a limit, the limit, and one more."""
    around_one_name = re.search(r"\b(\w+) - 1\b.*\b\1\b.*\b\1 \+ 1\b", source, re.DOTALL)
    listed = re.search(r"[\[(]-1, 0, 1[\])]|\(-1, [^)]*\), \(0, [^)]*\), \(1, ", source)
    return bool(around_one_name or listed)


@pytest.mark.parametrize("limit", limits(), ids=lambda limit: limit.id)
def test_what_meets_a_limit_exists(limit: Limit) -> None:
    assert set(limit.routes) <= {*routes(), *ROUTE_RULES}
    assert set(limit.functions) <= set(policies.FUNCTIONS)
    for kind in limit.resources:
        assert kind in _types_of_templates() or kind.startswith(("AWS::ApiGateway::", "AWS::Lambda::", "AWS::Cloud"))


def test_every_route_is_under_limits_of_what_it_does() -> None:
    of_their_own = [limit for limit in limits() if not set(limit.routes) <= set(OF_ALL_ROUTES)]
    covered = set[str]().union(*(routes_of(limit) for limit in of_their_own))
    # They take nothing and answer with a constant, or take a token that is limited as all headers and lines are.
    unsubscribe = {"GET /subscribers/unsubscribe", "POST /subscribers/unsubscribe"}
    constant = {"GET /health", "DELETE /todos", "GET /subscribers/confirm", *unsubscribe}
    assert set(routes()) - covered == constant


def test_every_function_is_under_a_limit() -> None:
    assert set(policies.FUNCTIONS) == set[str]().union(*(limit.functions for limit in limits()))


@pytest.mark.parametrize("limit", [limit for limit in limits() if limit.fact], ids=lambda limit: limit.id)
def test_a_value_is_what_the_models_of_aws_say(limit: Limit) -> None:
    ((source, name),) = limit.fact.items()
    assert limit.value == {"botocore": _in_botocore, "schema": _in_schema, "names": _in_names}[source](*name.split())


def test_a_value_that_differs_from_the_models_is_found() -> None:
    assert _in_botocore("iam", "roleNameType") == 64
    assert _in_schema("AWS::SQS::Queue", "DelaySeconds") == 900
    assert not _exists("tests/unit/infra/test_limits.py::test_that_is_not_there")
    assert not _exists("tests/unit/infra/test_no_file.py::test_a_limit_is_described_whole")


def test_the_gateways_know_the_same_sizes() -> None:
    known = {
        "api-body": request_sizes.MAX_BODY_BYTES,
        "api-headers": request_sizes.MAX_LINE_AND_HEADER_BYTES,
        "api-method-arn": request_sizes.MAX_METHOD_ARN_BYTES,
        "lambda-request": request_sizes.MAX_EVENT_BYTES,
        "lambda-async-event": request_sizes.MAX_ASYNCHRONOUS_EVENT_BYTES,
        "lambda-answer": request_sizes.MAX_ANSWER_BYTES,
    }
    assert known == {name: by_id(name).value for name in known}


def test_the_page_shows_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "Run python -m infra.limits"


def _in_botocore(service: str, shape: str) -> int:
    model = botocore.session.get_session().get_service_model(service)
    return int(model.shape_for(shape).metadata["max"])


def _in_schema(kind: str, name: str) -> int:
    found = schema(kind)["properties"][name]
    return int(found.get("maxLength") or found["maximum"])


def _in_names(kind: str, name: str) -> int:
    return LONGEST[kind, name]


def _exists(test: str) -> bool:
    file, _, name = test.partition("::")
    return (ROOT / file).is_file() and name in _tests_in(file)


def _source(test: str) -> str:
    """The source of a test with its decorators."""
    file, _, name = test.partition("::")
    return _tests_in(file)[name]


@cache
def _tests_in(file: str) -> Mapping[str, str]:
    """The sources of the tests of a file: of functions by name, and of those of classes by `Class::name`."""
    text = (ROOT / file).read_text(encoding="utf-8")
    tree = ast.parse(text)
    found = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    for group in tree.body:
        if isinstance(group, ast.ClassDef):
            found |= {f"{group.name}::{node.name}": node for node in group.body if isinstance(node, ast.FunctionDef)}
    tests = {name: node for name, node in found.items() if name.rpartition("::")[2].startswith("test_")}
    return {name: ast.unparse(node) for name, node in tests.items()}


@cache
def _types_of_templates() -> frozenset[str]:
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "infra" / "templates").rglob("*.yaml")]
    return frozenset(kind for text in texts for kind in re.findall(r"Type: (AWS::\S+)", text))
