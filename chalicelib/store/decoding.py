"""From an item as DynamoDB gives it to a model's values, by a table that is made once a model.

PynamoDB asks each attribute of each item anew how it is read. The table asks once; what is left for an item is a walk
over names and plain functions. What it does not expect in an item, and every model that reads in a way of its own, is
left to PynamoDB: its values are the measure, and its errors are the ones that are raised.
https://pynamodb.readthedocs.io/en/stable/attributes.html
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache
from typing import Any

from pynamodb.attributes import (
    Attribute,
    AttributeContainer,
    BooleanAttribute,
    DiscriminatorAttribute,
    ListAttribute,
    MapAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
    VersionAttribute,
)
from pynamodb.constants import NULL
from pynamodb.models import Model

from chalicelib.settings import SettingsError, settings

Item = Mapping[str, Any]
Values = dict[str, Any]
Read = Callable[[Any], Any]
# An attribute's name, its name in an item, its type, what reads it (None: it stays as it is), what makes its default.
Line = tuple[str, str, str, Read | None, Callable[[], Any] | None]

# A class that brings one of these reads in a way of its own.
_HOW_MODELS_READ = frozenset(
    {
        "__new__",
        "__init__",
        "__setattr__",
        "__bool__",
        "__len__",
        "_container_deserialize",
        "_instantiate",
        "_set_attributes",
        "_set_defaults",
        "_set_discriminator",
        "get_attributes",
    }
)
_HOW_MAPS_READ = _HOW_MODELS_READ | {"deserialize", "is_raw"}
# The constructor of a map takes these keys for itself.
_NOT_ONLY_KEYS = frozenset({*MapAttribute.attribute_args, "self", "_user_instantiated"})


class _Unexpected(Exception):  # noqa: N818 - no error: PynamoDB reads it
    """The table has no line for this."""


def attribute_values(container: type[AttributeContainer], item: Item) -> Values | None:
    """Return what an item's attributes are for a model or a map, or None where only PynamoDB can say."""
    table = _table(container)
    if table is None:
        return None
    try:
        return _read(table, item)
    except Exception:  # noqa: BLE001 - whatever it is, PynamoDB reads it or says what is wrong
        return None


def _read(table: Iterable[Line], item: Item) -> Values:
    values: Values = {}
    find = item.get
    for name, stored_name, kind, read, default in table:
        stored = find(stored_name)
        if stored and NULL not in stored:
            values[name] = stored[kind] if read is None else read(stored[kind])
        elif default is not None and (made := default()) is not None:
            values[name] = made
    return values


@cache
def _table(container: type[AttributeContainer]) -> tuple[Line, ...] | None:
    attributes = container.get_attributes()
    if not is_wanted() or _is_its_own(container, attributes.values()):
        return None
    lines = [_line(container, *each) for each in attributes.items()]
    # PynamoDB's order: those with a default are set first.
    return tuple(sorted(lines, key=lambda line: line[-1] is None))


def is_wanted() -> bool:
    """Whether the stage wants items to be read by tables."""
    wanted = settings().store_decoding
    if wanted not in ("", "tables", "pynamodb"):
        raise SettingsError(f"STORE_DECODING is tables or pynamodb, not {wanted!r}.")
    return wanted != "pynamodb"


def _is_its_own(container: type[AttributeContainer], attributes: Collection[Attribute[Any]]) -> bool:
    """Whether it is read in another way than PynamoDB reads most."""
    is_map = issubclass(container, MapAttribute)
    base, how = (MapAttribute, _HOW_MAPS_READ) if is_map else (Model, _HOW_MODELS_READ)
    below_base = container.__mro__[: container.__mro__.index(base)]
    stored_names = {each.attr_name for each in attributes}
    return (
        container is MapAttribute
        or any(how & vars(each).keys() for each in below_base)
        or any(isinstance(each, DiscriminatorAttribute) for each in attributes)
        or any(type(each).get_value is not Attribute.get_value for each in attributes)
        or len(stored_names) < len(attributes)
    )


def _line(container: type[AttributeContainer], name: str, attribute: Attribute[Any]) -> Line:
    keep = _keeper(container, name, attribute)
    return name, attribute.attr_name, attribute.attr_type, _reader(attribute, keep), _default(attribute.default, keep)


def _keeper(container: type[AttributeContainer], name: str, attribute: Attribute[Any]) -> Read | None:
    """What an attribute makes of a value that it is set to; None: nothing."""
    if type(attribute).__set__ is Attribute.__set__:
        return None
    if type(attribute) is MapAttribute:
        return _map_of

    def keep(value: Any) -> Any:  # noqa: ANN401 - any attribute's
        holder = container.__new__(container)
        holder.__dict__["attribute_values"] = {}
        attribute.__set__(holder, value)
        return holder.attribute_values[name]

    return keep


def _default(default: Any, keep: Read | None) -> Callable[[], Any] | None:  # noqa: ANN401 - any attribute's
    if default is None:
        return None
    make = default if callable(default) else lambda: default
    return make if keep is None else lambda: None if (made := make()) is None else keep(made)


def _reader(attribute: Attribute[Any], keep: Read | None) -> Read | None:
    kind = type(attribute)
    if kind in _READERS:
        return _READERS[kind]
    read = (_list_reader(attribute) if kind is ListAttribute else None) or attribute.deserialize
    return read if keep is None else lambda value: keep(read(value))


def _list_reader(attribute: Any) -> Read | None:  # noqa: ANN401 - a ListAttribute of anything
    element = attribute.element_type
    if element is None:
        return None
    kind, read = element.attr_type, _element_reader(element)
    if element not in _READERS and read is None:
        return None
    if read is None:
        return lambda values: [None if NULL in each else each[kind] for each in values]
    return lambda values: [None if NULL in each else read(each[kind]) for each in values]


def _element_reader(element: type[Attribute[Any]]) -> Read | None:
    if element in _READERS:
        return _READERS[element]
    if not issubclass(element, MapAttribute) or (table := _table(element)) is None:
        return None
    return lambda value: _filled(element, _read(table, value))


def _filled(kind: type[MapAttribute[Any, Any]], values: Values) -> MapAttribute[Any, Any]:
    made = kind.__new__(kind)
    # As its constructor does; `setattr` would make keys of them.
    made.__dict__["attribute_kwargs"] = {}
    made.__dict__["attribute_values"] = values
    return made


def _map_of(values: Values) -> MapAttribute[Any, Any]:
    if not _NOT_ONLY_KEYS.isdisjoint(values):
        raise _Unexpected
    return _filled(MapAttribute, values)


def _number(text: str) -> Any:  # noqa: ANN401 - an int or a float
    # int() is several times as quick, but takes more than JSON does: other digits, leading zeros.
    if text.isascii() and text.isdigit() and (text[0] != "0" or len(text) == 1):
        return int(text)
    return json.loads(text)


_READERS: Mapping[type[Attribute[Any]], Read | None] = {
    UnicodeAttribute: None,
    NumberAttribute: _number,
    VersionAttribute: lambda text: int(_number(text)),
    BooleanAttribute: bool,
    UnicodeSetAttribute: set,
}
