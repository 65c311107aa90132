"""The API's private routes, from its own description, and how to call each."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from chalicelib import clock

DOCUMENT = json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_text(encoding="utf-8"))
# A body that fits, for each type that a private route takes.
BODIES: Mapping[str, dict[str, Any]] = {
    "NewTodo": {"title": "t"},
    "TodoChanges": {"title": "changed by a stranger"},
    "NewAttachment": {"key": f"users/nobody/{'0' * 26}", "name": "a.png", "content_type": "image/png", "size": 5},
    "NewPost": {"title": "A post of my own"},
    "DraftChanges": {"title": "changed by a stranger"},
    "Publication": {},
}


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    body: dict[str, Any] | None
    queries: tuple[str, ...]

    @property
    def ids(self) -> list[str]:
        return re.findall(r"{(\w+)}", self.path)

    @property
    def usual_query(self) -> dict[str, str]:
        return {"state": "all"} if (self.method, self.path) == ("DELETE", "/todos") else {}


def private_routes() -> Iterator[Route]:
    for path, operations in DOCUMENT["paths"].items():
        for method, operation in operations.items():
            if operation["security"]:
                queries = tuple(each["name"] for each in operation["parameters"] if each["in"] == "query")
                yield Route(method.upper(), path, body_of(operation), queries)


def body_of(operation: Mapping[str, Any]) -> dict[str, Any] | None:
    if "requestBody" not in operation:
        return None
    schema = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    return BODIES[schema.rpartition("/")[2]]


PRIVATE = list(private_routes())
WITH_IDS = [route for route in PRIVATE if route.ids]
WITH_CURSOR = [route for route in PRIVATE if "cursor" in route.queries]
by_name = {"ids": lambda route: f"{route.method} {route.path}"}


def absent() -> dict[str, str]:
    return {"todo_id": clock.new_id(), "media_id": clock.new_id(), "slug": f"post-{clock.new_id().lower()}"}


def call(api: httpx.Client, route: Route, ids: Mapping[str, str], **changes: Any) -> httpx.Response:
    body = None if route.body is None else {**route.body, **changes.get("body", {})}
    query = {**route.usual_query, **changes.get("query", {})}
    return api.request(route.method, route.path.format(**ids), params=query, json=body)
