"""A write of unknown fate is done once: sent again only if that comes to the same, and finding it done is success."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from chalicelib.store import replay
from tests.support.seam import Scripted, refusal

KEY = {"pk": {"S": "1"}}
ALL_OLD = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}


def update(expression: str, condition: str = "", **values: str) -> dict[str, Any]:
    """An update as PynamoDB writes it; values are numbers."""
    return {
        "TableName": "posts",
        "Key": KEY,
        "UpdateExpression": expression,
        **({"ConditionExpression": condition} if condition else {}),
        "ExpressionAttributeNames": {"#0": "version", "#1": "title", "#2": "body"},
        "ExpressionAttributeValues": {f":{name}": {"N": value} for name, value in values.items()},
    }


PUT = {"TableName": "posts", "Item": {**KEY, "n": {"N": "1.0"}}, "ConditionExpression": "attribute_not_exists (#0)"}
DELETE = {"TableName": "posts", "Key": KEY, "ConditionExpression": "#0 = :0"}
UPDATE = update("SET #1 = :1 REMOVE #2 ADD #0 :2", "#0 = :0", **{"0": "4", "1": "7", "2": "1"})
DONE = {"version": {"N": "5"}, "title": {"N": "7.0"}, "other": {"S": "x"}}

REPEATABLE = {
    "sets": update("SET #1 = :1, #2 = :2", **{"1": "1", "2": "2"}),
    "removes": update("REMOVE #1, #2"),
    "adds to what its condition demands": UPDATE,
    "sets a sum of what its condition demands": update(
        "SET #0 = #0 + :1", "#1 = :2 AND #0 = :0", **{"0": "4", "1": "1", "2": "2"}
    ),
}
NOT_REPEATABLE = {
    "adds": update("ADD #0 :1", **{"1": "1"}),
    "adds to what its condition does not demand": update("ADD #0 :1", "#1 = :0", **{"0": "4", "1": "1"}),
    "adds to what its condition demands or not": update("ADD #0 :1", "(#0 = :0 OR #1 = :0)", **{"0": "4", "1": "1"}),
    "adds to what its condition forbids": update("ADD #0 :1", "(NOT #0 = :0)", **{"0": "4", "1": "1"}),
    "adds nothing": update("ADD #0 :1", "#0 = :0", **{"0": "4", "1": "0"}),
    "sets a sum": update("SET #0 = #0 + :1", **{"1": "1"}),
    "sets a default": update("SET #0 = if_not_exists (#0, :1)", **{"1": "1"}),
    "appends": update("SET #1 = list_append (#1, :1)", **{"1": "1"}),
    "sets a path": update("SET #1.#2 = :1", **{"1": "1"}),
    "takes from a set": update("DELETE #1 :1", **{"1": "1"}),
    "is unreadable": update("remove #1"),
}


@pytest.mark.parametrize("what", REPEATABLE)
def test_it_may_be_repeated_if_it(what: str) -> None:
    assert replay.may_be_repeated("UpdateItem", REPEATABLE[what])
    assert replay.may_be_repeated("TransactWriteItems", {"TransactItems": [{"Update": REPEATABLE[what]}]})


@pytest.mark.parametrize("what", NOT_REPEATABLE)
def test_it_may_not_be_repeated_if_it(what: str) -> None:
    assert not replay.may_be_repeated("UpdateItem", NOT_REPEATABLE[what])
    parts = [{"Put": PUT}, {"Update": NOT_REPEATABLE[what]}]
    assert not replay.may_be_repeated("TransactWriteItems", {"TransactItems": parts})


def test_puts_deletes_and_batches_may_be_repeated() -> None:
    assert replay.may_be_repeated("PutItem", PUT)
    assert replay.may_be_repeated("DeleteItem", DELETE)
    assert replay.may_be_repeated("BatchWriteItem", {"RequestItems": {"posts": []}})


def again(operation: str, request: dict[str, Any], *answers: Any) -> tuple[dict[str, Any], Scripted]:
    dynamodb = Scripted(*answers)
    return replay.again(dynamodb._make_api_call, operation, request, pause=lambda _: None), dynamodb


def test_what_had_not_arrived_is_done_now() -> None:
    answer, dynamodb = again("UpdateItem", UPDATE, {"Attributes": DONE})
    assert answer == {"Attributes": DONE}
    assert dynamodb.calls == [("UpdateItem", {**UPDATE, **ALL_OLD})]


def refused(item: Any = None) -> ClientError:
    return refusal("ConditionalCheckFailedException", item=item)


STANDS = {
    "what was put": ("PutItem", PUT, {**KEY, "n": {"N": "1"}}),
    "nothing of what was deleted": ("DeleteItem", DELETE, None),
    "what was changed": ("UpdateItem", UPDATE, DONE),
}
DIFFERS = {
    "another put": ("PutItem", PUT, {**KEY, "n": {"N": "2"}}),
    "more than was put": ("PutItem", PUT, {**KEY, "n": {"N": "1"}, "m": {"N": "1"}}),
    "what was to be deleted": ("DeleteItem", DELETE, {**KEY, "version": {"N": "9"}}),
    "another version": ("UpdateItem", UPDATE, {**DONE, "version": {"N": "6"}}),
    "another change to this version": ("UpdateItem", UPDATE, {**DONE, "title": {"N": "8"}}),
    "what was to be removed": ("UpdateItem", UPDATE, {**DONE, "body": {"S": "still"}}),
    "nothing to change": ("UpdateItem", UPDATE, None),
}


@pytest.mark.parametrize("what", STANDS)
def test_it_was_done_if_there_stands(what: str) -> None:
    operation, request, item = STANDS[what]
    answer, dynamodb = again(operation, request, refused(item))
    assert answer == {}
    assert len(dynamodb.calls) == 1


@pytest.mark.parametrize("what", DIFFERS)
def test_it_is_refused_if_there_stands(what: str) -> None:
    operation, request, item = DIFFERS[what]
    error = refused(item)
    with pytest.raises(ClientError) as raised:
        again(operation, request, error)
    assert raised.value is error


def test_who_asked_for_the_new_item_gets_it() -> None:
    answer, _ = again("UpdateItem", {**UPDATE, "ReturnValues": "ALL_NEW"}, refused(DONE))
    assert answer == {"Attributes": DONE}


def cancelled(*reasons: tuple[str, Any]) -> ClientError:
    error = refusal("TransactionCanceledException", reasons=[code for code, _ in reasons])
    for (_, item), reason in zip(reasons, error.response["CancellationReasons"], strict=True):  # type: ignore[typeddict-item]
        reason.update({} if item is None else {"Item": item})
    return error


TRANSACTION = {"TransactItems": [{"Put": PUT}, {"Update": UPDATE}], "ClientRequestToken": "token"}
OURS, FREE = ("ConditionalCheckFailed", DONE), ("None", None)


def test_a_transaction_was_done_if_all_that_is_refused_stands() -> None:
    answer, dynamodb = again("TransactWriteItems", TRANSACTION, cancelled(FREE, OURS))
    assert answer == {}
    ((_, sent),) = dynamodb.calls
    assert sent["ClientRequestToken"] == "token"
    assert [part for named in sent["TransactItems"] for part in named.values()] == [
        {**PUT, **ALL_OLD},
        {**UPDATE, **ALL_OLD},
    ]


@pytest.mark.parametrize(
    "reasons",
    [
        [("ConditionalCheckFailed", {**KEY, "n": {"N": "2"}}), OURS],
        [("ConditionalCheckFailed", None), OURS],
        [("ValidationError", None), OURS],
        [FREE, FREE],
    ],
)
def test_a_transaction_is_refused_if_anything_else_stands(reasons: list[tuple[str, Any]]) -> None:
    with pytest.raises(ClientError):
        again("TransactWriteItems", TRANSACTION, cancelled(*reasons))


def test_a_condition_check_that_fails_was_not_ours() -> None:
    check = {"TransactItems": [{"ConditionCheck": {"TableName": "posts", "Key": KEY}}]}
    with pytest.raises(ClientError):
        again("TransactWriteItems", check, cancelled(OURS))


def test_a_token_that_came_in_other_words_leaves_it_to_the_conditions() -> None:
    mismatch = refusal("IdempotentParameterMismatchException")
    answer, dynamodb = again("TransactWriteItems", TRANSACTION, mismatch, cancelled(FREE, OURS))
    assert answer == {}
    assert ["ClientRequestToken" in request for _, request in dynamodb.calls] == [True, False]


@pytest.mark.parametrize(
    "passing",
    [refusal("TransactionInProgressException"), cancelled(("TransactionConflict", None), FREE)],
    ids=["in progress", "conflict"],
)
def test_while_the_first_one_is_still_on_its_way_it_waits(passing: ClientError) -> None:
    answer, dynamodb = again("TransactWriteItems", TRANSACTION, passing, passing, {})
    assert (answer, len(dynamodb.calls)) == ({}, 3)
    with pytest.raises(ReadTimeoutError):
        again("TransactWriteItems", TRANSACTION, passing)


def test_a_batch_is_written_again_as_it_was() -> None:
    request = {"RequestItems": {"posts": [{"PutRequest": {"Item": KEY}}]}}
    answer, dynamodb = again("BatchWriteItem", request, {"UnprocessedItems": {}})
    assert answer == {"UnprocessedItems": {}}
    assert dynamodb.calls == [("BatchWriteItem", request)]


def test_sets_come_back_in_any_order() -> None:
    put = {"TableName": "posts", "Item": {"a": {"SS": ["x", "y"]}, "b": {"L": [{"NS": ["1", "2"]}, {"BS": [b"1"]}]}}}
    item = {"a": {"SS": ["y", "x"]}, "b": {"L": [{"NS": ["2.0", "1"]}, {"BS": [b"1"]}]}}
    assert again("PutItem", put, refused(item))[0] == {}


def test_any_other_refusal_stays_what_it_is() -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        again("PutItem", PUT, refusal("AccessDeniedException"))
