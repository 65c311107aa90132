"""What the caches promise: no answer is older than its time to live, and writes through DAX are seen at once."""

import itertools
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from chalicelib.store import replay
from chalicelib.store.dax import DaxFirst
from infra.local.dax.process import DaxProcess
from tests.dax.conftest import POSTS, TAGS, Route

SECONDS = 1.0
_numbers = itertools.count(1)


@pytest.fixture
def route(start_dax: Callable[..., DaxProcess], through: Callable[..., Route]) -> Route:
    """A cluster that keeps answers for a second."""
    return through(start_dax(item_seconds=SECONDS, query_seconds=SECONDS))


@pytest.fixture
def key() -> dict[str, Any]:
    return {"slug": {"S": f"cached-{next(_numbers)}"}}


def put(key: Mapping[str, Any], title: str) -> dict[str, Any]:
    return {"TableName": POSTS, "Item": {**key, "title": {"S": title}, "version": {"N": "1"}}}


def title(client: DaxFirst, key: Mapping[str, Any]) -> str:
    item = client._make_api_call("GetItem", {"TableName": POSTS, "Key": key})["Item"]
    return str(item["title"]["S"])


def test_an_item_written_around_dax_is_stale_for_its_time_to_live_and_no_longer(
    route: Route, dynamodb: Any, key: dict[str, Any]
) -> None:
    route.first._make_api_call("PutItem", put(key, "old"))
    assert title(route.first, key) == "old"
    read_at = time.monotonic()
    dynamodb.put_item(**put(key, "new"))
    seen = []
    while (seen_at := time.monotonic()) < read_at + 2 * SECONDS:
        seen.append((seen_at - read_at, title(route.first, key)))
        time.sleep(0.02)
    stale = [age for age, found in seen if found == "old"]
    assert stale, "the item cache answered"
    assert max(stale) <= SECONDS
    assert seen[-1][1] == "new"


def test_a_query_is_as_old_as_its_time_to_live_whoever_wrote(route: Route) -> None:
    tag = f"cached-{next(_numbers)}"
    asked = {
        "TableName": TAGS,
        "KeyConditionExpression": "#0 = :0",
        "ExpressionAttributeNames": {"#0": "tag"},
        "ExpressionAttributeValues": {":0": {"S": tag}},
    }

    def found() -> int:
        return int(route.first._make_api_call("Query", asked)["Count"])

    assert found() == 0
    item = {"tag": {"S": tag}, "feed_key": {"S": "1"}, "slug": {"S": "cached"}}
    route.first._make_api_call("PutItem", {"TableName": TAGS, "Item": item})
    assert found() == 0, "the query cache never hears of a write"
    time.sleep(SECONDS)
    assert found() == 1


class AroundDax(DaxFirst):
    """A mutant that reads through DAX and writes around it."""

    def _is_for_dax(self, operation: str, request: Mapping[str, Any]) -> bool:
        return operation not in replay.WRITES and super()._is_for_dax(operation, request)


def reads_its_own_writes(client: DaxFirst, key: Mapping[str, Any]) -> bool:
    client._make_api_call("PutItem", put(key, "first"))
    title(client, key)
    named = {"ExpressionAttributeNames": {"#0": "title", "#1": "version"}}
    given = {":0": {"S": "second"}, ":1": {"N": "1"}}
    update = {"UpdateExpression": "SET #0 = :0 ADD #1 :1", "ConditionExpression": "#1 = :1", **named}
    client._make_api_call("UpdateItem", {"TableName": POSTS, "Key": key, **update, "ExpressionAttributeValues": given})
    return title(client, key) == "second"


def test_writing_around_dax_is_caught(route: Route, key: dict[str, Any]) -> None:
    assert reads_its_own_writes(route.first, key)
    mutant = AroundDax(route.first._dynamodb, route.cluster, {POSTS, TAGS})
    other = {"slug": {"S": f"{key['slug']['S']}-mutant"}}
    assert not reads_its_own_writes(mutant, other)


def test_a_hot_item_costs_dynamodb_one_read_a_time_to_live(route: Route, key: dict[str, Any]) -> None:
    route.first._make_api_call("PutItem", put(key, "hot"))
    before = route.dax.counts()
    started = time.monotonic()
    for _ in range(500):
        assert title(route.first, key) == "hot"
    lives = (time.monotonic() - started) / SECONDS
    after = route.dax.counts()
    assert after["hits"] + after["misses"] - before["hits"] - before["misses"] == 500
    assert after["misses"] - before["misses"] <= lives + 1


def test_its_counts_can_be_asked_for_by_a_signal(route: Route, key: dict[str, Any]) -> None:
    route.first._make_api_call("PutItem", put(key, "counted"))
    assert route.dax.counts_by_signal() == route.dax.counts()
    assert route.dax.counts()["writes"] > 0
