"""Chalice, PynamoDB and the X-Ray SDK, as their documentation shows."""

import os

from aws_xray_sdk.core import patch
from chalice import Chalice, CognitoUserPoolAuthorizer, NotFoundError, Response
from common import etag, limit_of, log, shape
from pynamodb.attributes import (
    BooleanAttribute,
    ListAttribute,
    MapAttribute,
    NumberAttribute,
    UnicodeAttribute,
    VersionAttribute,
)
from pynamodb.indexes import AllProjection, LocalSecondaryIndex
from pynamodb.models import Model

# By patch_all each call would have two segments, of PynamoDB and of botocore.
patch(("botocore",))
app = Chalice(app_name="stock")
authorizer = CognitoUserPoolAuthorizer("UserPool", provider_arns=[os.environ["USER_POOL_ARN"]])


class ByCreated(LocalSecondaryIndex):
    class Meta:
        index_name = "by_created"
        projection = AllProjection()

    user_id = UnicodeAttribute(hash_key=True)
    live_id = UnicodeAttribute(range_key=True)


class Todo(Model):
    class Meta:
        table_name = os.environ["TODOS_TABLE"]
        region = os.environ["AWS_REGION"]
        host = os.environ["AWS_ENDPOINT_URL"]

    user_id = UnicodeAttribute(hash_key=True)
    todo_id = UnicodeAttribute(range_key=True)
    by_created = ByCreated()
    live_id = UnicodeAttribute(null=True)
    user_state = UnicodeAttribute(null=True)
    title = UnicodeAttribute()
    notes = UnicodeAttribute(default="")
    completed = BooleanAttribute(default=False)
    order = NumberAttribute(null=True)
    due_at = UnicodeAttribute(null=True)
    tags = ListAttribute(of=UnicodeAttribute, default=list)
    attachments = MapAttribute(default=dict)
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    version = VersionAttribute()


def owner():
    return app.current_request.context["authorizer"]["claims"]["sub"]


def shaped(todo):
    return shape(todo.attribute_values, os.environ["API_URL"])


@app.route("/todos/{todo_id}", authorizer=authorizer)
def get_todo(todo_id):
    try:
        todo = shaped(Todo.get(owner(), todo_id, consistent_read=True))
    except Todo.DoesNotExist as error:
        raise NotFoundError("There is no such todo.") from error
    log("GET", "/todos/{todo_id}", 200)
    return Response(todo, {"ETag": etag(todo)})


@app.route("/todos", authorizer=authorizer)
def list_todos():
    limit = limit_of((app.current_request.query_params or {}).get("limit"))
    found = Todo.by_created.query(owner(), consistent_read=True, limit=limit)
    items = [shaped(todo) for todo in found]
    log("GET", "/todos", 200)
    return {"items": items, "next": None if found.last_evaluated_key is None else "more"}
