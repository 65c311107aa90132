"""A part of a module does as the module, and asks it for the rest."""

import dataclasses
import inspect
import sys
from types import ModuleType

import pytest
from pynamodb import attributes, exceptions
from pynamodb.attributes import Attribute, AttributeContainer
from pynamodb.indexes import Index

import chalicelib.blog.model
import chalicelib.contact.model
import chalicelib.mail.ledger
import chalicelib.media.model
import chalicelib.subscribers.model
import chalicelib.todos.model  # noqa: F401 - all models
from chalicelib.parts import Part, annotations, arguments, members


def kinds_of(owner: type) -> list[type]:
    return [owner, *(each for below in owner.__subclasses__() for each in kinds_of(below))]


CONTAINERS = kinds_of(AttributeContainer)
INDEXES = kinds_of(Index)


@pytest.mark.parametrize("owner", [*CONTAINERS, *INDEXES], ids=lambda owner: owner.__qualname__)
@pytest.mark.parametrize("kind", [Attribute, Index])
def test_the_members_of_a_class_are_those_that_inspect_finds(owner: type, kind: type) -> None:
    def is_wanted(value: object) -> bool:
        return isinstance(value, kind)

    assert members(owner, is_wanted) == inspect.getmembers(owner, is_wanted)


def test_models_and_indexes_were_looked_at() -> None:
    assert len(CONTAINERS) > 10
    assert len(INDEXES) > 5


@pytest.mark.parametrize("kind", kinds_of(Attribute), ids=lambda kind: kind.__qualname__)
def test_the_arguments_of_a_constructor_are_those_that_inspect_finds(kind: type) -> None:
    constructor = kind.__init__  # type: ignore[misc]
    assert arguments(constructor).args == inspect.getfullargspec(constructor).args


@pytest.mark.parametrize("owner", [exceptions.CancellationReason, object, attributes.Attribute])
def test_the_annotations_of_a_class_are_those_that_inspect_finds(owner: type) -> None:
    assert annotations(owner) == inspect.get_annotations(owner)


def test_pynamodb_has_one_dataclass() -> None:
    modules = [module for name, module in sys.modules.items() if name.startswith("pynamodb")]
    classes = {each for module in modules for each in vars(module).values() if isinstance(each, type)}
    assert {each for each in classes if dataclasses.is_dataclass(each)} == {exceptions.CancellationReason}


@pytest.fixture
def part() -> Part:
    sys.modules.pop("colorsys", None)
    made = sys.modules["colorsys"] = Part("colorsys", {"used": len})
    return made


def test_who_is_asked_for_what_is_used_answers_alone(part: Part) -> None:
    assert part.used is len
    assert sys.modules["colorsys"] is part


def test_who_is_asked_for_more_asks_the_module_and_gives_way_to_it(part: Part) -> None:
    asked = part.rgb_to_hsv(0, 0, 0)
    real: ModuleType = sys.modules["colorsys"]
    assert real is not part
    assert asked == (0.0, 0.0, 0)
    # Whoever kept the stand-in goes on.
    assert part.hsv_to_rgb is real.hsv_to_rgb


def test_what_no_module_has_is_an_attribute_error(part: Part) -> None:
    with pytest.raises(AttributeError, match="unheard_of"):
        _ = part.unheard_of
