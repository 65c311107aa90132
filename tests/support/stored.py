"""Items as DynamoDB gives them for a model: as they should be, and with what nothing ever wrote."""

import json
from datetime import UTC
from typing import Any

from hypothesis import strategies as st
from pynamodb.attributes import (
    Attribute,
    AttributeContainer,
    BinaryAttribute,
    JSONAttribute,
    ListAttribute,
    MapAttribute,
    TTLAttribute,
    UTCDateTimeAttribute,
)

Stored = dict[str, Any]
Strategy = st.SearchStrategy[Any]

TEXTS = st.sampled_from(["", "open", "shop", "é\u0000\U0001f41d", "2026-11-21T09:14:03.120Z", "#", "NULL", "S"])
WHOLE = st.integers(-3, 2_000_000_000) | st.sampled_from([10**37, -(10**37)])
NUMBERS = st.one_of(
    WHOLE.map(str), st.sampled_from(["0", "-0", "1.5", "-0.25", "1E+3", "1e3", "12345678901234567890.5"])
)
# What JSON refuses or reads otherwise than int() does.
NO_NUMBERS = st.sampled_from(
    ["", " 7", "007", "+7", "1_000", "٣", "²", "0x1", "NaN", "-Infinity", "true", "[1]", "null"]
)
MOMENTS = st.datetimes(timezones=st.just(UTC)).map(UTCDateTimeAttribute().serialize)
NO_MOMENTS = st.sampled_from(["", "7", "2026-11-21T09:14:03.120Z", "2026-13-01T00:00:00.000000+0000", "2026-01-01"])
SECONDS = st.integers(0, 253_402_300_799).map(str) | st.just("1700000000.75")
DOCUMENTS = st.sampled_from([None, {"to": "ada@example.com", "tries": [1, 2.5, None]}, [], "text", 3, True])
# Attributes that hold less than their type could.
WRITTEN = {
    UTCDateTimeAttribute: MOMENTS,
    TTLAttribute: SECONDS,
    JSONAttribute: DOCUMENTS.map(json.dumps),
}
BYTES = st.sampled_from([b"", b"YWRh", b"\x00\xff"])
ANYTHING: Strategy = st.sampled_from(
    [None, True, False, 7, 1.5, b"7", "", "ada", [], ["a"], {}, {"S": "a"}, [{"S": "a"}], "NULL"]
)
RAW = {
    "S": TEXTS,
    "N": NUMBERS,
    "BOOL": st.booleans(),
    "NULL": st.sampled_from([True]),
    "B": BYTES,
    "SS": st.lists(TEXTS, min_size=1, max_size=2),
    "NS": st.lists(NUMBERS, min_size=1, max_size=2),
    "BS": st.lists(BYTES, min_size=1, max_size=2),
}
NAMES = st.sampled_from(["ada", "01K9Z0000000000000000000AA", "name", "size", "thumbnail", "", "é"])
# The constructor of a map takes these for itself.
TAKEN_NAMES = st.sampled_from(["default", "null", "hash_key", "attr_name", "self", "_user_instantiated"])


def _typed(kind: str, content: Strategy) -> Strategy:
    return content.map(lambda value: {kind: value})


UNTYPED: Strategy = st.recursive(
    st.one_of(*(_typed(kind, content) for kind, content in RAW.items())),
    lambda inner: _typed("L", st.lists(inner, max_size=3)) | _typed("M", st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=6,
)
DAMAGED: Strategy = st.one_of(
    st.just({}),
    st.just({"NULL": True}),
    st.just({"NULL": True, "S": "ada"}),
    UNTYPED,
    _typed("M", st.dictionaries(TAKEN_NAMES, UNTYPED, max_size=2)),
    _typed("N", NO_NUMBERS),
    _typed("S", NO_MOMENTS),
    st.sampled_from([*RAW, "L", "M", "X"]).flatmap(lambda kind: _typed(kind, ANYTHING)),
    ANYTHING,
)


def items(container: type[AttributeContainer]) -> Strategy:
    """Items of a model or a map: what should be there, or less, or more."""
    names = {each.attr_name: _content(each) for each in container.get_attributes().values()}
    return st.fixed_dictionaries({}, optional={**names, "unheard_of": UNTYPED})


def damage(container: type[AttributeContainer]) -> Strategy:
    """What may stand in an item of a model or a map and should not, by the names of attributes."""
    names = [each.attr_name for each in container.get_attributes().values()]
    return st.dictionaries(st.sampled_from(names), DAMAGED, max_size=8)


def _content(attribute: Attribute[Any]) -> Strategy:
    return _typed(attribute.attr_type, _inside(attribute))


def _inside(attribute: Attribute[Any]) -> Strategy:
    if isinstance(attribute, ListAttribute):
        return _elements(attribute.element_type)
    if isinstance(attribute, MapAttribute):
        more = st.dictionaries(NAMES, UNTYPED, max_size=3) if attribute.is_raw() else st.just({})
        return st.builds(lambda known, unknown: {**unknown, **known}, items(type(attribute)), more)
    return next((content for kind, content in WRITTEN.items() if isinstance(attribute, kind)), RAW[attribute.attr_type])


def _elements(kind: type[Attribute[Any]] | None) -> Strategy:
    if kind is None:
        return st.lists(UNTYPED, max_size=3)
    element = kind(legacy_encoding=False) if issubclass(kind, BinaryAttribute) else kind()
    return st.lists(_content(element) | st.just({"NULL": True}), max_size=3)
