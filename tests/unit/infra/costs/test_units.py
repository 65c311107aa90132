"""Sizes and units, held to the examples that AWS's documentation gives, and to the rules it states."""

import pytest

from infra.costs.units import KB, number_size, read_units, size, write_units


def test_an_item_is_as_large_as_its_names_and_values() -> None:
    assert size({"shirt-color": {"S": "R"}, "shirt-size": {"S": "M"}}) == 23


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"S": "ä€"}, 5),
        ({"S": ""}, 0),
        ({"BOOL": True}, 1),
        ({"NULL": True}, 1),
        ({"B": b"abc"}, 3),
        ({"B": "YWJj"}, 3),
        ({"L": []}, 3),
        ({"M": {}}, 3),
        ({"L": [{"S": "ab"}, {"BOOL": True}]}, 3 + 2 + 2 + 1),
        ({"M": {"ab": {"S": "c"}}}, 3 + 1 + 2 + 1),
        ({"SS": ["a", "bc"]}, 3),
        ({"NS": ["1", "234"]}, 2 + 3),
        ({"BS": [b"a", b"bc"]}, 3),
    ],
)
def test_a_value_takes_its_bytes_and_what_its_kind_adds(value: dict[str, object], expected: int) -> None:
    assert size({"a": value}) == 1 + expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("0", 1),
        ("7", 2),
        ("27", 2),
        ("-27", 3),
        ("461", 3),
        ("4600", 2),
        ("0.0046", 2),
        ("1.5", 3),
        ("120", 3),
        ("0.00", 1),
        ("9" * 38, 20),
    ],
)
def test_a_number_takes_a_byte_for_two_digits_and_one_more(number: str, expected: int) -> None:
    assert number_size(number) == expected


@pytest.mark.parametrize(
    ("sizes", "units"),
    [([3584], 1), ([8 * KB], 2), ([10 * KB], 3), ([int(4.08 * KB)] * 10, 11), ([64] * 1500, 24), ([], 1)],
    ids=[
        "an item of 3.5 KB is one of 4 KB",
        "8 KB take two units",
        "10 KB are 12 KB",
        "ten items of a query, 40.8 KB together, are 44 KB",
        "1500 items of 64 bytes are 96 KB",
        "an item that is not there takes what the smallest one takes",
    ],
)
def test_a_read_is_counted_in_blocks_of_4_kb(sizes: list[int], units: int) -> None:
    assert read_units(sizes, consistent=True) == units
    assert read_units(sizes) == units / 2


def test_a_batch_rounds_each_item_and_a_query_their_sum() -> None:
    pair = [int(1.5 * KB), int(6.5 * KB)]
    assert sum(read_units([each], consistent=True) for each in pair) == 3
    assert read_units(pair, consistent=True) == 2


def test_a_transactional_read_takes_twice_a_consistent_one() -> None:
    assert read_units([8 * KB], transactional=True) == 4


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (0, 500, 1),
        (0, 2 * KB, 2),
        (3 * KB, 100, 3),
        (100, 3 * KB, 3),
        (1500, 0, 2),
        (0, 0, 1),
    ],
    ids=["new", "new, of 2 KB", "made smaller", "made larger", "deleted", "nothing there to delete or to refuse"],
)
def test_a_write_is_counted_in_blocks_of_1_kb_by_the_larger_item(before: int, after: int, expected: int) -> None:
    assert write_units(before, after) == expected
    assert write_units(before, after, transactional=True) == 2 * expected
