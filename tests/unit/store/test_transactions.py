"""Transactions: tried again while they lose to another one, refused with reasons, given up in the end."""

import pytest
from pynamodb.attributes import UnicodeAttribute
from pynamodb.constants import ALL_OLD
from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib.store import transactions
from chalicelib.store.errors import Unavailable
from chalicelib.store.model import StoredModel
from chalicelib.store.transactions import TransactionRefused
from tests.support.seam import Scripted, dynamodb_behind, refusal

CONFLICT = refusal("TransactionCanceledException", reasons=["None", "TransactionConflict"])


class Cup(StoredModel):
    class Meta:
        table_name = "cups"
        region = "eu-north-1"

    cup_id = UnicodeAttribute(hash_key=True)


def two_cups(transaction: TransactWrite) -> None:
    transaction.save(Cup("one"))
    transaction.save(Cup("two"), condition=Cup.cup_id.does_not_exist(), return_values=ALL_OLD)


def test_all_parts_go_in_one_request() -> None:
    with dynamodb_behind(lambda _: Scripted({})) as database:
        transactions.write(two_cups)
    ((operation, request),) = database.calls
    assert operation == "TransactWriteItems"
    assert [part["Put"]["Item"]["cup_id"]["S"] for part in request["TransactItems"]] == ["one", "two"]


def test_a_lost_race_is_run_again() -> None:
    with dynamodb_behind(lambda _: Scripted(CONFLICT, CONFLICT, {})) as database:
        transactions.write(two_cups)
    assert len(database.calls) == 3


def test_a_race_that_is_lost_every_time_is_given_up() -> None:
    with dynamodb_behind(lambda _: Scripted(CONFLICT)) as database, pytest.raises(Unavailable):
        transactions.write(two_cups)
    assert len(database.calls) == transactions._ATTEMPTS


def test_a_refusal_names_its_parts_and_carries_what_stands_there() -> None:
    # given a transaction whose second part finds its cup taken
    refused = refusal("TransactionCanceledException", reasons=["None", "ConditionalCheckFailed"])
    refused.response["CancellationReasons"][1]["Item"] = {"cup_id": {"S": "two"}}  # type: ignore[typeddict-item]
    # when it is refused
    with dynamodb_behind(lambda _: Scripted(refused)) as database, pytest.raises(TransactionRefused) as raised:
        transactions.write(two_cups)
    # then the second part is named, with its item, and nothing is tried again
    assert raised.value.refused == {1: {"cup_id": {"S": "two"}}}
    assert len(database.calls) == 1


def test_a_refusal_beside_a_conflict_is_a_refusal() -> None:
    both = refusal("TransactionCanceledException", reasons=["TransactionConflict", "ConditionalCheckFailed"])
    with dynamodb_behind(lambda _: Scripted(both)), pytest.raises(TransactionRefused) as raised:
        transactions.write(two_cups)
    assert raised.value.refused == {1: None}


@pytest.mark.parametrize(
    "error",
    [refusal("ValidationException"), refusal("TransactionCanceledException", reasons=["ValidationError", "None"])],
    ids=str,
)
def test_anything_else_is_a_fault_and_stays_one(error: Exception) -> None:
    with dynamodb_behind(lambda _: Scripted(error)), pytest.raises(TransactWriteError):
        transactions.write(two_cups)


def test_a_fault_while_filling_sends_nothing() -> None:
    def spill(_: TransactWrite) -> None:
        raise LookupError("no tea")

    with dynamodb_behind(lambda _: Scripted({})) as database, pytest.raises(LookupError):
        transactions.write(spill)
    assert database.calls == []
