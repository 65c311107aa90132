"""Powertools' resolver and tracer over boto3's resource."""

import os

from common import TRACED, Invalid, checked, content_tag, etag, header, limit_of, log

if not TRACED:
    os.environ["POWERTOOLS_TRACE_DISABLED"] = "true"

from aws_lambda_powertools import Tracer
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from tables import created, get, listed, photo, post, tagged

JSON = "application/json"
tracer = Tracer(service="peer")
resolver = APIGatewayRestResolver()


def owner():
    return resolver.current_event.request_context.authorizer.claims["sub"]


def query(name):
    return resolver.current_event.get_query_string_value(name)


@resolver.get("/todos/<todo_id>")
def get_todo(todo_id):
    todo = get(owner(), todo_id)
    log("GET", "/todos/{todo_id}", 200 if todo else 404)
    return Response(200, JSON, todo, {"ETag": etag(todo)}) if todo else ({}, 404)


@resolver.get("/todos")
def list_todos():
    log("GET", "/todos", 200)
    return listed(owner(), limit_of(query("limit")))


@resolver.post("/todos")
def create_todo():
    todo = created(
        owner(), checked(resolver.current_event.json_body), header(resolver.current_event, "idempotency-key")
    )
    log("POST", "/todos", 201)
    return Response(201, JSON, todo, {"Location": todo["url"], "ETag": etag(todo)})


@resolver.get("/media/<media_id>")
def get_photo(media_id):
    found = photo(owner(), media_id)
    log("GET", "/media/{media_id}", 200 if found else 404)
    return found or ({}, 404)


@resolver.get("/posts/<slug>")
def get_post(slug):
    found = post(slug)
    return public("/posts/{slug}", found) if found else ({}, 404)


@resolver.get("/posts")
def list_posts():
    return public("/posts", tagged(query("tag"), limit_of(query("limit"))))


def public(route, body):
    tag = content_tag(body)
    unchanged = header(resolver.current_event, "if-none-match") == tag
    log("GET", route, 304 if unchanged else 200)
    return Response(304, JSON, "", {"ETag": tag}) if unchanged else Response(200, JSON, body, {"ETag": tag})


@resolver.exception_handler(Invalid)
def invalid(error):
    return Response(400, JSON, {"message": str(error)})


@tracer.capture_lambda_handler(capture_response=False)
def app(event, context):
    return resolver.resolve(event, context)
