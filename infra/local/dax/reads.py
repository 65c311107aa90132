"""Reads: from a cache unless they are consistent, from DynamoDB otherwise.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.concepts.html
"""

from infra.local.dax import answers, arguments, cbor, values
from infra.local.dax.arguments import Arguments
from infra.local.dax.cbor import Decoder
from infra.local.dax.node import Node


def get(node: Node, sent: Decoder) -> bytes:
    """GetItem. That there is no item is kept too."""
    table, key = sent.decode().decode(), sent.decode()
    asked = arguments.read(sent.decode(), table, node.catalogue)
    hit = None if asked.is_consistent else node.items.get((table, key))
    node.counts.read(hit=hit is not None)
    if hit is not None:
        return answers.item(hit.value, table, asked, node.catalogue)
    generation = node.items.generation
    answer = node.dynamodb.get_item(TableName=table, Key=node.key(table, key), ConsistentRead=asked.is_consistent)
    found = answer.get("Item")
    if not asked.is_consistent:
        node.items.keep((table, key), found, generation)
    return answers.item(found, table, asked, node.catalogue)


def query(node: Node, sent: Decoder) -> bytes:
    """Query."""
    table, condition = sent.decode().decode(), sent.decode()
    asked = arguments.read(sent.decode(), table, node.catalogue)
    asked.expressions.condition("KeyConditionExpression", condition)
    return _page(node, "query", table, asked)


def scan(node: Node, sent: Decoder) -> bytes:
    """Scan."""
    table = sent.decode().decode()
    return _page(node, "scan", table, arguments.read(sent.decode(), table, node.catalogue))


def _page(node: Node, operation: str, table: str, asked: Arguments) -> bytes:
    request = {"TableName": table, **asked.all()}
    name = f"{operation} {sorted(request.items())}"
    hit = None if asked.is_consistent else node.queries.get(name)
    node.counts.read(hit=hit is not None)
    if hit is not None:
        return answers.page(hit.value, table, asked, node.catalogue)
    found = getattr(node.dynamodb, operation)(**request)
    if not asked.is_consistent:
        # No write drops it: a query's answer is as old as its time to live allows.
        node.queries.keep(name, found, node.queries.generation)
    return answers.page(found, table, asked, node.catalogue)


def batch_get(node: Node, sent: Decoder) -> bytes:
    """BatchGetItem, past the caches."""
    asked: dict[str, Arguments] = {}
    request = {}
    by_table, _ = sent.decode(), sent.decode()
    for table, (consistent, projection, keys) in by_table.items():
        given = {arguments.PROJECTION: projection} if projection else {}
        asked[table] = arguments.read(given, table, node.catalogue)
        request[table] = {"ConsistentRead": consistent, "Keys": [node.key(table, key) for key in keys]}
    node.counts.read(hit=False)
    answer = node.dynamodb.batch_get_item(RequestItems=request)
    responses = []
    for table, each in asked.items():
        items = answer["Responses"].get(table, [])
        if each.expressions.paths:
            encoded = [answers.projected(item, each) for item in items]
        else:
            encoded = [part for item in items for part in answers.with_key(item, table, node.catalogue)]
        responses.append((table, cbor.array(*encoded)))
    left = {
        table: [values.encode_key(key, node.catalogue.schema(table)) for key in unprocessed["Keys"]]
        for table, unprocessed in answer.get("UnprocessedKeys", {}).items()
    }
    return cbor.array(cbor.table(responses), cbor.encode(left)) + cbor.array()
