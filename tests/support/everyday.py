"""One call of every kind that each route gets, and what it costs."""

from collections.abc import Callable
from typing import Any

from chalicelib import clock
from chalicelib.subscribers.tokens import Purpose, Token, seal
from tests.support.api import Answered, Api

Call = Callable[[Api, dict[str, Any]], Answered]
# operation, the call, its status, what it asks of DynamoDB
Row = tuple[str, Call, int, list[str]]

PHOTO = {"name": "a.png", "content_type": "image/png", "size": 5}
READER = "everyday@example.com"
ASKED = ["UpdateItem", "TransactWriteItems"]
WORDS = {"name": "Ada", "email": "ada@example.com", "message": "Hello"}

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
    ("subscribe", lambda api, _: api.post("/subscribers", {"email": "new@example.com"}), 202, ASKED),
    ("subscribe", lambda api, _: api.post("/subscribers", {"email": READER}), 202, ASKED),
    ("confirm_subscription", lambda api, a: api.get(f"/subscribers/confirm?token={a['link']}"), 303, ["UpdateItem"]),
    ("confirm_subscription", lambda api, _: api.get("/subscribers/confirm?token=changed"), 400, []),
    ("show_unsubscribe_page", lambda api, a: api.get(f"/subscribers/unsubscribe?token={a['way out']}"), 303, []),
    ("unsubscribe", lambda api, a: api.post(f"/subscribers/unsubscribe?token={a['way out']}"), 200, ["UpdateItem"]),
    ("unsubscribe", lambda api, a: api.post(f"/subscribers/unsubscribe?token={a['link']}"), 400, []),
    ("contact", lambda api, _: api.post("/contact", WORDS), 202, ["TransactWriteItems"]),
    ("contact", lambda api, _: api.post("/contact", {**WORDS, "name": "two\nlines"}), 400, []),
]


def one_of_everything(author: Api) -> dict[str, Any]:
    """Make one of everything, and return where it is."""
    todo, plain, trashed = (f"/todos/{author.post('/todos', {'title': title}).json()['id']}" for title in "abc")
    author.delete(trashed)
    author.post("/todos", {"title": "t"}, idempotency_key="k")
    author.post("/posts", {"title": "shown", "tags": ["tea"]})
    author.post("/posts/shown/publish")
    author.post("/posts", {"title": "draft", "tags": ["tea", "cups"]})
    author.post("/subscribers", {"email": READER})
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
        "link": seal(Purpose.CONFIRM, Token(READER, clock.new_id(), clock.epoch_seconds() + 60)),
        "way out": seal(Purpose.LEAVE, Token(READER, clock.new_id())),
    }
