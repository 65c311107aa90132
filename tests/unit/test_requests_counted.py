"""What each route costs: one request to DynamoDB for a read, one write or one transaction for a write, never a Scan."""

import json
from typing import Any

import pytest

from app import blueprints
from tests.support.api import Api
from tests.support.everyday import ROUTES, Row, one_of_everything
from tests.support.seam import Recorder, dynamodb_behind


@pytest.fixture
def addresses(author: Api) -> dict[str, Any]:
    return one_of_everything(author)


@pytest.mark.parametrize("row", ROUTES, ids=lambda row: f"{row[0]}-{row[2]}")
def test_a_request_costs_what_it_must_and_no_more(row: Row, author: Api, addresses: dict[str, Any]) -> None:
    _, call, status, expected = row
    with dynamodb_behind(Recorder) as database:
        answered = call(author, addresses)
    assert (answered.status, database.operations) == (status, expected)


def test_every_route_has_a_row() -> None:
    assert {name for name, *_ in ROUTES} == {endpoint.name for routes in blueprints for endpoint in routes.endpoints}


def test_every_private_key_starts_with_its_owner(author: Api, addresses: dict[str, Any]) -> None:
    # given every call to a route of todos and photos, which nobody shares
    with dynamodb_behind(Recorder) as database:
        for name, call, *_ in ROUTES:
            if "todo" in name or "media" in name or "photo" in name:
                call(author, addresses)
    # then each request names the caller, in the key of the table or of the index
    assert len(database.calls) > 20
    assert [operation for operation, request in database.calls if str(author.sub) not in json.dumps(request)] == []
