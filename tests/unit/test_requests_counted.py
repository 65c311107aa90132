"""What each route costs: one request to DynamoDB for a read, one write or one transaction for a write, never a Scan."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from app import blueprints
from chalicelib import clock
from tests.support.api import Answered, Api
from tests.support.seam import Recorder, dynamodb_behind

Call = Callable[[Api, dict[str, Any]], Answered]
# operation, the call, its status, what it asks of DynamoDB
Row = tuple[str, Call, int, list[str]]

PHOTO = {"name": "a.png", "content_type": "image/png", "size": 5}

ROUTES: list[Row] = [
    ("list_todos", lambda api, _: api.get("/todos"), 200, ["Query"]),
    ("list_todos", lambda api, _: api.get("/todos?state=open&limit=1"), 200, ["Query"]),
    ("list_todos", lambda api, _: api.get("/todos?sort=due"), 200, ["Query"]),
    ("list_todos", lambda api, _: api.get("/todos?cursor=changed"), 400, []),
    ("create_todo", lambda api, _: api.post("/todos", {"title": "a"}), 201, ["PutItem"]),
    (
        "create_todo",
        lambda api, _: api.post("/todos", {"title": "a"}, idempotency_key="n"),
        201,
        ["TransactWriteItems"],
    ),
    (
        "create_todo",
        lambda api, _: api.post("/todos", {"title": "t"}, idempotency_key="k"),
        201,
        ["TransactWriteItems"],
    ),
    ("create_todo", lambda api, _: api.post("/todos", {"title": ""}), 400, []),
    ("clear_todos", lambda api, _: api.delete("/todos?state=all"), 200, ["Query", "TransactWriteItems"]),
    ("clear_todos", lambda api, _: api.delete("/todos?state=done"), 200, ["Query"]),
    ("get_todo", lambda api, a: api.get(a["todo"]), 200, ["GetItem"]),
    ("get_todo", lambda api, a: api.get(a["plain"], if_none_match="*"), 304, ["GetItem"]),
    ("get_todo", lambda api, _: api.get("/todos/nothing"), 404, []),
    ("change_todo", lambda api, a: api.patch(a["todo"], {"title": "b"}), 200, ["UpdateItem"]),
    ("change_todo", lambda api, a: api.patch(a["todo"], {}, idempotency_key="k"), 200, ["UpdateItem"]),
    ("change_todo", lambda api, a: api.patch(a["todo"], {}, if_match='"9"'), 412, ["UpdateItem"]),
    ("change_todo", lambda api, a: api.patch(a["absent"], {}), 404, ["UpdateItem"]),
    ("delete_todo", lambda api, a: api.delete(a["todo"]), 204, ["UpdateItem"]),
    ("delete_todo", lambda api, a: api.delete(a["todo"], if_match='"9"'), 412, ["UpdateItem"]),
    ("restore_todo", lambda api, a: api.post(f"{a['trashed']}/restore"), 200, ["UpdateItem"]),
    ("restore_todo", lambda api, a: api.post(f"{a['todo']}/restore"), 200, ["UpdateItem"]),
    ("attach_photo", lambda api, a: api.post(f"{a['todo']}/attachments", a["new"]), 201, ["TransactWriteItems"]),
    ("attach_photo", lambda api, a: api.post(f"{a['todo']}/attachments", a["there"]), 201, ["TransactWriteItems"]),
    ("attach_photo", lambda api, a: api.post(f"{a['todo']}/attachments", a["foreign"]), 403, []),
    ("detach_photo", lambda api, a: api.delete(a["attachment"]), 204, ["TransactWriteItems"]),
    ("list_media", lambda api, _: api.get("/media"), 200, ["Query"]),
    ("get_media", lambda api, a: api.get(a["media"]), 200, ["GetItem"]),
    ("get_media", lambda api, _: api.get("/media/nothing"), 404, []),
    ("health", lambda api, _: api.get("/health"), 200, []),
    ("openapi_document", lambda api, _: api.get("/openapi.json"), 200, []),
    ("list_posts", lambda api, _: api.get("/posts"), 200, ["Query"]),
    ("list_posts", lambda api, _: api.get("/posts?tag=tea"), 200, ["Query"]),
    ("get_post", lambda api, _: api.get("/posts/shown"), 200, ["GetItem"]),
    ("get_post", lambda api, _: api.get("/posts/Nothing"), 404, []),
    ("get_feed", lambda api, _: api.get("/feed.atom"), 200, ["Query"]),
    ("create_post", lambda api, _: api.post("/posts", {"title": "new"}), 201, ["PutItem"]),
    (
        "create_post",
        lambda api, _: api.post("/posts", {"title": "n"}, idempotency_key="n"),
        201,
        ["TransactWriteItems"],
    ),
    ("list_own_posts", lambda api, _: api.get("/me/posts"), 200, ["Query"]),
    ("get_own_post", lambda api, _: api.get("/me/posts/shown"), 200, ["GetItem"]),
    ("change_post", lambda api, _: api.patch("/posts/shown", {"title": "b"}), 200, ["UpdateItem"]),
    # A publication is made of the draft as it stands, so it is read first.
    ("publish_post", lambda api, _: api.post("/posts/draft/publish"), 200, ["GetItem", "TransactWriteItems"]),
    ("unpublish_post", lambda api, _: api.post("/posts/shown/unpublish"), 200, ["GetItem", "TransactWriteItems"]),
    ("delete_post", lambda api, _: api.delete("/posts/shown"), 204, ["GetItem", "TransactWriteItems"]),
]


@pytest.fixture
def author(anonymous: Api) -> Api:
    return anonymous.as_person("6f1a7c1e-0000-4000-8000-00000000ada0", "authors")


@pytest.fixture
def addresses(author: Api) -> dict[str, Any]:
    """One of everything, and where it is."""
    todo, plain, trashed = (f"/todos/{author.post('/todos', {'title': title}).json()['id']}" for title in "abc")
    author.delete(trashed)
    author.post("/todos", {"title": "t"}, idempotency_key="k")
    author.post("/posts", {"title": "shown", "tags": ["tea"]})
    author.post("/posts/shown/publish")
    author.post("/posts", {"title": "draft", "tags": ["tea", "cups"]})
    new, there = (clock.new_id() for _ in range(2))
    prefix = f"users/{author.sub}"
    author.post(f"{todo}/attachments", {"key": f"{prefix}/{there}", **PHOTO})
    return {
        "todo": todo,
        "plain": plain,
        "trashed": trashed,
        "absent": f"/todos/{'0' * 26}",
        "new": {"key": f"{prefix}/{new}", **PHOTO},
        "there": {"key": f"{prefix}/{there}", **PHOTO},
        "foreign": {"key": f"users/bob/{new}", **PHOTO},
        "attachment": f"{todo}/attachments/{there}",
        "media": f"/media/{there}",
    }


@pytest.mark.parametrize("row", ROUTES, ids=lambda row: f"{row[0]}-{row[2]}")
def test_a_request_costs_what_it_must_and_no_more(row: Row, author: Api, addresses: dict[str, Any]) -> None:
    _, call, status, expected = row
    with dynamodb_behind(Recorder) as database:
        answered = call(author, addresses)
    assert (answered.status, database.operations) == (status, expected)


def test_every_route_has_a_row() -> None:
    assert {name for name, *_ in ROUTES} == {endpoint.name for routes in blueprints for endpoint in routes.endpoints}


def test_every_private_key_starts_with_its_owner(author: Api, addresses: dict[str, Any]) -> None:
    # given every call to a route of todos and photos, which nobody shares
    with dynamodb_behind(Recorder) as database:
        for name, call, *_ in ROUTES:
            if "todo" in name or "media" in name or "photo" in name:
                call(author, addresses)
    # then each request names the caller, in the key of the table or of the index
    assert len(database.calls) > 20
    assert [operation for operation, request in database.calls if str(author.sub) not in json.dumps(request)] == []
