"""How large an item is, and how many capacity units reading or writing it takes, by DynamoDB's rules.

Items are in DynamoDB's own JSON (`{"title": {"S": "a"}}`); sizes are in bytes.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
"""

from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

KB = 1024
READ_BLOCK = 4 * KB
WRITE_BLOCK = KB
# A transaction prepares and commits each of its parts.
TRANSACTIONAL = 2

Item = Mapping[str, Mapping[str, Any]]


def size(item: Item) -> int:
    """The size of an item: the names of its attributes and their values."""
    return sum(_text(name) + _value(value) for name, value in item.items())


def read_units(sizes: Iterable[int], *, consistent: bool = False, transactional: bool = False) -> float:
    """The read units of one GetItem or Query that looks at items of these sizes; a Query adds them up first."""
    blocks = max(1, _blocks(sum(sizes), READ_BLOCK))
    if transactional:
        return float(blocks * TRANSACTIONAL)
    return float(blocks) if consistent else blocks / 2


def write_units(before: int, after: int = 0, *, transactional: bool = False) -> int:
    """The write units of one item that was `before` and is `after` bytes large, 0 where there is none.

    The larger one counts; a write that its condition refuses is one of an item that stays as it is.
    """
    blocks = max(1, _blocks(max(before, after), WRITE_BLOCK))
    return blocks * TRANSACTIONAL if transactional else blocks


def number_size(text: str) -> int:
    """The size of a number: a byte for two significant digits, one more, and one for a minus sign.

    Digits are paired from the decimal point on, so 1.5 takes two pairs.
    """
    sign, digits, exponent = Decimal(text).as_tuple()
    significant = "".join(map(str, digits)).strip("0")
    if not significant:
        return 1
    after = int(exponent) + len(digits) - len("".join(map(str, digits)).rstrip("0"))
    return -(-(len(significant) + after % 2) // 2) + 1 + sign


def _blocks(size: int, block: int) -> int:
    return -(-size // block)


def _text(text: str) -> int:
    return len(text.encode())


def _value(value: Mapping[str, Any]) -> int:
    ((kind, held),) = value.items()
    return _SIZES[kind](held)


def _binary(held: str | bytes) -> bytes:
    # On the wire it is base64, in botocore's hands it is bytes.
    return b64decode(held) if isinstance(held, str) else held


# A list or map takes three bytes, and one more for each that it holds.
_SIZES: Mapping[str, Callable[[Any], int]] = {
    "S": _text,
    "N": number_size,
    "B": lambda held: len(_binary(held)),
    "BOOL": lambda _: 1,
    "NULL": lambda _: 1,
    "SS": lambda held: sum(map(_text, held)),
    "NS": lambda held: sum(map(number_size, held)),
    "BS": lambda held: sum(len(_binary(each)) for each in held),
    "L": lambda held: 3 + sum(1 + _value(each) for each in held),
    "M": lambda held: 3 + sum(1 + _text(name) + _value(each) for name, each in held.items()),
}
