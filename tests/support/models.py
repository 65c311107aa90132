"""Every model of the application, and one with each kind of attribute."""

import importlib
import pkgutil
from datetime import UTC, datetime
from typing import Any

from pynamodb.attributes import (
    Attribute,
    BinaryAttribute,
    BinarySetAttribute,
    BooleanAttribute,
    DynamicMapAttribute,
    JSONAttribute,
    ListAttribute,
    MapAttribute,
    NumberAttribute,
    NumberSetAttribute,
    TTLAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
    UTCDateTimeAttribute,
    VersionAttribute,
)

import chalicelib
from chalicelib.store.model import StoredModel


class Table:
    table_name = "shelves"
    region = "eu-north-1"


class Shouted(Attribute[str]):
    """An attribute that reads, and is set, in a way of its own."""

    attr_type = "S"

    def deserialize(self, value: Any) -> str:
        return str(value).upper()

    def __set__(self, instance: Any, value: Any) -> None:
        super().__set__(instance, f"{value}!")


class Label(MapAttribute[str, object]):
    text = UnicodeAttribute(attr_name="t")
    size = NumberAttribute(default=12)
    parts: ListAttribute[Any] = ListAttribute(default=list)


class Extras(DynamicMapAttribute):
    shown = BooleanAttribute(default=True)


class Shelf(StoredModel):
    """One attribute of each kind."""

    Meta = Table

    shelf_id = UnicodeAttribute(hash_key=True)
    place = NumberAttribute(range_key=True, attr_name="p")
    is_full = BooleanAttribute(default=False)
    made_at = UTCDateTimeAttribute(default=lambda: datetime(2026, 1, 1, tzinfo=UTC))
    gone_at = TTLAttribute(default=lambda: datetime(2027, 1, 1, microsecond=5, tzinfo=UTC))
    about = JSONAttribute(null=True)
    owners = UnicodeSetAttribute()
    widths = NumberSetAttribute()
    picture = BinaryAttribute(legacy_encoding=False, null=True)
    old_picture = BinaryAttribute(legacy_encoding=True, null=True)
    pictures = BinarySetAttribute(legacy_encoding=False)
    anything: ListAttribute[Any] = ListAttribute(null=True)
    colours: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute, default=list)
    lengths: ListAttribute[Any] = ListAttribute(of=NumberAttribute)
    switches: ListAttribute[Any] = ListAttribute(of=BooleanAttribute)
    moments: ListAttribute[Any] = ListAttribute(of=UTCDateTimeAttribute)
    labels: ListAttribute[Any] = ListAttribute(of=Label, default=list)
    free: ListAttribute[Any] = ListAttribute(of=MapAttribute)
    raw: MapAttribute[str, object] = MapAttribute(default=dict)
    first_label = Label(attr_name="label", null=True)
    extras = Extras(null=True)
    motto = Shouted(default="oak")
    nickname = UnicodeAttribute(default_for_new="none")
    version = VersionAttribute(default=3)


def application_models() -> list[type[StoredModel]]:
    for module in pkgutil.walk_packages(chalicelib.__path__, "chalicelib."):
        importlib.import_module(module.name)
    return [each for each in StoredModel.__subclasses__() if each.__module__.startswith("chalicelib.")]


MODELS = [*application_models(), Shelf]
