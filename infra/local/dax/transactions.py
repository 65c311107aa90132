"""Transactions: past the caches, which forget what was written."""

from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from infra.local.dax import answers, arguments, cbor
from infra.local.dax.cbor import Decoder
from infra.local.dax.node import Node
from infra.local.dax.writes import changing

_KINDS = {2: "Put", 7: "Delete", 9: "Update", 12: "ConditionCheck"}
_ALL_OLD = 2


class Cancelled(Exception):  # noqa: N818 - DynamoDB's own name for it
    """A transaction was refused; `tables` are those of its parts."""

    def __init__(self, refusal: ClientError, tables: list[str]) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal
        self.tables = tables


def get(node: Node, sent: Decoder) -> bytes:
    """TransactGetItems."""
    tables, keys, projections = [name.decode() for name in sent.decode()], sent.decode(), sent.decode()
    sent.decode()
    asked = [
        arguments.read({arguments.PROJECTION: projection} if projection else {}, table, node.catalogue)
        for table, projection in zip(tables, projections or [None] * len(tables), strict=True)
    ]
    node.counts.read(hit=False)
    parts = [
        {"Get": {"TableName": table, "Key": node.key(table, key)}} for table, key in zip(tables, keys, strict=True)
    ]
    try:
        found = node.dynamodb.transact_get_items(TransactItems=parts)["Responses"]
    except ClientError as refusal:
        raise Cancelled(refusal, tables) from refusal
    items = []
    for table, each, response in zip(tables, asked, found, strict=True):
        if "Item" not in response:
            items.append(answers.NOTHING)
        elif each.expressions.paths:
            items.append(answers.projected(response["Item"], each))
        else:
            items.append(cbor.encode(node.catalogue.encode(table, response["Item"])))
    return cbor.array(cbor.array(*items), cbor.array())


def write(node: Node, sent: Decoder) -> bytes:
    """TransactWriteItems."""
    kinds, tables, keys = sent.decode(), [name.decode() for name in sent.decode()], sent.decode()
    contents, _, on_refusal, conditions, updates = (sent.decode() for _ in range(5))
    given = sent.decode() or {}
    token = {"ClientRequestToken": given[arguments.TOKEN]} if arguments.TOKEN in given else {}
    columns = (kinds, tables, keys, contents, on_refusal, conditions, updates)
    parts = [_part(node, _Sent(*row)) for row in zip(*columns, strict=True)]
    try:
        with changing(node, zip(tables, keys, strict=True)):
            node.dynamodb.transact_write_items(TransactItems=parts, **token)
    except ClientError as refusal:
        raise Cancelled(refusal, tables) from refusal
    return cbor.array(cbor.array(), cbor.array(), cbor.table([]))


class _Sent(NamedTuple):
    """One part of a transaction; an update or a delete has no content."""

    kind: int
    table: str
    key: bytes
    content: bytes | None
    on_refusal: int
    condition: bytes | None
    update: bytes | None


def _part(node: Node, sent: _Sent) -> dict[str, Any]:
    given = {arguments.CONDITION: sent.condition, arguments.UPDATE: sent.update}
    asked = arguments.read({number: each for number, each in given.items() if each}, sent.table, node.catalogue)
    key = node.key(sent.table, sent.key)
    what = {"Key": key} if sent.content is None else {"Item": {**key, **node.catalogue.decode(sent.content)}}
    told = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"} if sent.on_refusal == _ALL_OLD else {}
    return {_KINDS[sent.kind]: {"TableName": sent.table, **what, **asked.all(), **told}}
