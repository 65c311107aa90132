"""What the table of a model reads is what PynamoDB reads, and what it refuses PynamoDB refuses, in the same words."""

import copy
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from pynamodb.attributes import (
    Attribute,
    DiscriminatorAttribute,
    MapAttribute,
    NumberAttribute,
    UnicodeAttribute,
)
from pynamodb.models import Model

from chalicelib.settings import SettingsError
from chalicelib.settings import settings as app_settings
from chalicelib.store import decoding
from chalicelib.store.direct import Direct
from chalicelib.store.model import StoredModel
from tests.support.models import MODELS, Shelf, Table
from tests.support.stored import damage, items

# Examples a model, of up to ten items each.
EXAMPLES = int(os.environ.get("DECODING_EXAMPLES", "100"))


all_models = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)


def by_pynamodb(model: type[Model], item: Any) -> Model:
    return Model.from_raw_data.__func__(model, item)  # type: ignore[attr-defined, no-any-return]


def seen(value: object) -> object:
    """All that there is to see of a value, down to the types and the order; no two maps of PynamoDB's are equal."""
    if isinstance(value, Model | MapAttribute):
        return type(value), {name: seen(each) for name, each in vars(value).items()}, list(vars(value))
    if isinstance(value, dict):
        return type(value), [(name, seen(each)) for name, each in value.items()]
    if isinstance(value, list):
        return [seen(each) for each in value]
    if isinstance(value, set | frozenset):
        return type(value), sorted(map(repr, value))
    return type(value), repr(value)


def outcome(read: Callable[..., object], *given: object) -> object:
    try:
        return seen(read(*given))
    except Exception as error:  # noqa: BLE001 - whatever it is, both say the same
        return type(error), str(error)


@all_models
def test_what_is_read_is_what_pynamodb_reads(model: type[StoredModel]) -> None:
    @settings(max_examples=EXAMPLES)
    @given(items(model), damage(model))
    def examples(whole: dict[str, Any], damaged: dict[str, Any]) -> None:
        each_alone = [{**whole, name: value} for name, value in damaged.items()]
        for item in (whole, *each_alone, {**whole, **damaged}):
            before = copy.deepcopy(item)
            assert outcome(model.from_raw_data, item) == outcome(by_pynamodb, model, item)
            assert item == before

    examples()


@all_models
def test_what_a_model_becomes_is_what_pynamodb_makes_of_it(model: type[StoredModel]) -> None:
    @settings(max_examples=EXAMPLES // 5)
    @given(items(model), damage(model))
    def examples(whole: dict[str, Any], damaged: dict[str, Any]) -> None:
        ours, theirs = model(), model()
        for item in (whole, {**whole, **damaged}):
            assert outcome(ours.deserialize, item) == outcome(Model.deserialize, theirs, item)
            # after a refusal too
            assert seen(ours) == seen(theirs)

    examples()


@all_models
def test_it_is_the_table_that_reads_and_what_it_read_is_written_back_alike(model: type[StoredModel]) -> None:
    @settings(max_examples=EXAMPLES // 5)
    @given(items(model))
    def examples(item: dict[str, Any]) -> None:
        ours, theirs = model.from_raw_data(item), by_pynamodb(model, item)
        assert decoding.attribute_values(model, item) is not None
        assert ours.serialize(null_check=False) == theirs.serialize(null_check=False)
        assert repr(ours) == repr(theirs)

    examples()


def test_a_value_is_the_items_own() -> None:
    # given two items that hold neither colours nor anything else that has a default
    one, other = (Shelf.from_raw_data({"shelf_id": {"S": name}}) for name in ("oak", "elm"))
    # when what one has is changed
    one.colours.append("red")
    one.raw["height"] = 7
    # then the other has not changed, and neither has what comes after
    for each in (other, Shelf.from_raw_data({})):
        assert (each.colours, each.raw.as_dict()) == ([], {})


def test_a_default_that_is_nothing_is_nothing() -> None:
    class Silent(StoredModel):
        Meta = Table
        shelf_id = UnicodeAttribute(hash_key=True, default=lambda: None)

    assert Silent.from_raw_data({}).attribute_values == {} == by_pynamodb(Silent, {}).attribute_values


def test_no_item_is_refused() -> None:
    with pytest.raises(ValueError, match="no data"):
        Shelf.from_raw_data(None)  # type: ignore[arg-type]


class Kind(StoredModel):
    Meta = Table
    kind = DiscriminatorAttribute()
    shelf_id = UnicodeAttribute(hash_key=True)


class Cupboard(Kind, discriminator="cupboard"):
    doors = NumberAttribute()


class Counted(StoredModel):
    Meta = Table
    shelf_id = UnicodeAttribute(hash_key=True)

    def __init__(self, *given: Any, **attributes: Any) -> None:
        super().__init__(*given, **attributes)
        self.read = True


class Either(Attribute[str]):
    attr_type = "S"

    def get_value(self, value: dict[str, Any]) -> Any:
        return value.get("S") or value["N"]


class Lenient(StoredModel):
    Meta = Table
    shelf_id = Either(hash_key=True)


class TwoNames(StoredModel):
    Meta = Table
    shelf_id = UnicodeAttribute(hash_key=True)
    alias = UnicodeAttribute(attr_name="shelf_id")


class Filled(StoredModel):
    Meta = Table
    shelf_id = UnicodeAttribute(hash_key=True)

    def _set_defaults(self, **_: object) -> None:
        self.shelf_id = "oak"


@pytest.mark.parametrize(
    ("model", "item"),
    [
        (Kind, {"kind": {"S": "cupboard"}, "shelf_id": {"S": "oak"}, "doors": {"N": "2"}}),
        (Kind, {"kind": {"S": "chair"}}),
        (Counted, {"shelf_id": {"S": "oak"}}),
        (Lenient, {"shelf_id": {"N": "7"}}),
        (TwoNames, {"shelf_id": {"S": "oak"}}),
        (Filled, {}),
    ],
)
def test_a_model_that_reads_in_its_own_way_is_left_to_pynamodb(model: type[StoredModel], item: dict[str, Any]) -> None:
    assert decoding.attribute_values(model, item) is None
    assert outcome(model.from_raw_data, item) == outcome(by_pynamodb, model, item)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The environment, from which the settings are read anew, then and after."""
    app_settings.cache_clear()
    yield monkeypatch
    monkeypatch.undo()
    app_settings.cache_clear()


def new_model() -> type[StoredModel]:
    class Fresh(StoredModel):
        Meta = Table
        shelf_id = UnicodeAttribute(hash_key=True)

    return Fresh


@pytest.mark.parametrize(("wanted", "has_table"), [("", True), ("tables", True), ("pynamodb", False)])
def test_one_setting_goes_back_to_pynamodb(environment: pytest.MonkeyPatch, wanted: str, has_table: object) -> None:
    environment.setenv("STORE_DECODING", wanted)
    model, item = new_model(), {"shelf_id": {"S": "oak"}}
    assert (decoding.attribute_values(model, item) is not None) == has_table
    assert isinstance(vars(model)["shelf_id"], Direct) == has_table
    assert model.from_raw_data(item).shelf_id == "oak"


def test_no_other_setting_is_taken(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("STORE_DECODING", "table")
    with pytest.raises(SettingsError, match="STORE_DECODING is tables or pynamodb, not 'table'"):
        new_model().from_raw_data({})
