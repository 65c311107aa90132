"""What a write costs in an index, case by case as AWS's documentation lists them."""

import pytest

from infra.costs.indexes import Index, Table, declared

GLOBAL = Index("by_place", frozenset({"place"}), frozenset({"id"}), frozenset({"shown"}))
LOCAL = Index("by_date", frozenset({"id", "date"}), frozenset({"id"}), None, is_local=True)
HERE, THERE = {"id": {"S": "1"}, "place": {"S": "here"}}, {"id": {"S": "1"}, "place": {"S": "there"}}
NOWHERE = {"id": {"S": "1"}}
LARGE = {"shown": {"S": "x" * 2000}}


@pytest.mark.parametrize(
    ("before", "after", "units"),
    [
        (None, HERE, 1),
        (NOWHERE, HERE, 1),
        (HERE, THERE, 2),
        (HERE, NOWHERE, 1),
        (HERE, None, 1),
        (NOWHERE, NOWHERE, 0),
        (None, None, 0),
        (HERE, {**HERE, "shown": {"S": "new"}}, 1),
        (HERE, {**HERE, "unseen": {"S": "new"}}, 0),
        (HERE, {**HERE, **LARGE}, 2),
        ({**HERE, **LARGE}, THERE, 3),
        (HERE, {**HERE, "unseen": LARGE["shown"]}, 0),
    ],
    ids=[
        "an item with the index's key is new",
        "an item gets the index's key",
        "the index's key changes: one goes, one comes",
        "an item loses the index's key",
        "an item goes",
        "never in the index",
        "nothing at all",
        "what the index holds changes",
        "what the index does not hold changes",
        "large entries take more",
        "each by its own size",
        "what the index does not hold is not counted",
    ],
)
def test_a_change_costs_what_it_changes_in_the_index(
    before: dict[str, dict[str, str]] | None, after: dict[str, dict[str, str]] | None, units: int
) -> None:
    assert GLOBAL.write_units(before, after) == units


def test_a_transaction_doubles_the_table_and_what_is_kept_with_it() -> None:
    item = {"id": {"S": "1"}, "place": {"S": "here"}, "date": {"S": "today"}}
    table = Table("things", frozenset({"id"}), (GLOBAL, LOCAL))
    assert table.write_units(None, item) == 1 + 1 + 1
    assert table.write_units(None, item, transactional=True) == 2 + 1 + 2


def test_a_table_is_read_from_its_declaration() -> None:
    table = declared(
        {
            "TableName": "things",
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "GlobalSecondaryIndexes": [
                {
                    "IndexName": "by_place",
                    "KeySchema": [{"AttributeName": "place", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["shown"]},
                },
                {
                    "IndexName": "by_date",
                    "KeySchema": [{"AttributeName": "date", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                },
            ],
        }
    )
    assert table.index("by_place") == GLOBAL
    assert table.index("by_date").entry({"id": {"S": "1"}, "date": {"S": "d"}, "shown": {"S": "s"}}) == {
        "id": {"S": "1"},
        "date": {"S": "d"},
    }
    assert table.key_of({"id": {"S": "1"}, "date": {"S": "d"}}) == {"id": {"S": "1"}}
