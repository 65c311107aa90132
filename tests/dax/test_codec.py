"""The codec against the bytes that the client's own unit tests expect, and against the client itself.

vectors.json says where its bytes come from. A number read back may be written otherwise, so numbers compare as numbers.
"""

import ast
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from amazondax import AttributeValueEncoder
from amazondax.DaxClient import Request
from hypothesis import given
from hypothesis import strategies as st

from infra.local.dax import cbor, lexical, values
from infra.local.dax.cbor import Decoder
from infra.local.dax.expressions import Expressions
from infra.local.dax.values import KeyAttribute

VECTORS: dict[str, Any] = json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))
DIGITS = st.integers(1, 38).flatmap(lambda size: st.integers(-(10**size) + 1, 10**size - 1))
NUMBERS = st.builds(lambda digits, exponent: Decimal(digits).scaleb(exponent), DIGITS, st.integers(-88, 87))


def binary(value: dict[str, Any]) -> dict[str, Any]:
    """An attribute value whose bytes JSON kept in hexadecimal."""
    ((kind, content),) = value.items()
    if kind == "B":
        return {kind: bytes.fromhex(content)}
    return {kind: list(map(bytes.fromhex, content))} if kind == "BS" else value


@pytest.mark.parametrize(("data", "text"), VECTORS["integers"])
def test_integers(data: str, text: str) -> None:
    assert cbor.encode(int(text)).hex() == data
    assert Decoder.over(bytes.fromhex(data)).decode() == int(text)


@pytest.mark.parametrize(("data", "value"), [*VECTORS["booleans"], *VECTORS["strings"]])
def test_booleans_and_strings(data: str, value: object) -> None:
    assert cbor.encode(value).hex() == data
    assert Decoder.over(bytes.fromhex(data)).decode() == value


@pytest.mark.parametrize(("data", "text"), VECTORS["decimals"])
def test_decimals(data: str, text: str) -> None:
    assert cbor.encode(Decimal(text)).hex() == data
    assert Decoder.over(bytes.fromhex(data)).decode() == Decimal(text)


@pytest.mark.parametrize(("data", "literal"), VECTORS["python_literals"])
def test_whatever_a_client_may_write_is_read(data: str, literal: str) -> None:
    assert Decoder.over(bytes.fromhex(data)).decode() == ast.literal_eval(literal)


@pytest.mark.parametrize(("data", "text"), VECTORS["sort_key_numbers"])
def test_numbers_as_sort_keys(data: str, text: str) -> None:
    assert lexical.encode(Decimal(text)).hex() == data
    assert lexical.decode(bytes.fromhex(data)).as_tuple() == Decimal(text).as_tuple()


@given(NUMBERS, NUMBERS)
def test_sort_keys_are_in_the_order_of_their_numbers(one: Decimal, other: Decimal) -> None:
    assert lexical.decode(lexical.encode(one)) == one
    assert (lexical.encode(one.normalize()) < lexical.encode(other.normalize())) is (one < other)


@pytest.mark.parametrize(("data", "schema", "item"), VECTORS["keys"])
def test_keys(data: str, schema: list[tuple[str, str]], item: dict[str, Any]) -> None:
    attributes = [KeyAttribute(*each) for each in schema]
    key = {name: binary(value) for name, value in item.items()}
    assert values.encode_key(key, attributes).hex() == data
    assert values.decode_key(bytes.fromhex(data), attributes) == key


@pytest.mark.parametrize(("data", "value"), VECTORS["values"])
def test_attribute_values(data: str, value: dict[str, Any]) -> None:
    assert values.encode_value(binary(value)).hex() == data
    assert values.from_cbor(Decoder.over(bytes.fromhex(data)).decode()) == binary(value)


def test_the_key_of_an_index() -> None:
    data, key = VECTORS["index_key"]
    assert values.encode_index_key(key).hex() == data
    assert values.decode_index_key(bytes.fromhex(data)) == key


def test_expressions_share_their_placeholders() -> None:
    published = {name: bytes.fromhex(data) for name, (data, _) in VECTORS["expressions"].items()}
    read = Expressions()
    read.condition("ConditionExpression", published["ConditionExpression"])
    read.condition("FilterExpression", published["FilterExpression"])
    read.update(published["UpdateExpression"])
    read.projection(published["ProjectionExpression"])
    assert read.arguments() == {
        "ConditionExpression": "#n0 < :v0",
        "FilterExpression": "#n1 <= #n0",
        "UpdateExpression": "SET #n2 = #n2 - :v1",
        "ExpressionAttributeNames": {"#n0": "c", "#n1": "b", "#n2": "a"},
        "ExpressionAttributeValues": {":v0": {"N": "5"}, ":v1": {"N": "5"}},
    }
    assert read.paths == VECTORS["expressions"]["ProjectionExpression"][1]


CONDITIONS = {
    "a <> :x": "#n0 <> :v0",
    "a < b OR c > d": "(#n0 < #n1) OR (#n2 > #n3)",
    "a <= b AND (c >= d OR a = d)": "(#n0 <= #n1) AND ((#n2 >= #n3) OR (#n0 = #n3))",
    "NOT (a < b)": "(NOT (#n0 < #n1))",
    "a IN (:x, :y)": "(#n0 IN (:v0, :v1))",
    "a BETWEEN :x AND :y": "(#n0 BETWEEN :v0 AND :v1)",
    "attribute_exists(a.b)": "attribute_exists(#n0.#n1)",
    "attribute_not_exists(a)": "attribute_not_exists(#n0)",
    "attribute_type(a, :x)": "attribute_type(#n0, :v0)",
    "begins_with(a, :x)": "begins_with(#n0, :v0)",
    "contains(a, :x)": "contains(#n0, :v0)",
    "a > size(c)": "#n0 > size(#n1)",
    "a.b[0].c[1][2] = :x": "#n0.#n1[0].#n2[1][2] = :v0",
}
UPDATES = {
    "SET a = :x, c = c + :y": "SET #n0 = :v0, #n1 = #n1 + :v1",
    "SET a = if_not_exists(a, :x)": "SET #n0 = if_not_exists(#n0, :v0)",
    "SET a = list_append(a, :x) REMOVE b, c[1]": "SET #n0 = list_append(#n0, :v0) REMOVE #n1, #n2[1]",
    "ADD a :x DELETE b :y": "ADD #n0 :v0 DELETE #n1 :v1",
}


def sent_by_the_client(kind: str, text: str) -> bytes:
    known = {":x": {"N": "1"}, ":y": {"S": "y"}}
    given = {name: value for name, value in known.items() if name in text}
    request = Request({kind: text, "ExpressionAttributeValues": given})
    parsed = AttributeValueEncoder._parse_expressions_only(request)
    return bytes(getattr(parsed, kind.removesuffix("Expression")))


@pytest.mark.parametrize(("text", "read_back"), CONDITIONS.items())
def test_conditions_that_the_client_sends(text: str, read_back: str) -> None:
    read = Expressions()
    read.condition("ConditionExpression", sent_by_the_client("ConditionExpression", text))
    assert read.texts == {"ConditionExpression": read_back}


@pytest.mark.parametrize(("text", "read_back"), UPDATES.items())
def test_updates_that_the_client_sends(text: str, read_back: str) -> None:
    read = Expressions()
    read.update(sent_by_the_client("UpdateExpression", text))
    assert read.texts == {"UpdateExpression": read_back}


def test_what_is_no_item_is_refused() -> None:
    with pytest.raises(ValueError, match="break"):
        Decoder.over(b"\xff").decode()
    with pytest.raises(ValueError, match="64 bits"):
        cbor.head(cbor.TEXT, 1 << 64)
    with pytest.raises(cbor.EndOfData):
        Decoder.over(b"\x63ab").decode()
