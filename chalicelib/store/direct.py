"""A model's attributes without a detour: PynamoDB asks at each reading anew by which name the value is kept."""

from collections import Counter
from typing import Any

from pynamodb.attributes import Attribute, MapAttribute, VersionAttribute
from pynamodb.models import Model

# These do nothing but look the value up; a version is made whole once more, as which it was set.
_LOOK_UP_ONLY = (Attribute.__get__, MapAttribute.__get__, VersionAttribute.__get__)


class Direct:
    """Stands for an attribute on its model: the class has the attribute, its objects have their value."""

    __slots__ = ("_attribute", "_name")

    def __init__(self, attribute: Attribute[Any], name: str) -> None:
        self._attribute = attribute
        self._name = name

    def __get__(self, instance: Model | None, owner: object) -> Any:  # noqa: ANN401 - any attribute's
        return self._attribute if instance is None else instance.attribute_values.get(self._name)

    def __set__(self, instance: Model, value: Any) -> None:  # noqa: ANN401 - any attribute's
        self._attribute.__set__(instance, value)


def make_direct(model: type[Model]) -> None:
    """Put a `Direct` in the place of each attribute that `model` brings and that only looks its value up."""
    own = {name: each for name, each in vars(model).items() if isinstance(each, Attribute)}
    kept_as = Counter(each.attr_name for each in {**model.get_attributes(), **own}.values())
    for name, attribute in own.items():
        # PynamoDB keeps two attributes of one stored name under one of their names.
        if type(attribute).__get__ in _LOOK_UP_ONLY and kept_as[attribute.attr_name] == 1:
            setattr(model, name, Direct(attribute, name))
