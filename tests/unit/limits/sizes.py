"""Sizes as AWS counts them."""

from typing import Any

from infra.limits import by_id

LARGEST_ITEM = by_id("dynamodb-item").value
LARGEST_ANSWER = by_id("lambda-answer").value


def item_size(model: Any, *key: str) -> int:
    """The bytes of a stored item: the names of its attributes and their values in UTF-8.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    """
    item = model.get(*key, consistent_read=True).to_dynamodb_dict()
    return sum(len(name.encode()) + _value(value) for name, value in item.items())


def _value(value: dict[str, Any]) -> int:
    ((kind, inner),) = value.items()
    if kind == "S":
        return len(inner.encode())
    if kind == "N":
        return len(inner) // 2 + 2
    if kind == "L":
        return 3 + sum(1 + _value(each) for each in inner)
    if kind == "M":
        return 3 + sum(1 + len(name.encode()) + _value(each) for name, each in inner.items())
    return 1
