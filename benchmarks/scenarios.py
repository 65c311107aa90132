"""What every contestant is asked: requests as API Gateway's REST proxy hands them over, and what is to come back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.items import KEY, MEDIA_ID, OWNER, SLUG, TAG, TODO_ID, new_todo

Event = dict[str, Any]

# An id, an address or a time is each contestant's own.
MADE_UP = frozenset({"id", "url", "created_at", "updated_at"})


@dataclass(frozen=True, slots=True)
class Scenario:
    """One request. `varies` are the members of the answer that may differ; `again` asks with the ETag of the answer."""

    name: str
    event: Event
    status: int
    operation: str
    varies: frozenset[str] = frozenset()
    again: bool = False

    def same(self, body: str) -> object:
        """What of an answer's body must be alike for all."""
        if not body:
            return None
        answer: dict[str, Any] = json.loads(body)
        return {name: value for name, value in answer.items() if name not in self.varies}

    def event_after(self, headers: Mapping[str, str]) -> Event:
        """What is asked for the figures, when the first answer had these headers."""
        if not self.again:
            return self.event
        tag = next(value for name, value in headers.items() if name.lower() == "etag")
        return _with_header(self.event, "If-None-Match", tag)


def todo_event(owner: str, todo_id: str) -> Event:
    """One todo of `owner`."""
    return _event("GET", "/todos/{todo_id}", owner=owner, todo_id=todo_id)


def todos_event(owner: str, **query: str) -> Event:
    """A page of `owner`'s todos."""
    return _event("GET", "/todos", owner=owner, query=query)


def _event(
    method: str,
    resource: str,
    *,
    owner: str = OWNER,
    query: Mapping[str, str] | None = None,
    body: object = None,
    **names: str,
) -> Event:
    path = resource.format(**names)
    headers = {"Host": "api.example.test", "Accept": "application/json", "X-Forwarded-Port": "443"}
    if body is not None:
        headers["Content-Type"] = "application/json"
    return {
        "resource": resource,
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": query,
        "multiValueQueryStringParameters": {name: [value] for name, value in query.items()} if query else None,
        "pathParameters": names or None,
        "stageVariables": None,
        "requestContext": {
            "resourceId": "abc123",
            "resourcePath": resource,
            "httpMethod": method,
            "path": f"/api{path}",
            "stage": "api",
            "requestId": "00000000-0000-0000-0000-000000000000",
            "identity": {"sourceIp": "192.0.2.1", "userAgent": "bench"},
            "authorizer": {"claims": {"sub": owner, "token_use": "id"}},
        },
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
    }


def _with_header(event: Event, name: str, value: str) -> Event:
    headers = {**event["headers"], name: value}
    return {**event, "headers": headers, "multiValueHeaders": {name: [value] for name, value in headers.items()}}


GET = Scenario("warm GET of one todo", _event("GET", "/todos/{todo_id}", todo_id=TODO_ID), 200, "GetItem")
LIST = Scenario("warm list of 20", _event("GET", "/todos", query={"limit": "20"}), 200, "Query")
POST = Scenario("warm POST of a todo", _event("POST", "/todos", body=new_todo()), 201, "PutItem", MADE_UP)
KEYED = Scenario(
    "warm POST with a key", _with_header(POST.event, "Idempotency-Key", KEY), 201, "TransactWriteItems", MADE_UP
)
READ = Scenario("warm post by slug", _event("GET", "/posts/{slug}", slug=SLUG), 200, "GetItem")
REREAD = Scenario("warm post unchanged, 304", READ.event, 304, "GetItem", again=True)

WRITES = (POST, KEYED)
WARM = (GET, LIST, POST, KEYED, READ, REREAD)

_PHOTO = Scenario("GET of one photo", _event("GET", "/media/{media_id}", media_id=MEDIA_ID), 200, "GetItem")
_TAGGED = Scenario("list of a tag", _event("GET", "/posts", query={"tag": TAG, "limit": "5"}), 200, "Query")
# Each reads another table, and so makes another model's connection where models do not share one.
FOUR_TABLES = (GET, READ, _PHOTO, _TAGGED)
ALL = (*WARM, _PHOTO, _TAGGED)
