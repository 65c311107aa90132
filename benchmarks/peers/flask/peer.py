"""Flask and serverless-wsgi over boto3's resource, with the X-Ray SDK."""

import serverless_wsgi
from aws_xray_sdk.core import patch_all
from common import TRACED, Invalid, checked, content_tag, etag, limit_of, log
from flask import Flask, jsonify, request
from tables import created, get, listed, photo, post, tagged
from tracing import traced

if TRACED:
    patch_all()
api = Flask(__name__)
api.json.sort_keys = False


def owner():
    return request.environ["serverless.authorizer"]["claims"]["sub"]


@api.get("/todos/<todo_id>")
@traced("GET /todos/{todo_id}")
def get_todo(todo_id):
    todo = get(owner(), todo_id)
    log("GET", "/todos/{todo_id}", 200 if todo else 404)
    return (jsonify(todo), 200, {"ETag": etag(todo)}) if todo else ("", 404)


@api.get("/todos")
@traced("GET /todos")
def list_todos():
    log("GET", "/todos", 200)
    return jsonify(listed(owner(), limit_of(request.args.get("limit"))))


@api.post("/todos")
@traced("POST /todos")
def create_todo():
    todo = created(owner(), checked(request.get_json()), request.headers.get("Idempotency-Key"))
    log("POST", "/todos", 201)
    return jsonify(todo), 201, {"Location": todo["url"], "ETag": etag(todo)}


@api.get("/media/<media_id>")
@traced("GET /media/{media_id}")
def get_photo(media_id):
    found = photo(owner(), media_id)
    log("GET", "/media/{media_id}", 200 if found else 404)
    return jsonify(found) if found else ("", 404)


@api.get("/posts/<slug>")
@traced("GET /posts/{slug}")
def get_post(slug):
    found = post(slug)
    return public("/posts/{slug}", found) if found else ("", 404)


@api.get("/posts")
@traced("GET /posts")
def list_posts():
    return public("/posts", tagged(request.args["tag"], limit_of(request.args.get("limit"))))


def public(route, body):
    tag = content_tag(body)
    unchanged = request.headers.get("If-None-Match") == tag
    log("GET", route, 304 if unchanged else 200)
    return ("", 304, {"ETag": tag}) if unchanged else (jsonify(body), 200, {"ETag": tag})


@api.errorhandler(Invalid)
def invalid(error):
    return jsonify({"message": str(error)}), 400


def app(event, context):
    return serverless_wsgi.handle_request(api, event, context)
