"""Answers as the client reads them: items, pages, attributes, refusals."""

from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from infra.local.dax import cbor, values
from infra.local.dax.arguments import Arguments
from infra.local.dax.catalogue import Catalogue
from infra.local.dax.expressions import look_up
from infra.local.dax.values import Item

_ITEM, _ATTRIBUTES, _ITEMS, _COUNT, _LAST_KEY, _SCANNED = 0, 2, 7, 8, 9, 10
SUCCESS = cbor.array()
NOTHING = cbor.encode(None)
# DynamoDB's refusals by the last of five numbers: https://github.com/aws/aws-dax-go has the same table.
_REFUSED = (4, 37, 38, 39)
_NUMBERS = {
    "ProvisionedThroughputExceededException": 40,
    "ResourceNotFoundException": 41,
    "ConditionalCheckFailedException": 43,
    "ResourceInUseException": 45,
    "ValidationException": 46,
    "InternalServerError": 47,
    "ItemCollectionSizeLimitExceededException": 48,
    "LimitExceededException": 49,
    "ThrottlingException": 50,
    "TransactionConflictException": 57,
    "TransactionCanceledException": 58,
    "TransactionInProgressException": 59,
    "IdempotentParameterMismatchException": 60,
    "RequestLimitExceeded": 61,
}
_ACCESS_DENIED = (4, 37, 38, 42)


def projected(item: Item, arguments: Arguments) -> bytes:
    """What a projection asks for, by the place of each path in it."""
    found = [(place, look_up(item, path)) for place, path in enumerate(arguments.expressions.paths)]
    return cbor.table([(place, values.encode_value(value)) for place, value in found if value is not None])


def item(found: Item | None, table: str, arguments: Arguments, catalogue: Catalogue) -> bytes:
    """One item, or nothing."""
    if found is None:
        return NOTHING
    if arguments.expressions.paths:
        return cbor.table([(_ITEM, projected(found, arguments))])
    return cbor.table([(_ITEM, cbor.encode(catalogue.encode(table, found)))])


def with_key(found: Item, table: str, catalogue: Catalogue) -> tuple[bytes, bytes]:
    """An item whose key the client does not know."""
    key = values.encode_key(found, catalogue.schema(table))
    return cbor.encode(key), cbor.encode(catalogue.encode(table, found))


def page(answer: Mapping[str, Any], table: str, arguments: Arguments, catalogue: Catalogue) -> bytes:
    """One page of a query or a scan."""
    parts: list[tuple[Any, bytes]] = []
    if "Items" in answer:
        if arguments.expressions.paths:
            items = [projected(each, arguments) for each in answer["Items"]]
        else:
            items = [cbor.array(*with_key(each, table, catalogue)) for each in answer["Items"]]
        parts.append((_ITEMS, cbor.array(*items)))
    parts += [(_COUNT, cbor.encode(answer["Count"])), (_SCANNED, cbor.encode(answer["ScannedCount"]))]
    last = answer.get("LastEvaluatedKey")
    if last:
        of_index = arguments.is_of_index
        key = values.encode_index_key(last) if of_index else values.encode_key(last, catalogue.schema(table))
        parts.append((_LAST_KEY, cbor.encode(key)))
    return cbor.table(parts)


def attributes(found: Item | None, table: str, arguments: Arguments, catalogue: Catalogue) -> bytes:
    """What a write returns."""
    if not found:
        return NOTHING
    if arguments.named["ReturnValues"].startswith("UPDATED"):
        names = tuple(sorted(found))
        changed = cbor.table([(place, values.encode_value(found[name])) for place, name in enumerate(names)])
        return cbor.table([(_ATTRIBUTES, cbor.encode(cbor.encode(catalogue.number(names)) + changed))])
    return cbor.table([(_ATTRIBUTES, cbor.encode(catalogue.encode(table, found)))])


def refusal(error: ClientError, tables: Sequence[str], catalogue: Catalogue) -> bytes:
    """DynamoDB's refusal; `tables` are those of a transaction's parts, in their order."""
    response: Mapping[str, Any] = error.response
    code = response["Error"]["Code"]
    numbers = _ACCESS_DENIED if code == "AccessDeniedException" else (*_REFUSED, _NUMBERS.get(code, 47))
    metadata = response.get("ResponseMetadata", {})
    told = [metadata.get("RequestId", ""), code, metadata.get("HTTPStatusCode", 400)]
    reasons = [
        field
        for reason, table in zip(response.get("CancellationReasons", []), tables, strict=False)
        for field in (reason.get("Code", "None"), reason.get("Message"), _obstacle(reason, table, catalogue))
    ]
    return (
        cbor.encode(list(numbers))
        + cbor.encode(response["Error"].get("Message", ""))
        + cbor.encode([*told, reasons] if reasons else told)
    )


def not_authorized(message: str) -> bytes:
    """The refusal of a caller who may not use the cluster."""
    told = ["", "AccessDeniedException", 400]
    return cbor.encode(list(_ACCESS_DENIED)) + cbor.encode(message) + cbor.encode(told)


def _obstacle(reason: Mapping[str, Any], table: str, catalogue: Catalogue) -> bytes | None:
    return catalogue.encode(table, reason["Item"]) if "Item" in reason else None
