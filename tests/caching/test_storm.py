"""A storm of readers on one hot post: what each layer leaves of it for DynamoDB."""

from contextlib import ExitStack
from itertools import product
from typing import Any

import pytest

from infra.edge_settings import API, BEHAVIOURS, NEVER, PUBLIC_API
from tests.caching.layers import Browser, Edge
from tests.caching.storm import EDGES, READERS, READS, table
from tests.caching.world import Seam, Setup, World
from tests.support.seam import Recorder, dynamodb_behind

HOT = f"{API}/posts/hot"
NOT_KEPT = {("GET", path): None for path in ("/posts", "/posts/{slug}", "/feed.atom", "/openapi.json")}
UNKEPT = [(pattern, NEVER if kept is PUBLIC_API else kept) for pattern, kept in BEHAVIOURS]


def reads_of_dynamodb(tables: Any, *, dax: bool, stage: bool, edge: bool, browsers: bool) -> int:
    """How often DynamoDB is asked while many read the post often within a minute."""
    with ExitStack() as layers:
        recorder = layers.enter_context(dynamodb_behind(Recorder))
        seam = layers.enter_context(dynamodb_behind(Seam))
        world = World(tables, Setup() if stage else Setup(routes=NOT_KEPT), seam if dax else None)
        return _read_often(world, recorder, edge=edge, browsers=browsers)


def _read_often(world: World, recorder: Recorder, *, edge: bool, browsers: bool) -> int:
    world.write("ada", "POST", "/posts", {"title": "Hot", "slug": "hot"})
    world.write("ada", "POST", "/posts/hot/publish")
    edges = [Edge(world.origin, lambda: world.now, BEHAVIOURS if edge else UNKEPT) for _ in range(EDGES)]
    readers = [Browser(edges[place % EDGES].get, lambda: world.now) for place in range(READERS)]
    recorder.calls.clear()
    for number in range(READS):
        place = number % READERS
        ask = readers[place].get if browsers else edges[place % EDGES].get
        assert ask(HOT, {}).status == 200
    return len(recorder.calls)


@pytest.mark.parametrize(("dax", "stage", "edge", "browsers"), list(product((False, True), repeat=4)))
def test_each_layer_takes_its_part_of_a_storm(
    tables: None, empty_tables: Any, *, dax: bool, stage: bool, edge: bool, browsers: bool
) -> None:
    asked = reads_of_dynamodb(empty_tables, dax=dax, stage=stage, edge=edge, browsers=browsers)
    assert asked == table()[dax, stage, edge, browsers]
    if dax and stage and edge and browsers:
        assert asked <= 2
