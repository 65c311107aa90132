"""The units that are computed are those that the engine answers: it counts writes by the size of what changes.

Reads it counts whatever their size, and a local index once in a transaction, of which AWS says nothing.
"""

from collections.abc import Mapping
from typing import Any

import pytest
from engine_support import Aws, make_table, unique
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.costs.indexes import declared

KEY = {"owner": {"S": "ada"}, "id": {"S": "1"}}
DECLARED: dict[str, Any] = {
    "KeySchema": [{"AttributeName": "owner", "KeyType": "HASH"}, {"AttributeName": "id", "KeyType": "RANGE"}],
    "AttributeDefinitions": [
        {"AttributeName": name, "AttributeType": "S"} for name in ("owner", "id", "live", "state", "due")
    ],
    "LocalSecondaryIndexes": [
        {
            "IndexName": "by_live",
            "KeySchema": [{"AttributeName": "owner", "KeyType": "HASH"}, {"AttributeName": "live", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by_state",
            "KeySchema": [{"AttributeName": "state", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["title", "count"]},
        },
        {
            "IndexName": "by_due",
            "KeySchema": [{"AttributeName": "due", "KeyType": "HASH"}, {"AttributeName": "id", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        },
    ],
}
texts = st.integers(0, 3000).map(lambda length: {"S": "ä" * (length // 2)})
numbers = st.decimals(-(10**12), 10**12, allow_nan=False, places=4).map(lambda number: {"N": f"{number:f}"})
attributes = st.fixed_dictionaries(
    {},
    optional={
        "live": st.sampled_from([{"S": "1"}, {"S": "2"}]),
        "state": st.sampled_from([{"S": "open"}, {"S": "done"}]),
        "due": st.sampled_from([{"S": "today"}, {"S": "never"}]),
        "title": texts,
        "count": numbers,
        "notes": texts,
        "tags": st.lists(texts, max_size=3).map(lambda tags: {"L": tags}),
        "photos": st.dictionaries(st.sampled_from("abc"), numbers, max_size=3).map(lambda photos: {"M": photos}),
        "done": st.booleans().map(lambda done: {"BOOL": done}),
    },
)
items = st.none() | attributes.map(lambda chosen: {**KEY, **chosen})


@pytest.fixture(scope="module")
def table(shared_engine: Any) -> tuple[Any, str]:
    aws, name = Aws(shared_engine), unique("units")
    make_table(aws, name, **DECLARED)
    return aws.client("dynamodb"), name


def by_index(consumed: Mapping[str, Any]) -> dict[str, float]:
    """The units of the table and of each index."""
    kinds = ("LocalSecondaryIndexes", "GlobalSecondaryIndexes")
    found = {name: float(each["CapacityUnits"]) for kind in kinds for name, each in consumed.get(kind, {}).items()}
    return found | {"table": consumed["CapacityUnits"] - sum(found.values())}


@given(items, items, st.booleans())
@settings(max_examples=150, deadline=None)
def test_a_write_takes_what_is_computed(table: tuple[Any, str], before: Any, after: Any, together: bool) -> None:  # noqa: FBT001
    client, name = table
    computed = declared({"TableName": name, **DECLARED})
    client.delete_item(TableName=name, Key=KEY)
    if before is not None:
        client.put_item(TableName=name, Item=before)
    part = {"TableName": name} | ({"Key": KEY} if after is None else {"Item": after})
    if together:
        kind = "Delete" if after is None else "Put"
        answer = client.transact_write_items(TransactItems=[{kind: part}], ReturnConsumedCapacity="INDEXES")
        (consumed,) = answer["ConsumedCapacity"]
    else:
        write = client.delete_item if after is None else client.put_item
        consumed = write(**part, ReturnConsumedCapacity="INDEXES")["ConsumedCapacity"]
    indexes = {index.name: index.write_units(before, after) for index in computed.indexes}
    own = computed.write_units(before, after) - sum(indexes.values())
    expected = {index: units for index, units in indexes.items() if units} | {"table": own * (2 if together else 1)}
    assert by_index(consumed) == expected
