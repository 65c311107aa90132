"""Flask and serverless-wsgi over boto3's resource, with the X-Ray SDK."""

import serverless_wsgi
from aws_xray_sdk.core import patch_all
from common import etag, limit_of, log
from flask import Flask, jsonify, request
from tables import get, listed

patch_all()
api = Flask(__name__)
api.json.sort_keys = False


def owner():
    return request.environ["serverless.authorizer"]["claims"]["sub"]


@api.get("/todos/<todo_id>")
def get_todo(todo_id):
    todo = get(owner(), todo_id)
    log("GET", "/todos/{todo_id}", 200 if todo else 404)
    return (jsonify(todo), 200, {"ETag": etag(todo)}) if todo else ("", 404)


@api.get("/todos")
def list_todos():
    log("GET", "/todos", 200)
    return jsonify(listed(owner(), limit_of(request.args.get("limit"))))


def app(event, context):
    return serverless_wsgi.handle_request(api, event, context)
