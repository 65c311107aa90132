"""Models: conditional writes that say what stood in the way."""

from typing import Any

import pytest
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError, VerboseClientError

from chalicelib.store.client import shared_client
from chalicelib.store.errors import ConditionFailed, Unavailable
from chalicelib.store.model import StoredModel
from tests.support.seam import Scripted, dynamodb_behind, refusal


class Pot(StoredModel):
    class Meta:
        table_name = "pots"
        region = "eu-north-1"

    pot_id = UnicodeAttribute(hash_key=True)
    cups = NumberAttribute(default=0)


def stored(cups: int) -> dict[str, Any]:
    return {"pot_id": {"S": "blue"}, "cups": {"N": str(cups)}}


def test_models_are_reached_through_the_shared_client() -> None:
    assert Pot._get_connection().connection.client is shared_client()


def test_a_create_is_one_conditional_put() -> None:
    with dynamodb_behind(lambda _: Scripted({})) as database:
        Pot("blue").create(Pot.pot_id.does_not_exist())
    ((operation, request),) = database.calls
    assert (operation, request["ConditionExpression"]) == ("PutItem", "attribute_not_exists (#0)")


def test_a_create_that_finds_something_there_says_so() -> None:
    there = Scripted(refusal("ConditionalCheckFailedException"))
    with dynamodb_behind(lambda _: there), pytest.raises(ConditionFailed) as raised:
        Pot("blue").create(Pot.pot_id.does_not_exist())
    assert raised.value.item is None


def test_a_change_leaves_the_object_as_the_item_now_stands() -> None:
    pot = Pot("blue")
    with dynamodb_behind(lambda _: Scripted({"Attributes": stored(3)})) as database:
        pot.change([Pot.cups.add(1)], Pot.pot_id.exists())
    assert pot.cups == 3
    ((operation, request),) = database.calls
    assert operation == "UpdateItem"
    assert (request["ReturnValues"], request["ReturnValuesOnConditionCheckFailure"]) == ("ALL_NEW", "ALL_OLD")


@pytest.mark.parametrize("item", [None, stored(9)], ids=["nothing there", "another item"])
def test_a_refused_change_carries_what_stands_there(item: dict[str, Any] | None) -> None:
    refused = Scripted(refusal("ConditionalCheckFailedException", item=item))
    with dynamodb_behind(lambda _: refused), pytest.raises(ConditionFailed) as raised:
        Pot("blue").change([Pot.cups.add(1)], Pot.pot_id.exists())
    assert raised.value.item == item


@pytest.mark.parametrize("code", ["ValidationException", "ResourceNotFoundException"])
def test_other_refusals_are_faults(code: str) -> None:
    with dynamodb_behind(lambda _: Scripted(refusal(code))):
        with pytest.raises(VerboseClientError):
            Pot("blue").change([Pot.cups.add(1)], Pot.pot_id.exists())
        with pytest.raises(PutError):
            Pot("blue").create(Pot.pot_id.does_not_exist())


def test_an_unavailable_database_is_unavailable_for_every_operation() -> None:
    with dynamodb_behind(lambda _: Scripted(refusal("ThrottlingException"))):
        for operation in (
            lambda: Pot("blue").create(Pot.pot_id.does_not_exist()),
            lambda: Pot("blue").change([Pot.cups.add(1)], Pot.pot_id.exists()),
            lambda: Pot.get("blue"),
            lambda: list(Pot.query("blue")),
        ):
            with pytest.raises(Unavailable):
                operation()
