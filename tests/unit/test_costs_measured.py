"""What the cost model takes for measured is what is measured."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from moto import mock_aws

import app as application
from app import blueprints
from infra.costs.routes import measured
from tests.support.api import Answered, Api
from tests.support.meter import metered
from tests.support.usual import USUAL, furnish
from tests.unit.conftest import moto_tables

ADA = "6f1a7c1e-0000-4000-8000-00000000ada0"


@pytest.fixture(scope="module")
def usual(empty_tables: Any) -> tuple[Any, dict[str, Any]]:
    """Tables with what people usually keep, and where it is."""
    with mock_aws():
        moto_tables(empty_tables)
        addresses = furnish(Api(application.app, ADA, "authors"))
        return moto_tables(), addresses


@pytest.fixture
def caller(usual: tuple[Any, dict[str, Any]]) -> Iterator[Api]:
    with mock_aws():
        moto_tables(usual[0])
        yield Api(application.app, ADA, "authors")


def kilobytes(answer: Answered) -> float:
    """An answer's body and headers, to a tenth of a KB."""
    return round((len(answer.body.encode()) + len(json.dumps(answer.headers))) / 1024, 1)


@pytest.mark.parametrize("name", USUAL)
def test_a_usual_call_takes_what_the_model_counts_with(
    name: str, caller: Api, usual: tuple[Any, Mapping[str, Any]]
) -> None:
    with metered() as meter:
        answer = USUAL[name](caller, usual[1])
    assert answer.status < 400
    read, written = meter.units
    now = {"asks": meter.operations, "read": read, "written": written, "answer_kb": kilobytes(answer)}
    assert measured()["routes"][name] == {"processor": measured()["routes"][name]["processor"], **now}


def test_every_route_is_measured() -> None:
    routes = {endpoint.name for each in blueprints for endpoint in each.endpoints}
    assert {name.partition(",")[0] for name in measured()["routes"]} == routes
