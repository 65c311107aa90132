"""What the peers over boto3's resource read and write."""

import os
import time

import boto3
from boto3.dynamodb.conditions import Attr, Key
from boto3.dynamodb.types import TypeSerializer
from common import ledger_row, new_item, shape, shape_photo, shape_post, summary

dynamodb = boto3.resource("dynamodb")
todos = dynamodb.Table(os.environ["TODOS_TABLE"])
media = dynamodb.Table(os.environ["MEDIA_TABLE"])
posts = dynamodb.Table(os.environ["POSTS_TABLE"])
LEDGER = os.environ["IDEMPOTENCY_TABLE"]
to_wire = TypeSerializer().serialize
post_tags = dynamodb.Table(os.environ["POST_TAGS_TABLE"])


def get(owner, todo_id):
    """One todo, or None."""
    found = todos.get_item(Key={"user_id": owner, "todo_id": todo_id}, ConsistentRead=True)
    return shape(found["Item"]) if "Item" in found else None


def listed(owner, limit):
    """A page of todos."""
    found = todos.query(
        IndexName="by_created", KeyConditionExpression=Key("user_id").eq(owner), ConsistentRead=True, Limit=limit
    )
    more = "more" if "LastEvaluatedKey" in found else None
    return {"items": [shape(item) for item in found["Items"]], "next": more}


def created(owner, todo, key=None):
    """A new todo; with an Idempotency-Key it and the key's row, or neither."""
    item = {**new_item(owner, todo), "version": 1}
    if key is None:
        todos.put_item(Item=item, ConditionExpression=Attr("todo_id").not_exists())
        return shape(item)
    row = ledger_row(owner, key, todo, {name: to_wire(value) for name, value in item.items()})
    # The resource's own client takes plain values, as its tables do.
    dynamodb.meta.client.transact_write_items(
        TransactItems=[
            {
                "Put": {
                    "TableName": LEDGER,
                    "Item": row,
                    "ConditionExpression": "attribute_not_exists(caller_key) OR expires_at <= :now",
                    "ExpressionAttributeValues": {":now": int(time.time())},
                    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                }
            },
            {
                "Put": {
                    "TableName": todos.name,
                    "Item": item,
                    "ConditionExpression": "attribute_not_exists(todo_id)",
                }
            },
        ]
    )
    return shape(item)


def photo(owner, media_id):
    """One photo, or None."""
    found = media.get_item(Key={"owner_id": owner, "media_id": media_id}, ConsistentRead=True)
    return shape_photo(found["Item"]) if "Item" in found else None


def post(slug):
    """One published post, or None."""
    found = posts.get_item(Key={"slug": slug})
    return shape_post(found["Item"]) if "feed" in found.get("Item", {}) else None


def tagged(tag, limit):
    """A page of the published posts of a tag, the newest first."""
    found = post_tags.query(KeyConditionExpression=Key("tag").eq(tag), ScanIndexForward=False, Limit=limit)
    more = "more" if "LastEvaluatedKey" in found else None
    return {"items": [summary(item) for item in found["Items"]], "next": more}
