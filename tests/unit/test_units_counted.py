"""What each route costs in capacity units: no more than the items that it shows or changes.

The least of each route is computed from the sizes of items by what the route answers and promises
(tests/support/least.py); what it spent, from the requests that it made (tests/support/meter.py).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

import app as application
from chalicelib.store.client import ApiCaller
from infra.costs.units import Item
from tests.support.api import Answered, Api
from tests.support.everyday import ROUTES, Row, one_of_everything
from tests.support.least import READ_FIRST, VIEWS, Call, least_read, least_written
from tests.support.meter import TABLES, metered
from tests.support.seam import Arguments, Around, dynamodb_behind
from tests.unit.conftest import moto_tables

ADA, BOB = "6f1a7c1e-0000-4000-8000-00000000ada0", "0b0b0b0b-0000-4000-8000-00000000b0b0"
PHOTO = {
    "owner_id": {"S": ADA},
    "media_id": {"S": "01KAWYJ4A0" + "0" * 16},
    "state": {"S": "ready"},
    "thumbnails": {
        "L": [
            {"M": {"key": {"S": "a"}, "content_type": {"S": "image/webp"}, "width": {"N": "9"}, "height": {"N": "9"}}}
        ]
    },
    "sequencer": {"S": "0066F1"},
    "posts": {"SS": ["shown"]},
    "width": {"N": "4000"},
    "height": {"N": "3000"},
    "expires_at": {"N": "253402300799"},
    "created_at": {"S": "2026-11-01T08:00:00.000Z"},
}
LONG = "A sentence of some length, as people write them. "


@dataclass(frozen=True)
class Noting(Api):
    """Notes what was called last."""

    called: list[tuple[str, str]] = field(default_factory=list)

    def call(self, method: str, path: str, body: object = None, **headers: str) -> Answered:
        self.called.append((method, path))
        return super().call(method, path, body, **headers)


@dataclass(frozen=True)
class Library:
    """Tables with something in them, and where it is."""

    tables: Any
    addresses: dict[str, Any]
    stored: Mapping[str, list[Item]]


@pytest.fixture(scope="module")
def library(empty_tables: Any, dynamodb: Any) -> Library:
    """One of everything, so large that what is read or written besides would count, and much that is not asked for."""
    with mock_aws():
        moto_tables(empty_tables)
        dynamodb.put_item(TableName="mytodolist-test-media", Item=PHOTO)
        addresses = _furnish(Api(application.app, ADA, "authors"), Api(application.app, BOB))
        stored = {name: dynamodb.scan(TableName=name)["Items"] for name in TABLES}
        return Library(moto_tables(), addresses, stored)


def _furnish(ada: Api, bob: Api) -> dict[str, Any]:
    addresses = one_of_everything(ada)
    ada.patch(addresses["todo"], {"notes": LONG * 70}, idempotency_key="noted")
    ada.patch(addresses["plain"], {"due_at": "2027-01-01T00:00:00Z", "order": 3})
    for number in range(20):
        todo = {"title": f"{number} {LONG}", "notes": LONG * 20, "completed": number % 4 == 0, "tags": ["home"]}
        ada.post("/todos", todo | ({"due_at": "2027-02-01T00:00:00Z"} if number % 2 else {}))
        bob.post("/todos", todo)
        ada.post("/posts", {"title": f"post {number}", "body": LONG * 90, "summary": LONG, "tags": ["tea", "cups"]})
        ada.post(f"/posts/post-{number}/publish")
    for slug in ("shown", "draft"):
        ada.patch(f"/posts/{slug}", {"body": LONG * 200, "summary": LONG})
    ada.patch("/posts/shown", {"cover": PHOTO["media_id"]["S"], "language": "en"})
    ada.post("/posts/shown/publish", {"announce": True})
    return addresses


@pytest.fixture
def caller(library: Library) -> Iterator[Noting]:
    with mock_aws():
        moto_tables(library.tables)
        yield Noting(application.app, ADA, "authors")


def spent(row: Row, caller: Noting, library: Library) -> tuple[list[tuple[float, int]], int]:
    """The units and bytes of each read, and the write units."""
    with metered() as meter:
        assert row[1](caller, library.addresses).status == row[2]
    return [(each.read, each.bytes) for each in meter.spent if each.read], meter.units[1]


@pytest.mark.parametrize("row", ROUTES, ids=lambda row: f"{row[0]}-{row[2]}")
def test_a_request_takes_no_more_than_the_items_that_it_shows_or_changes(
    row: Row, caller: Noting, library: Library
) -> None:
    name, call, status, _ = row
    with metered() as meter:
        answered = call(caller, library.addresses)
    assert answered.status == status
    method, path = caller.called[-1]
    reads = [(each.read, each.bytes) for each in meter.spent if each.read]
    assert reads == least_read(Call(name, method, path, ADA), answered, library.stored)
    assert meter.units[1] == least_written(name, meter.changes)


def test_nothing_is_excused_that_is_not_stored(library: Library) -> None:
    excused = {(view.table, name) for view in VIEWS for name in view.beyond}
    stored = {(table, name) for table, items in library.stored.items() for item in items for name in item}
    assert excused <= stored


def test_the_page_on_costs_gives_every_reason() -> None:
    page = (Path(__file__).parents[2] / "docs" / "costs.md").read_text(encoding="utf-8")
    reasons = {reason for view in VIEWS for reason in (*view.beyond.values(), view.consistent)}
    reasons |= {reason for _, reason in READ_FIRST.values()}
    assert [reason for reason in sorted(reasons - {"", "the same"}) if reason not in page] == []


class Spoilt(Around):
    """Asks something else than it was told to."""

    def __init__(self, inner: ApiCaller, spoil: Callable[[dict[str, Any]], object]) -> None:
        super().__init__(inner)
        self._spoil = spoil

    def _make_api_call(self, operation_name: str, operation_kwargs: Arguments) -> dict[str, Any]:
        request = dict(operation_kwargs)
        self._spoil(request)
        return super()._make_api_call(operation_name, request)


@pytest.mark.parametrize(
    ("route", "spoil"),
    [
        ("get_todo", lambda request: request.pop("ConsistentRead")),
        ("get_post", lambda request: request.update(ConsistentRead=True)),
        ("list_todos", lambda request: request.update(Limit=5)),
        ("list_todos", lambda request: request.pop("IndexName") and request.update(_by("user_id", ADA))),
        ("list_own_posts", lambda request: request.update(Limit=3)),
    ],
    ids=["not consistent", "needlessly consistent", "a page of another length", "the trash too", "another length"],
)
def test_a_request_that_asks_for_something_else_is_noticed(
    route: str, spoil: Callable[[dict[str, Any]], object], caller: Noting, library: Library
) -> None:
    row = next(each for each in ROUTES if each[0] == route)
    with metered() as meter, dynamodb_behind(lambda inner: Spoilt(inner, spoil)):
        row[1](caller, library.addresses)
    noticed = [(each.read, each.bytes) for each in meter.spent]
    assert noticed != spent(row, caller, library)[0]


def _by(name: str, value: str) -> dict[str, Any]:
    return {
        "KeyConditionExpression": "#key = :key",
        "ExpressionAttributeNames": {"#key": name},
        "ExpressionAttributeValues": {":key": {"S": value}},
    }


@pytest.mark.parametrize(("index", "route"), [("feed", "publish_post"), ("by_author", "change_post")])
def test_an_index_that_holds_more_than_its_list_shows_is_noticed(
    index: str, route: str, caller: Noting, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = next(each for each in ROUTES if each[0] == route)
    usual = spent(row, caller, library)[1]
    moto_tables(library.tables)
    posts = TABLES["mytodolist-test-posts"]
    wide = (replace(each, projected=None) if each.name == index else each for each in posts.indexes)
    monkeypatch.setitem(TABLES, posts.name, replace(posts, indexes=tuple(wide)))
    assert spent(row, caller, library)[1] > usual
