"""A model's attributes give what PynamoDB's give, to the class and to its objects, only sooner."""

from typing import Any

import pytest
from hypothesis import given, settings
from pynamodb.attributes import UnicodeAttribute

from chalicelib.store.direct import Direct
from chalicelib.store.model import StoredModel
from tests.support.models import MODELS, Shelf, Table
from tests.support.stored import items


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_an_object_has_the_values_that_pynamodb_finds(model: type[StoredModel]) -> None:
    @settings(max_examples=30)
    @given(items(model))
    def examples(item: dict[str, Any]) -> None:
        read = model.from_raw_data(item)
        for name, attribute in model.get_attributes().items():
            assert getattr(read, name) is attribute.__get__(read, model)

    examples()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_the_class_has_the_attributes_themselves(model: type[StoredModel]) -> None:
    for name, attribute in model.get_attributes().items():
        assert getattr(model, name) is attribute


def test_a_value_is_set_as_the_attribute_sets_it() -> None:
    shelf = Shelf("oak", 7, raw={"height": 7}, motto="elm")
    shelf.raw = {"height": 8}
    assert (shelf.raw.as_dict(), shelf.motto) == ({"height": 8}, "elm!")
    assert shelf.attribute_values["place"] == shelf.place == 7


def test_a_model_has_what_the_one_before_it_has() -> None:
    class Cupboard(Shelf):
        doors = UnicodeAttribute(attr_name="d")

    cupboard = Cupboard.from_raw_data({"p": {"N": "7"}, "d": {"S": "two"}})
    assert (cupboard.place, cupboard.doors) == (7, "two")
    assert "doors" not in Shelf.get_attributes()


def test_two_attributes_of_one_stored_name_stay_as_pynamodb_has_them() -> None:
    class TwoNames(StoredModel):
        Meta = Table
        shelf_id = UnicodeAttribute(hash_key=True)
        alias = UnicodeAttribute(attr_name="shelf_id")

    read = TwoNames.from_raw_data({"shelf_id": {"S": "oak"}})
    assert (read.shelf_id, read.alias) == ("oak", "oak")


class Halved(UnicodeAttribute):
    """An attribute that is read in a way of its own."""

    def __get__(self, instance: Any, owner: Any) -> Any:
        whole = super().__get__(instance, owner)
        return whole if instance is None else whole[: len(whole) // 2]


def test_an_attribute_that_reads_in_its_own_way_stays() -> None:
    class Torn(StoredModel):
        Meta = Table
        shelf_id = Halved(hash_key=True)

    assert Torn.from_raw_data({"shelf_id": {"S": "oaks"}}).shelf_id == "oa"


def test_every_attribute_of_the_applications_models_is_read_at_once() -> None:
    for model in MODELS:
        assert all(isinstance(vars(model)[name], Direct) for name in model.get_attributes())
