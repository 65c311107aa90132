"""The optional arguments of a request: numbered on the wire, named for DynamoDB."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from infra.local.dax import values
from infra.local.dax.catalogue import Catalogue
from infra.local.dax.expressions import Expressions

PROJECTION, _CONSISTENT, CONDITION, _RETURN, UPDATE, _START, _FILTER, _INDEX = 0, 2, 4, 7, 8, 9, 10, 11
_LIMIT, _FORWARD, _SELECT, _SEGMENT, _SEGMENTS, TOKEN = 13, 14, 15, 16, 17, 19
_RETURN_VALUES = {1: "NONE", 2: "ALL_OLD", 3: "UPDATED_OLD", 4: "ALL_NEW", 5: "UPDATED_NEW"}
_SELECTS = {1: "ALL_ATTRIBUTES", 2: "ALL_PROJECTED_ATTRIBUTES", 3: "COUNT", 4: "SPECIFIC_ATTRIBUTES"}
_PLAIN: Mapping[int, tuple[str, Callable[[Any], Any]]] = {
    _CONSISTENT: ("ConsistentRead", bool),
    _RETURN: ("ReturnValues", _RETURN_VALUES.__getitem__),
    _INDEX: ("IndexName", bytes.decode),
    _LIMIT: ("Limit", int),
    _FORWARD: ("ScanIndexForward", bool),
    _SELECT: ("Select", _SELECTS.__getitem__),
    _SEGMENT: ("Segment", int),
    _SEGMENTS: ("TotalSegments", int),
}


@dataclass
class Arguments:
    """What DynamoDB is told beside the table and the key, and the expressions on their own."""

    named: dict[str, Any]
    expressions: Expressions

    @property
    def is_consistent(self) -> bool:
        return bool(self.named.get("ConsistentRead"))

    @property
    def is_of_index(self) -> bool:
        return "IndexName" in self.named

    def all(self) -> dict[str, Any]:
        """Everything as DynamoDB takes it."""
        return {**self.named, **self.expressions.arguments()}


def read(given: Mapping[int, Any] | None, table: str, catalogue: Catalogue) -> Arguments:
    """Read the arguments of a request to `table`."""
    given = given or {}
    named = {name: decode(given[number]) for number, (name, decode) in _PLAIN.items() if number in given}
    if _START in given:
        of_index = "IndexName" in named
        schema = catalogue.schema(table)
        start = values.decode_index_key(given[_START]) if of_index else values.decode_key(given[_START], schema)
        named["ExclusiveStartKey"] = start
    # The fourth, SPECIFIC_ATTRIBUTES, is what a projection means anyway.
    if named.get("Select") == _SELECTS[4]:
        del named["Select"]
    expressions = Expressions()
    if CONDITION in given:
        expressions.condition("ConditionExpression", given[CONDITION])
    if _FILTER in given:
        expressions.condition("FilterExpression", given[_FILTER])
    if UPDATE in given:
        expressions.update(given[UPDATE])
    if PROJECTION in given:
        expressions.projection(given[PROJECTION])
    return Arguments(named, expressions)
