"""An identifier is a ULID in capitals; anything else names nothing."""

import pytest

from chalicelib.ids import is_id


@pytest.mark.parametrize("text", ["01KANC8Z6Q5XW3T2V9R4M7B1YE", "7ZZZZZZZZZZZZZZZZZZZZZZZZZ", "0" * 26])
def test_a_ulid_is_an_identifier(text: str) -> None:
    assert is_id(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0" * 25,
        "0" * 27,
        "8" + "0" * 25,  # beyond the 128 bits
        "01kanc8z6q5xw3t2v9r4m7b1ye",
        "01KANC8Z6Q5XW3T2V9R4M7B1YI",  # I, L, O and U are no digits of Crockford's
        "01KANC8Z6Q5XW3T2V9R4M7B1Y\n",
        "01KANC8Z6Q5XW3T2V9R4M7B1YE\n",
        " 01KANC8Z6Q5XW3T2V9R4M7B1YE",
        "../KANC8Z6Q5XW3T2V9R4M7B1Y",
        "0" * 25 + "\u0660",  # an Arabic zero
    ],
)
def test_anything_else_is_not(text: str) -> None:
    assert not is_id(text)
