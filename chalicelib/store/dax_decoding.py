"""Attribute values out of DAX's answers, read from the buffer by which Amazon's client reads them byte by byte.

Its way remains for what is rare: sets, large and fractional numbers, binary values, and whatever is not whole.
https://www.rfc-editor.org/rfc/rfc8949#section-3
"""

from collections.abc import Callable
from functools import cache, wraps
from typing import Any

# Amazon's decoder, which has no types: `buffer` holds what has come, `decode_binary` reads a byte string.
Decoder = Any
Decode = Callable[[Decoder], dict[str, Any]]

_UNSIGNED, _NEGATIVE, _TEXT = 0, 1, 3
_INLINE = 23
# How many bytes of the head follow its first one.
_FURTHER_BYTES = {24: 1, 25: 2, 26: 4, 27: 8}


@cache
def decode_quicker() -> None:
    """Let Amazon's client read strings and whole numbers at once, and each item from one buffer."""
    from amazondax import AttributeValueDecoder as reader  # noqa: N813, PLC0415 - 400 ms that only DAX's users pay
    from amazondax.DaxCborDecoder import DaxCborDecoder  # noqa: PLC0415

    reader._decode_attribute_value = quicker(reader._decode_attribute_value)  # noqa: SLF001
    DaxCborDecoder.decode_cbor = embedded


def quicker(decode: Decode) -> Decode:
    """As `decode`, by which everything is read that is no string and no whole number."""

    @wraps(decode)
    def decoded(decoder: Decoder) -> dict[str, Any]:
        buffer: bytearray = decoder.buffer
        head = _head(buffer)
        if head is None:
            return decode(decoder)
        kind, argument, start = head
        if kind == _TEXT:
            end = start + argument
            if len(buffer) < end:
                return decode(decoder)
            text = buffer[start:end].decode()
            del buffer[:end]
            return {"S": text}
        if kind in (_UNSIGNED, _NEGATIVE):
            del buffer[:start]
            return {"N": str(argument if kind == _UNSIGNED else -1 - argument)}
        return decode(decoder)

    return decoded


def embedded(decoder: Decoder) -> Decoder:
    """A decoder of the byte string that comes next, which has all of it."""
    inner = type(decoder)(lambda _buffer, _count: -1)
    inner.buffer += decoder.decode_binary()
    return inner


def _head(buffer: bytearray) -> tuple[int, int, int] | None:
    """The major type of a data item, its argument, and where its content begins; None where the head is not whole."""
    if not buffer:
        return None
    kind, argument = buffer[0] >> 5, buffer[0] & 31
    if argument <= _INLINE:
        return kind, argument, 1
    start = 1 + _FURTHER_BYTES.get(argument, len(buffer))
    if len(buffer) < start:
        return None
    return kind, int.from_bytes(buffer[1:start], "big"), start
