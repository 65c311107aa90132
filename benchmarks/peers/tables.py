"""What the peers over boto3's resource read."""

import os

import boto3
from boto3.dynamodb.conditions import Key
from common import shape

table = boto3.resource("dynamodb").Table(os.environ["TODOS_TABLE"])


def get(owner, todo_id):
    """One todo, or None."""
    found = table.get_item(Key={"user_id": owner, "todo_id": todo_id}, ConsistentRead=True)
    return shape(found["Item"], os.environ["API_URL"]) if "Item" in found else None


def listed(owner, limit):
    """A page of todos."""
    found = table.query(
        IndexName="by_created", KeyConditionExpression=Key("user_id").eq(owner), ConsistentRead=True, Limit=limit
    )
    more = "more" if "LastEvaluatedKey" in found else None
    return {"items": [shape(item, os.environ["API_URL"]) for item in found["Items"]], "next": more}
