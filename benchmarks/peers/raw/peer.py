"""A handler by hand over boto3's client, with the X-Ray SDK."""

import json
import os

import boto3
from aws_xray_sdk.core import patch_all
from boto3.dynamodb.types import TypeDeserializer
from common import etag, limit_of, log, shape

patch_all()
dynamodb = boto3.client("dynamodb")
plain = TypeDeserializer().deserialize
TABLE = os.environ["TODOS_TABLE"]


def shaped(item):
    return shape({name: plain(value) for name, value in item.items()}, os.environ["API_URL"])


def get_todo(owner, todo_id):
    key = {"user_id": {"S": owner}, "todo_id": {"S": todo_id}}
    found = dynamodb.get_item(TableName=TABLE, Key=key, ConsistentRead=True)
    if "Item" not in found:
        return 404, {"message": "There is no such todo."}, {}
    todo = shaped(found["Item"])
    return 200, todo, {"ETag": etag(todo)}


def list_todos(owner, limit):
    found = dynamodb.query(
        TableName=TABLE,
        IndexName="by_created",
        KeyConditionExpression="user_id = :owner",
        ExpressionAttributeValues={":owner": {"S": owner}},
        ConsistentRead=True,
        Limit=limit,
    )
    more = "more" if "LastEvaluatedKey" in found else None
    return 200, {"items": [shaped(item) for item in found["Items"]], "next": more}, {}


def app(event, context):
    owner = event["requestContext"]["authorizer"]["claims"]["sub"]
    route = event["resource"]
    if route == "/todos/{todo_id}":
        status, body, headers = get_todo(owner, event["pathParameters"]["todo_id"])
    else:
        status, body, headers = list_todos(owner, limit_of((event["queryStringParameters"] or {}).get("limit")))
    log(event["httpMethod"], route, status)
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json", **headers},
        "body": json.dumps(body, separators=(",", ":")),
    }
