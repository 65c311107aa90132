"""Writes: through to DynamoDB, and then the item cache has the item or forgets it; the query cache never hears of them.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.concepts.html#DAX.concepts.item-cache
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from infra.local.dax import answers, arguments, cbor, values
from infra.local.dax.cbor import Decoder
from infra.local.dax.node import Node

Place = tuple[str, bytes]


@contextmanager
def changing(node: Node, places: Iterable[Place]) -> Iterator[None]:
    """Forget items that are being changed, even if that fails: then nobody knows what stands there."""
    node.counts.write()
    try:
        yield
    finally:
        for place in places:
            node.items.forget(place)


def put(node: Node, sent: Decoder) -> bytes:
    """PutItem; the item cache has the item afterwards."""
    table, key, content = sent.decode().decode(), sent.decode(), sent.decode()
    asked = arguments.read(sent.decode(), table, node.catalogue)
    item = {**node.key(table, key), **node.catalogue.decode(content)}
    generation = node.items.generation
    with changing(node, [(table, key)]):
        answer = node.dynamodb.put_item(TableName=table, Item=item, **asked.all())
    # One later: forgetting was ours.
    node.items.write((table, key), item, generation + 1)
    return answers.attributes(answer.get("Attributes"), table, asked, node.catalogue)


def update(node: Node, sent: Decoder) -> bytes:
    """UpdateItem."""
    return _change(node, "update_item", sent)


def delete(node: Node, sent: Decoder) -> bytes:
    """DeleteItem."""
    return _change(node, "delete_item", sent)


def _change(node: Node, operation: str, sent: Decoder) -> bytes:
    table, key = sent.decode().decode(), sent.decode()
    asked = arguments.read(sent.decode(), table, node.catalogue)
    with changing(node, [(table, key)]):
        answer = getattr(node.dynamodb, operation)(TableName=table, Key=node.key(table, key), **asked.all())
    return answers.attributes(answer.get("Attributes"), table, asked, node.catalogue)


def batch_write(node: Node, sent: Decoder) -> bytes:
    """BatchWriteItem."""
    request: dict[str, list[dict[str, Any]]] = {}
    places: list[Place] = []
    by_table, _ = sent.decode(), sent.decode()
    for table, parts in by_table.items():
        request[table] = []
        for key, content in zip(parts[::2], parts[1::2], strict=True):
            places.append((table, key))
            item = node.key(table, key)
            if content is None:
                request[table].append({"DeleteRequest": {"Key": item}})
            else:
                request[table].append({"PutRequest": {"Item": {**item, **node.catalogue.decode(content)}}})
    with changing(node, places):
        answer = node.dynamodb.batch_write_item(RequestItems=request)
    left = [(table, _unwritten(node, table, parts)) for table, parts in answer.get("UnprocessedItems", {}).items()]
    return cbor.table(left) + cbor.array() + cbor.table([])


def _unwritten(node: Node, table: str, parts: list[dict[str, Any]]) -> bytes:
    encoded: list[bytes] = []
    for part in parts:
        if "PutRequest" in part:
            encoded += answers.with_key(part["PutRequest"]["Item"], table, node.catalogue)
        else:
            key = values.encode_key(part["DeleteRequest"]["Key"], node.catalogue.schema(table))
            encoded += [cbor.encode(key), answers.NOTHING]
    return cbor.array(*encoded)
