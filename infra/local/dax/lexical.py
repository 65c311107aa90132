"""Numbers as sort keys: bytes that are in the order of their numbers, so that a range of keys is a range of bytes.

A header byte carries sign and magnitude, with four more where the magnitude does not fit. Groups of three digits
follow, ten bits each, from 12 up (from 1011 down for negative numbers), then ten bits that say how many digits of the
last group count: 0, 1 or 2 for one, two or three.
"""

from decimal import Decimal

_ZERO = 0x80
_SMALL = 0x3E
_GROUP_BITS = 10
_LEAST_GROUP = 12
_LARGEST = 0x3FF


def encode(number: Decimal) -> bytes:
    """Write a number."""
    sign, digits, exponent = number.as_tuple()
    if not number:
        return bytes([_ZERO])
    padded = "".join(map(str, digits))
    magnitude, last = len(padded) + int(exponent), (len(padded) - 1) % 3
    padded += "0" * (2 - last)
    groups = [int(padded[place : place + 3]) + _LEAST_GROUP for place in range(0, len(padded), 3)]
    bits = 0
    for group in [*groups, last]:
        bits = bits << _GROUP_BITS | (_LARGEST - group if sign else group)
    length = (len(groups) + 1) * _GROUP_BITS
    size = -(-length // 8)
    return _header(magnitude, negative=bool(sign)) + (bits << size * 8 - length).to_bytes(size, "big")


def decode(data: bytes) -> Decimal:
    """Read a number."""
    if data[0] in (0x7F, _ZERO):
        return Decimal(0)
    negative = data[0] < _ZERO
    magnitude, start = _magnitude(data, negative=negative)
    bits, left = int.from_bytes(data[start:], "big"), (len(data) - start) * 8
    digits = ""
    while True:
        left -= _GROUP_BITS
        group = bits >> left & _LARGEST
        group = _LARGEST - group if negative else group
        if group < 3:
            break
        digits += f"{group - _LEAST_GROUP:03}"
    digits = digits[: len(digits) - 2 + group]
    return Decimal((int(negative), tuple(map(int, digits)), magnitude - len(digits)))


def _header(magnitude: int, *, negative: bool) -> bytes:
    if -_SMALL <= magnitude < _SMALL:
        return bytes([0x3F - magnitude if negative else 0xC0 + magnitude])
    if negative:
        return bytes([0x7E if magnitude < 0 else 0x01]) + (0x7FFFFFFF - magnitude & 0xFFFFFFFF).to_bytes(4, "big")
    return bytes([0x81 if magnitude < 0 else 0xFE]) + (0x80000000 + magnitude & 0xFFFFFFFF).to_bytes(4, "big")


def _magnitude(data: bytes, *, negative: bool) -> tuple[int, int]:
    if data[0] in (0x01, 0x7E):
        return 0x7FFFFFFF - int.from_bytes(data[1:5], "big"), 5
    if data[0] in (0x81, 0xFE):
        return int.from_bytes(data[1:5], "big") - 0x80000000, 5
    return (0x3F - data[0] if negative else data[0] - 0xC0), 1
