"""Chalice, PynamoDB and the X-Ray SDK, as their documentation shows."""

import os
import time
from functools import cache

from aws_xray_sdk.core import patch
from chalice import BadRequestError, Chalice, CognitoUserPoolAuthorizer, NotFoundError, Response
from common import (
    TRACED,
    Invalid,
    checked,
    content_tag,
    etag,
    ledger_row,
    limit_of,
    log,
    new_item,
    shape,
    shape_photo,
    shape_post,
    summary,
)
from models import LedgerRow, Media, Post, PostTag, Todo
from pynamodb.connection import Connection
from pynamodb.constants import ALL_OLD
from pynamodb.transactions import TransactWrite
from tracing import traced

if TRACED:
    # By patch_all each call would have two segments, of PynamoDB and of botocore.
    patch(("botocore",))
app = Chalice(app_name="stock")
authorizer = CognitoUserPoolAuthorizer("UserPool", provider_arns=[os.environ["USER_POOL_ARN"]])


@cache
def connection():
    return Connection(region=os.environ["AWS_REGION"], host=os.environ["AWS_ENDPOINT_URL"])


def owner():
    return app.current_request.context["authorizer"]["claims"]["sub"]


def query():
    return app.current_request.query_params or {}


@app.route("/todos/{todo_id}", authorizer=authorizer)
@traced("GET /todos/{todo_id}")
def get_todo(todo_id):
    try:
        todo = shape(Todo.get(owner(), todo_id, consistent_read=True).attribute_values)
    except Todo.DoesNotExist as error:
        raise NotFoundError("There is no such todo.") from error
    log("GET", "/todos/{todo_id}", 200)
    return Response(todo, {"ETag": etag(todo)})


@app.route("/todos", authorizer=authorizer)
@traced("GET /todos")
def list_todos():
    found = Todo.by_created.query(owner(), consistent_read=True, limit=limit_of(query().get("limit")))
    items = [shape(todo.attribute_values) for todo in found]
    log("GET", "/todos", 200)
    return {"items": items, "next": None if found.last_evaluated_key is None else "more"}


@app.route("/todos", methods=["POST"], authorizer=authorizer)
@traced("POST /todos")
def create_todo():
    try:
        new = checked(app.current_request.json_body)
    except Invalid as error:
        raise BadRequestError(str(error)) from error
    todo, absent = Todo(**new_item(owner(), new)), Todo.todo_id.does_not_exist()
    key = app.current_request.headers.get("idempotency-key")
    if key is None:
        todo.save(absent)
    else:
        row = LedgerRow(**ledger_row(owner(), key, new, {**todo.serialize(), "version": {"N": "1"}}))
        forgotten = LedgerRow.caller_key.does_not_exist() | (LedgerRow.expires_at <= int(time.time()))
        with TransactWrite(connection=connection()) as transaction:
            transaction.save(row, condition=forgotten, return_values=ALL_OLD)
            transaction.save(todo, condition=absent)
    shaped = shape({"version": 1, **todo.attribute_values})
    log("POST", "/todos", 201)
    return Response(shaped, {"Location": shaped["url"], "ETag": etag(shaped)}, 201)


@app.route("/media/{media_id}", authorizer=authorizer)
@traced("GET /media/{media_id}")
def get_photo(media_id):
    try:
        photo = shape_photo(Media.get(owner(), media_id, consistent_read=True).attribute_values)
    except Media.DoesNotExist as error:
        raise NotFoundError("There is no such photo.") from error
    log("GET", "/media/{media_id}", 200)
    return photo


@app.route("/posts/{slug}")
@traced("GET /posts/{slug}")
def get_post(slug):
    try:
        post = Post.get(slug)
    except Post.DoesNotExist as error:
        raise NotFoundError("There is no such post.") from error
    if post.feed is None:
        raise NotFoundError("There is no such post.")
    return public("/posts/{slug}", shape_post(post.attribute_values))


@app.route("/posts")
@traced("GET /posts")
def list_posts():
    found = PostTag.query(query()["tag"], scan_index_forward=False, limit=limit_of(query().get("limit")))
    items = [summary(row.attribute_values) for row in found]
    return public("/posts", {"items": items, "next": None if found.last_evaluated_key is None else "more"})


def public(route, body):
    tag = content_tag(body)
    unchanged = app.current_request.headers.get("if-none-match") == tag
    log("GET", route, 304 if unchanged else 200)
    return Response("" if unchanged else body, {"ETag": tag}, 304 if unchanged else 200)
