"""A handler by hand over boto3's client, with the X-Ray SDK."""

import json
import os
import time

import boto3
from aws_xray_sdk.core import patch_all, xray_recorder
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from common import (
    TRACED,
    Invalid,
    checked,
    content_tag,
    etag,
    header,
    ledger_row,
    limit_of,
    log,
    new_item,
    shape,
    shape_photo,
    shape_post,
    summary,
)
from tracing import traced

if TRACED:
    patch_all()
dynamodb = boto3.client("dynamodb")
read_post = dynamodb.get_item
if "DAX_ENDPOINT" in os.environ:
    import amazondax

    # The SDK patches botocore's clients alone.
    read_post = xray_recorder.capture("dax")(
        amazondax.AmazonDaxClient(endpoint_url=os.environ["DAX_ENDPOINT"]).get_item
    )
from_wire, to_wire = TypeDeserializer().deserialize, TypeSerializer().serialize
TODOS, MEDIA = os.environ["TODOS_TABLE"], os.environ["MEDIA_TABLE"]
LEDGER = os.environ["IDEMPOTENCY_TABLE"]
POSTS, POST_TAGS = os.environ["POSTS_TABLE"], os.environ["POST_TAGS_TABLE"]
NOTHING = 404, {"message": "There is no such thing."}, {}


def plain(item):
    return {name: from_wire(value) for name, value in item.items()}


def wire(item):
    return {name: to_wire(value) for name, value in item.items()}


def owner_of(event):
    return event["requestContext"]["authorizer"]["claims"]["sub"]


def query_of(event):
    return event["queryStringParameters"] or {}


@traced("GET /todos/{todo_id}")
def get_todo(event):
    key = {"user_id": {"S": owner_of(event)}, "todo_id": {"S": event["pathParameters"]["todo_id"]}}
    found = dynamodb.get_item(TableName=TODOS, Key=key, ConsistentRead=True)
    if "Item" not in found:
        return NOTHING
    todo = shape(plain(found["Item"]))
    return 200, todo, {"ETag": etag(todo)}


@traced("GET /todos")
def list_todos(event):
    found = dynamodb.query(
        TableName=TODOS,
        IndexName="by_created",
        KeyConditionExpression="user_id = :owner",
        ExpressionAttributeValues={":owner": {"S": owner_of(event)}},
        ConsistentRead=True,
        Limit=limit_of(query_of(event).get("limit")),
    )
    more = "more" if "LastEvaluatedKey" in found else None
    return 200, {"items": [shape(plain(item)) for item in found["Items"]], "next": more}, {}


@traced("POST /todos")
def create_todo(event):
    asked, key = checked(json.loads(event["body"])), header(event, "idempotency-key")
    item = {**new_item(owner_of(event), asked), "version": 1}
    put = {"TableName": TODOS, "Item": wire(item), "ConditionExpression": "attribute_not_exists(todo_id)"}
    if key is None:
        dynamodb.put_item(**put)
    else:
        row = {
            "TableName": LEDGER,
            "Item": wire(ledger_row(owner_of(event), key, asked, put["Item"])),
            "ConditionExpression": "attribute_not_exists(caller_key) OR expires_at <= :now",
            "ExpressionAttributeValues": {":now": {"N": str(int(time.time()))}},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        dynamodb.transact_write_items(TransactItems=[{"Put": row}, {"Put": put}])
    todo = shape(item)
    return 201, todo, {"Location": todo["url"], "ETag": etag(todo)}


@traced("GET /media/{media_id}")
def get_photo(event):
    key = {"owner_id": {"S": owner_of(event)}, "media_id": {"S": event["pathParameters"]["media_id"]}}
    found = dynamodb.get_item(TableName=MEDIA, Key=key, ConsistentRead=True)
    return (200, shape_photo(plain(found["Item"])), {}) if "Item" in found else NOTHING


@traced("GET /posts/{slug}")
def get_post(event):
    found = read_post(TableName=POSTS, Key={"slug": {"S": event["pathParameters"]["slug"]}})
    if "feed" not in found.get("Item", {}):
        return NOTHING
    return public(event, shape_post(plain(found["Item"])))


@traced("GET /posts")
def list_posts(event):
    found = dynamodb.query(
        TableName=POST_TAGS,
        KeyConditionExpression="tag = :tag",
        ExpressionAttributeValues={":tag": {"S": query_of(event)["tag"]}},
        ScanIndexForward=False,
        Limit=limit_of(query_of(event).get("limit")),
    )
    more = "more" if "LastEvaluatedKey" in found else None
    return public(event, {"items": [summary(plain(item)) for item in found["Items"]], "next": more})


def public(event, body):
    tag = content_tag(body)
    if header(event, "if-none-match") == tag:
        return 304, None, {"ETag": tag}
    return 200, body, {"ETag": tag}


ROUTES = {
    ("GET", "/todos/{todo_id}"): get_todo,
    ("GET", "/todos"): list_todos,
    ("POST", "/todos"): create_todo,
    ("GET", "/media/{media_id}"): get_photo,
    ("GET", "/posts/{slug}"): get_post,
    ("GET", "/posts"): list_posts,
}


def app(event, context):
    method, route = event["httpMethod"], event["resource"]
    try:
        status, body, headers = ROUTES[method, route](event)
    except (Invalid, json.JSONDecodeError) as error:
        status, body, headers = 400, {"message": str(error)}, {}
    log(method, route, status)
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json", **headers},
        "body": "" if body is None else json.dumps(body, separators=(",", ":")),
    }
