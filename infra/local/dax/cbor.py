"""CBOR as DAX's client writes and reads it: https://www.rfc-editor.org/rfc/rfc8949, and four tags of DynamoDB's.

Python's own types stand for CBOR's: int, Decimal, str, bytes, bool, None, list, dict. A set of DynamoDB's is `Tagged`,
and so is the index into a list within a document path.
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any

UNSIGNED, NEGATIVE, BYTES, TEXT, ARRAY, MAP, TAG, SIMPLE = range(8)
FALSE, TRUE, NULL, BREAK = 0xF4, 0xF5, 0xF6, 0xFF
BIG_POSITIVE, BIG_NEGATIVE, DECIMAL_FRACTION = 2, 3, 4
STRING_SET, NUMBER_SET, BINARY_SET, LIST_INDEX = 3321, 3322, 3323, 3324
_INDEFINITE = 31
_FLOATS = {25: ("!e", 2), 26: ("!f", 4), 27: ("!d", 8)}
# DynamoDB's numbers have up to 38 digits: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
_NUMBERS = Context(prec=60, Emin=-999, Emax=999)

Read = Callable[[int], bytes]


class EndOfData(Exception):  # noqa: N818 - not always an error
    """There is nothing more to read."""


@dataclass(frozen=True)
class Tagged:
    """A value under one of DynamoDB's tags."""

    tag: int
    value: Any


def head(major: int, number: int) -> bytes:
    """The first bytes of an item: its type and its number, length or count."""
    if number < 24:
        return bytes([major << 5 | number])
    for extra, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 1 << 8 * size:
            return bytes([major << 5 | extra]) + number.to_bytes(size, "big")
    raise ValueError("A length of more than 64 bits.")


def encode(value: Any) -> bytes:  # noqa: ANN401, PLR0911 - one return a type
    """Write any value."""
    if value is None:
        return bytes([NULL])
    if isinstance(value, bool):
        return bytes([TRUE if value else FALSE])
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, Decimal):
        return _decimal(value)
    if isinstance(value, str):
        text = value.encode()
        return head(TEXT, len(text)) + text
    if isinstance(value, bytes):
        return head(BYTES, len(value)) + value
    if isinstance(value, Tagged):
        return head(TAG, value.tag) + encode(value.value)
    if isinstance(value, Mapping):
        return head(MAP, len(value)) + b"".join(encode(name) + encode(each) for name, each in value.items())
    return array(*map(encode, value))


def array(*encoded: bytes) -> bytes:
    """An array of items that are encoded already."""
    return head(ARRAY, len(encoded)) + b"".join(encoded)


def table(encoded: Sequence[tuple[Any, bytes]]) -> bytes:
    """A map to values that are encoded already."""
    return head(MAP, len(encoded)) + b"".join(encode(name) + value for name, value in encoded)


def _integer(value: int) -> bytes:
    major, number, tag = (UNSIGNED, value, BIG_POSITIVE) if value >= 0 else (NEGATIVE, -1 - value, BIG_NEGATIVE)
    if number < 1 << 64:
        return head(major, number)
    return head(TAG, tag) + encode(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def _decimal(value: Decimal) -> bytes:
    sign, digits, exponent = value.as_tuple()
    mantissa = int("".join(map(str, digits)))
    return head(TAG, DECIMAL_FRACTION) + encode([int(exponent), -mantissa if sign else mantissa])


class Decoder:
    """Reads items one after the other; `read` gives exactly as many bytes as it is asked for, or raises EndOfData."""

    def __init__(self, read: Read) -> None:
        self._read = read

    @classmethod
    def over(cls, data: bytes) -> "Decoder":
        """Read what is there in memory."""
        return cls(_from_memory(data))

    def decode(self) -> Any:  # noqa: ANN401
        """Read any item."""
        value = self._item()
        if value is _BREAK:
            raise ValueError("A break where an item was expected.")
        return value

    def rest(self, size: int) -> bytes:
        """Read bytes as they are."""
        return self._read(size)

    def _item(self) -> Any:  # noqa: ANN401, PLR0911 - one return a type
        first = self._read(1)[0]
        major, minor = first >> 5, first & 0x1F
        if major == SIMPLE:
            return self._simple(first, minor)
        if minor == _INDEFINITE:
            return self._indefinite(major)
        number = minor if minor < 24 else int.from_bytes(self._read(1 << minor - 24), "big")
        if major == UNSIGNED:
            return number
        if major == NEGATIVE:
            return -1 - number
        if major == BYTES:
            return self._read(number)
        if major == TEXT:
            return self._read(number).decode()
        if major == ARRAY:
            return [self.decode() for _ in range(number)]
        if major == MAP:
            return {self.decode(): self.decode() for _ in range(number)}
        return _tagged(number, self.decode())

    def _simple(self, first: int, minor: int) -> Any:  # noqa: ANN401
        if minor in _FLOATS:
            layout, size = _FLOATS[minor]
            return struct.unpack(layout, self._read(size))[0]
        return {FALSE: False, TRUE: True, NULL: None, BREAK: _BREAK}[first]

    def _indefinite(self, major: int) -> Any:  # noqa: ANN401
        found = []
        while (item := self._item()) is not _BREAK:
            found.append(item)
        if major == MAP:
            return dict(zip(found[::2], found[1::2], strict=True))
        if major == ARRAY:
            return found
        return b"".join(found) if major == BYTES else "".join(found)


_BREAK = object()


def _tagged(tag: int, value: Any) -> Any:  # noqa: ANN401
    if tag in (BIG_POSITIVE, BIG_NEGATIVE):
        number = int.from_bytes(value, "big")
        return number if tag == BIG_POSITIVE else -1 - number
    if tag == DECIMAL_FRACTION:
        exponent, mantissa = value
        return Decimal(mantissa).scaleb(exponent, _NUMBERS)
    return Tagged(tag, value)


def _from_memory(data: bytes) -> Read:
    place = 0

    def read(size: int) -> bytes:
        nonlocal place
        found = data[place : place + size]
        if len(found) < size:
            raise EndOfData
        place += size
        return found

    return read
