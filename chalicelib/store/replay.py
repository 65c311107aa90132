"""Writes of unknown fate: which may be sent again, and whether what stands is what they would have left.

A write that timed out may have happened, or may still happen. It is sent again only if it comes to the same twice:
because it says what shall stand (a put, a delete, a plain SET or REMOVE), or because its condition demands a value
that it changes, as a version does. If the second one is refused since the first one took place, that is a success.
"""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec
from botocore.exceptions import ClientError, ReadTimeoutError

WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"})
REFUSED_BY_CONDITION = frozenset({"ConditionalCheckFailedException", "TransactionCanceledException"})

Request = Mapping[str, Any]
Value = Mapping[str, Any]
Item = Mapping[str, Value]
Send = Callable[[str, Request], dict[str, Any]]

_ATTEMPTS = 6
_FIRST_PAUSE_SECONDS = 0.05
_IN_PROGRESS = frozenset({"TransactionInProgressException", "TransactionConflictException"})
_ON_REFUSAL = "ReturnValuesOnConditionCheckFailure"
_CLAUSES = re.compile(r"\b(SET|REMOVE|ADD|DELETE)\b")
_EQUALS = re.compile(r"(#\w+)\s*=\s*(:\w+)")
_EITHER_OR = re.compile(r"\b(OR|NOT)\b")
_PLAIN_SET = re.compile(r"(#\w+)\s*=\s*(:\w+)")
_SUM_SET = re.compile(r"(#\w+)\s*=\s*\1\s*\+\s*(:\w+)")
_ADDITION = re.compile(r"(#\w+)\s+(:\w+)")
_NAME = re.compile(r"#\w+")


class _Effects(msgspec.Struct):
    """What an update leaves: attributes with their values, attributes gone; `known` if that is all it does."""

    values: dict[str, Value] = msgspec.field(default_factory=dict)
    gone: set[str] = msgspec.field(default_factory=set)
    known: bool = True


def may_be_repeated(operation: str, request: Request) -> bool:
    """Whether the write comes to the same twice."""
    return all(_effects(part).known for kind, part in _parts(operation, request) if kind == "Update")


def again(send: Send, operation: str, request: Request, pause: Callable[[float], None] = time.sleep) -> dict[str, Any]:
    """Do a repeatable write whose fate is unknown; afterwards it has been done, and once.

    Raises:
        ClientError: DynamoDB refuses it for another reason than that it was done.
        BotoCoreError: DynamoDB does not answer either.
    """
    asked = _telling(operation, request)
    for attempt in range(_ATTEMPTS):
        try:
            return send(operation, asked)
        except ClientError as refusal:
            if refusal.response["Error"].get("Code") == "IdempotentParameterMismatchException":
                # It did arrive, in DAX's words; without the token its conditions decide.
                asked = {name: value for name, value in asked.items() if name != "ClientRequestToken"}
            elif _was_done(operation, request, refusal):
                return _answer(request, refusal)
            elif not _is_in_progress(refusal):
                raise
            pause(_FIRST_PAUSE_SECONDS * 2**attempt)
    raise ReadTimeoutError(endpoint_url="DAX")


def _is_in_progress(refusal: ClientError) -> bool:
    """Whether a transaction, perhaps the first sending of this write, has not come to its end."""
    response: Mapping[str, Any] = refusal.response
    reasons = {reason.get("Code") for reason in response.get("CancellationReasons", [])}
    return response["Error"].get("Code") in _IN_PROGRESS or (
        "TransactionConflict" in reasons and "ConditionalCheckFailed" not in reasons
    )


def _was_done(operation: str, request: Request, refusal: ClientError) -> bool:
    response: Mapping[str, Any] = refusal.response
    if response["Error"].get("Code") not in REFUSED_BY_CONDITION:
        return False
    if operation != "TransactWriteItems":
        return all(_stands(kind, part, response.get("Item")) for kind, part in _parts(operation, request))
    reasons: Sequence[Mapping[str, Any]] = response.get("CancellationReasons", [])
    refused = [
        (kind, part, reason)
        for (kind, part), reason in zip(_parts(operation, request), reasons, strict=False)
        if reason.get("Code") != "None"
    ]
    # All or nothing: if the parts that are refused now stand as they would, the transaction took place.
    return bool(refused) and all(
        reason.get("Code") == "ConditionalCheckFailed" and _stands(kind, part, reason.get("Item"))
        for kind, part, reason in refused
    )


def _answer(request: Request, refusal: ClientError) -> dict[str, Any]:
    response: Mapping[str, Any] = refusal.response
    if request.get("ReturnValues") == "ALL_NEW" and "Item" in response:
        return {"Attributes": response["Item"]}
    return {}


def _stands(kind: str, part: Request, item: Item | None) -> bool:
    item = item or {}
    if kind == "Put":
        return _same(item, part["Item"])
    if kind == "Delete":
        return not item
    if kind != "Update":
        return False
    effects = _effects(part)
    return all(name in item and _same(item[name], value) for name, value in effects.values.items()) and not (
        effects.gone & set(item)
    )


def _telling(operation: str, request: Request) -> dict[str, Any]:
    """The same write, which on refusal says what stands there."""
    if operation == "TransactWriteItems":
        items = [
            {kind: {**part, _ON_REFUSAL: "ALL_OLD"}}
            for named in request["TransactItems"]
            for kind, part in named.items()
        ]
        return {**request, "TransactItems": items}
    if operation == "BatchWriteItem":
        return dict(request)
    return {**request, _ON_REFUSAL: "ALL_OLD"}


def _parts(operation: str, request: Request) -> list[tuple[str, Request]]:
    if operation == "BatchWriteItem":
        return []
    if operation == "TransactWriteItems":
        return [(kind, part) for named in request["TransactItems"] for kind, part in named.items()]
    return [(operation.removesuffix("Item"), request)]


def _effects(update: Request) -> _Effects:
    """Read what PynamoDB writes; whatever reads otherwise is not known."""
    names: Mapping[str, str] = update.get("ExpressionAttributeNames", {})
    values: Mapping[str, Value] = update.get("ExpressionAttributeValues", {})
    demanded = _demanded(update.get("ConditionExpression", ""))
    before, *clauses = _CLAUSES.split(update.get("UpdateExpression", ""))
    effects = _Effects(known=not before.strip())
    for clause, text in zip(clauses[::2], clauses[1::2], strict=True):
        for action in map(str.strip, text.split(",")):
            plain, added = _PLAIN_SET.fullmatch(action), (_ADDITION if clause == "ADD" else _SUM_SET).fullmatch(action)
            if clause == "REMOVE" and _NAME.fullmatch(action):
                effects.gone.add(names[action])
            elif clause == "SET" and plain:
                effects.values[names[plain[1]]] = values[plain[2]]
            elif clause in ("SET", "ADD") and added and added[1] in demanded:
                start, more = values[demanded[added[1]]], values[added[2]]
                effects.known &= "N" in start and "N" in more and Decimal(more["N"]) != 0
                if effects.known:
                    effects.values[names[added[1]]] = {"N": str(Decimal(start["N"]) + Decimal(more["N"]))}
            else:
                effects.known = False
    return effects


def _demanded(condition: str) -> dict[str, str]:
    """The values that must stand for the condition to hold: each attribute with the placeholder of its value."""
    return {} if _EITHER_OR.search(condition) else dict(_EQUALS.findall(condition))


def _same(one: Any, other: Any) -> bool:  # noqa: ANN401 - anything that DynamoDB keeps
    return bool(_comparable(one) == _comparable(other))


def _comparable(value: Any) -> Any:  # noqa: ANN401 - anything that DynamoDB keeps
    if isinstance(value, Mapping):
        return {name: _plain(name, each) for name, each in value.items()}
    return [_comparable(each) for each in value] if isinstance(value, list) else value


def _plain(kind: str, value: Any) -> Any:  # noqa: ANN401 - anything that DynamoDB keeps
    # Numbers come back as DynamoDB writes them, and sets in any order.
    if kind == "N" and isinstance(value, str):
        return Decimal(value)
    if kind == "NS" and isinstance(value, list):
        return {Decimal(each) for each in value}
    if kind in ("SS", "BS") and isinstance(value, list):
        return set(value)
    return _comparable(value)
