"""Powertools' resolver and tracer over boto3's resource."""

from aws_lambda_powertools import Tracer
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from common import etag, limit_of, log
from tables import get, listed

tracer = Tracer(service="peer")
resolver = APIGatewayRestResolver()


def owner():
    return resolver.current_event.request_context.authorizer.claims["sub"]


@resolver.get("/todos/<todo_id>")
def get_todo(todo_id):
    todo = get(owner(), todo_id)
    log("GET", "/todos/{todo_id}", 200 if todo else 404)
    return Response(200, "application/json", todo, {"ETag": etag(todo)}) if todo else ({}, 404)


@resolver.get("/todos")
def list_todos():
    log("GET", "/todos", 200)
    return listed(owner(), limit_of(resolver.current_event.get_query_string_value("limit")))


@tracer.capture_lambda_handler(capture_response=False)
def app(event, context):
    return resolver.resolve(event, context)
