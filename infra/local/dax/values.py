"""Attribute values, keys and items as DAX carries them.

An item travels without its key and without the names of its attributes: a number stands for the sorted list of names,
and the values follow in that order. A key is the partition key, self-delimiting if a sort key follows, and then the
sort key's plain bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from infra.local.dax import cbor, lexical
from infra.local.dax.cbor import Decoder, Tagged

Value = dict[str, Any]
Item = dict[str, Value]

_SETS = {"SS": cbor.STRING_SET, "NS": cbor.NUMBER_SET, "BS": cbor.BINARY_SET}
_SET_KINDS = {tag: kind for kind, tag in _SETS.items()}


@dataclass(frozen=True)
class KeyAttribute:
    """One attribute of a table's key; `kind` is S, N or B."""

    name: str
    kind: str


Schema = Sequence[KeyAttribute]


def encode_value(value: Mapping[str, Any]) -> bytes:
    """Write one attribute value."""
    return cbor.encode(_to_cbor(value))


def from_cbor(found: Any) -> Value:  # noqa: ANN401, PLR0911 - one return a type
    """What CBOR gave, as an attribute value."""
    if found is None:
        return {"NULL": True}
    if isinstance(found, bool):
        return {"BOOL": found}
    if isinstance(found, str):
        return {"S": found}
    if isinstance(found, bytes):
        return {"B": found}
    if isinstance(found, Tagged):
        kind = _SET_KINDS[found.tag]
        return {kind: [str(each) for each in found.value] if kind == "NS" else found.value}
    if isinstance(found, list):
        return {"L": [from_cbor(each) for each in found]}
    if isinstance(found, dict):
        return {"M": {name: from_cbor(each) for name, each in found.items()}}
    return {"N": str(found)}


def encode_values(item: Mapping[str, Value], names: Sequence[str], list_id: int) -> bytes:
    """Write the values of `names`, which `list_id` stands for."""
    return cbor.encode(list_id) + b"".join(encode_value(item[name]) for name in names)


def decode_values(data: bytes) -> tuple[int, list[Value]]:
    """Read the number that stands for the names, and the values."""
    decoder = Decoder.over(data)
    list_id, values = decoder.decode(), []
    while True:
        try:
            values.append(from_cbor(decoder.decode()))
        except cbor.EndOfData:
            return list_id, values


def names_beside_key(item: Mapping[str, Value], schema: Schema) -> tuple[str, ...]:
    """The sorted names of what is not key."""
    return tuple(sorted(set(item) - {each.name for each in schema}))


def encode_key(item: Mapping[str, Value], schema: Schema) -> bytes:
    """Write the key of an item."""
    partition = schema[0]
    value = item[partition.name][partition.kind]
    if len(schema) == 1:
        return encode_value({"N": value}) if partition.kind == "N" else _plain(value)
    sort = schema[1]
    after = item[sort.name][sort.kind]
    return encode_value({partition.kind: value}) + (
        lexical.encode(Decimal(after)) if sort.kind == "N" else _plain(after)
    )


def decode_key(data: bytes, schema: Schema) -> Item:
    """Read a key."""
    partition = schema[0]
    if len(schema) == 1:
        value = Decoder.over(data).decode() if partition.kind == "N" else data
        return {partition.name: {partition.kind: _of_kind(partition.kind, value)}}
    decoder = _Counting(data)
    value, rest = decoder.decode(), data[decoder.place :]
    sort = schema[1]
    after = lexical.decode(rest) if sort.kind == "N" else rest
    return {
        partition.name: {partition.kind: _of_kind(partition.kind, value)},
        sort.name: {sort.kind: _of_kind(sort.kind, after)},
    }


def encode_index_key(key: Mapping[str, Value]) -> bytes:
    """Write the key at which a page of an index ends: a map of unannounced length, names and all."""
    pairs = b"".join(cbor.encode(name) + encode_value(value) for name, value in key.items())
    return bytes([cbor.MAP << 5 | 31]) + pairs + bytes([cbor.BREAK])


def decode_index_key(data: bytes) -> Item:
    """Read the key to start after in an index."""
    return {name: from_cbor(value) for name, value in Decoder.over(data).decode().items()}


class _Counting(Decoder):
    """Knows how far it has read."""

    def __init__(self, data: bytes) -> None:
        self.place = 0
        super().__init__(self._next)
        self._data = data

    def _next(self, size: int) -> bytes:
        self.place += size
        return self._data[self.place - size : self.place]


def _to_cbor(value: Mapping[str, Any]) -> Any:  # noqa: ANN401
    ((kind, content),) = value.items()
    if kind == "N":
        return _number(content)
    if kind in _SETS:
        return Tagged(_SETS[kind], [_number(each) for each in content] if kind == "NS" else list(content))
    if kind == "L":
        return [_to_cbor(each) for each in content]
    if kind == "M":
        return {name: _to_cbor(each) for name, each in sorted(content.items())}
    return None if kind == "NULL" else content


def _number(text: str) -> int | Decimal:
    return Decimal(text) if set(text) & set(".eE") else int(text)


def _plain(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value


def _of_kind(kind: str, value: Any) -> str | bytes:  # noqa: ANN401
    if kind == "S" and isinstance(value, bytes):
        return value.decode()
    return bytes(value) if kind == "B" else str(value)
