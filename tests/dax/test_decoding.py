"""What is read quicker out of DAX's answers, against how Amazon's client reads it by itself."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from amazondax import AttributeValueDecoder, CborDecoder
from amazondax.DaxCborDecoder import DaxCborDecoder
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.store import dax_decoding
from infra.local.dax import cbor, values

NUMBERS = st.one_of(
    st.integers(-(10**38) + 1, 10**38 - 1),
    st.integers(-300, 300),
    st.builds(lambda digits, exponent: Decimal(digits).scaleb(exponent), st.integers(-999, 999), st.integers(-20, 20)),
)
TEXTS = st.one_of(st.text(max_size=30), st.sampled_from(["x" * 23, "x" * 24, "é" * 128, "x" * 256, "x" * 70_000]))
SCALARS = st.one_of(
    TEXTS.map(lambda text: {"S": text}),
    NUMBERS.map(lambda number: {"N": str(number)}),
    st.binary(max_size=30).map(lambda content: {"B": content}),
    st.booleans().map(lambda truth: {"BOOL": truth}),
    st.just({"NULL": True}),
    st.lists(st.text(min_size=1, max_size=5), min_size=1, max_size=3, unique=True).map(lambda some: {"SS": some}),
    st.lists(st.integers(-999, 999).map(str), min_size=1, max_size=3, unique=True).map(lambda some: {"NS": some}),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda some: {"L": some}),
        st.dictionaries(st.text(max_size=5), inner, max_size=4).map(lambda some: {"M": some}),
    ),
    max_leaves=12,
)
Read = Callable[[Any], object]


@pytest.fixture(scope="module", autouse=True)
def quickened() -> None:
    dax_decoding.decode_quicker()


@contextmanager
def by_itself() -> Iterator[None]:
    """Amazon's client as it is without us."""
    with pytest.MonkeyPatch.context() as patch:
        own = inspect.unwrap(AttributeValueDecoder._decode_attribute_value)
        patch.setattr(AttributeValueDecoder, "_decode_attribute_value", own)
        patch.setattr(DaxCborDecoder, "decode_cbor", CborDecoder.CborDecoder.decode_cbor)
        yield


def decoder(data: bytes, step: int) -> Any:
    """A decoder to which bytes come `step` at a time, and no more than there are."""
    rest = [data[start : start + step] for start in range(0, len(data), step)]

    def more(buffer: bytearray, _count: int) -> int:
        part = rest.pop(0) if rest else b""
        buffer += part
        return len(part)

    return DaxCborDecoder(more)


def outcome(data: bytes, step: int, read: Read) -> tuple[object, bytes]:
    """What is read or raised, and what is left for the next read."""
    reader = decoder(data, step)
    try:
        found = read(reader)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is to be the same
        return type(error), b""
    return found, reader.drain()


def values_one_by_one(reader: Any) -> object:
    return AttributeValueDecoder._decode_anonymous_streamed_values(reader)


def item(reader: Any) -> object:
    return AttributeValueDecoder._decode_stream_item(reader.decode_cbor())


@given(st.lists(VALUES, max_size=5), st.integers(1, 40))
@example([{"S": "x" * 23}, {"S": "x" * 24}, {"N": "23"}, {"N": "24"}, {"N": "-1"}, {"N": str(2**64 - 1)}], 1)
def test_values_are_read_as_the_client_reads_them(written: list[dict[str, Any]], step: int) -> None:
    data = b"".join(map(values.encode_value, written))
    with by_itself():
        wanted = outcome(data, step, values_one_by_one)
    assert outcome(data, step, values_one_by_one) == wanted
    assert wanted[0] != CborDecoder.NoMoreData


@given(st.dictionaries(st.text(min_size=1, max_size=5), VALUES, max_size=6), st.integers(1, 40))
def test_items_are_read_as_the_client_reads_them(written: dict[str, dict[str, Any]], step: int) -> None:
    names = tuple(sorted(written))
    data = cbor.encode(values.encode_values(written, names, 7)) + b"next"
    with by_itself():
        wanted = outcome(data, step, item)
    assert outcome(data, step, item) == wanted


@given(VALUES, st.data())
def test_what_is_cut_off_or_spoilt_is_refused_as_the_client_refuses_it(written: dict[str, Any], drawn: Any) -> None:
    data = bytearray(values.encode_value(written))
    place = drawn.draw(st.integers(0, len(data) - 1))
    spoilt = (
        bytes(data[:place]) if drawn.draw(st.booleans()) else bytes(data[:place]) + drawn.draw(st.binary(max_size=9))
    )
    with by_itself():
        wanted = outcome(spoilt, 8, AttributeValueDecoder._decode_attribute_value)
    assert outcome(spoilt, 8, AttributeValueDecoder._decode_attribute_value) == wanted
