"""What people usually keep, and one usual call of each route: what the cost model counts with."""

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib import clock
from chalicelib.subscribers.tokens import Purpose, Token, seal
from tests.support.api import Answered, Api

SENTENCE = "A sentence of some length, as people write them. "
NOTES, SUMMARY, BODY = SENTENCE * 4, SENTENCE * 3, f"{SENTENCE * 8}\n\n" * 15
TODO = {"title": "Order tea, and cups to go with it", "notes": NOTES, "tags": ["home", "shopping"]}
DUE = {"due_at": "2027-02-01T08:00:00Z"}
POST = {"summary": SUMMARY, "body": BODY, "tags": ["tea", "cups"]}
PHOTO = {"name": "IMG_2041.jpeg", "content_type": "image/jpeg", "size": 3_145_728}
MESSAGE = {"name": "Grace", "email": "grace@example.com", "message": SENTENCE * 10}
READER = "reader@example.com"

Call = Callable[[Api, Mapping[str, Any]], Answered]


def furnish(api: Api) -> dict[str, Any]:
    """Keep 40 todos, half of them due, 25 published posts, a draft, a photo and a reader; return where they are."""
    todos = [api.post("/todos", TODO | (DUE if number % 2 else {})).json()["id"] for number in range(40)]
    for number in range(25):
        api.post("/posts", POST | {"title": f"Tea and how to make it, part {number}", "slug": f"tea-{number}"})
        api.post(f"/posts/tea-{number}/publish")
    api.post("/posts", POST | {"title": "What comes next", "slug": "draft"})
    api.post("/subscribers", {"email": READER})
    api.delete(f"/todos/{todos[1]}")
    photo, other = clock.new_id(), clock.new_id()
    key = f"users/{api.sub}"
    api.post(f"/todos/{todos[0]}/attachments", PHOTO | {"key": f"{key}/{photo}"})
    return {
        "todo": f"/todos/{todos[2]}",
        "due": f"/todos/{todos[3]}",
        "trashed": f"/todos/{todos[1]}",
        "attachment": f"/todos/{todos[0]}/attachments/{photo}",
        "media": f"/media/{photo}",
        "upload": PHOTO | {"key": f"{key}/{other}"},
        "link": seal(Purpose.CONFIRM, Token(READER, clock.new_id(), clock.epoch_seconds() + 60)),
        "way out": seal(Purpose.LEAVE, Token(READER, clock.new_id())),
    }


# By the route's name, and what is said beside it where a route is called in two ways.
USUAL: Mapping[str, Call] = {
    "list_todos": lambda api, _: api.get("/todos?limit=20"),
    "list_todos, open ones": lambda api, _: api.get("/todos?state=open&limit=20"),
    "list_todos, by due date": lambda api, _: api.get("/todos?sort=due&limit=20"),
    "create_todo": lambda api, _: api.post("/todos", TODO),
    "create_todo, due": lambda api, _: api.post("/todos", TODO | DUE),
    "create_todo, with a key": lambda api, _: api.post("/todos", TODO, idempotency_key="a" * 36),
    "clear_todos": lambda api, _: api.delete("/todos?state=all"),
    "get_todo": lambda api, at: api.get(at["todo"]),
    "change_todo": lambda api, at: api.patch(at["todo"], {"completed": True}),
    "change_todo, due": lambda api, at: api.patch(at["due"], {"completed": True}),
    "delete_todo": lambda api, at: api.delete(at["todo"]),
    "restore_todo": lambda api, at: api.post(f"{at['trashed']}/restore"),
    "attach_photo": lambda api, at: api.post(f"{at['todo']}/attachments", at["upload"]),
    "detach_photo": lambda api, at: api.delete(at["attachment"]),
    "list_media": lambda api, _: api.get("/media"),
    "get_media": lambda api, at: api.get(at["media"]),
    "health": lambda api, _: api.get("/health"),
    "openapi_document": lambda api, _: api.get("/openapi.json"),
    "list_posts": lambda api, _: api.get("/posts"),
    "list_posts, of a tag": lambda api, _: api.get("/posts?tag=tea"),
    "get_post": lambda api, _: api.get("/posts/tea-7"),
    "get_feed": lambda api, _: api.get("/feed.atom"),
    "create_post": lambda api, _: api.post("/posts", POST | {"title": "Cups"}),
    "list_own_posts": lambda api, _: api.get("/me/posts"),
    "get_own_post": lambda api, _: api.get("/me/posts/tea-7"),
    "change_post": lambda api, _: api.patch("/posts/tea-7", {"body": BODY}),
    "publish_post": lambda api, _: api.post("/posts/draft/publish"),
    "unpublish_post": lambda api, _: api.post("/posts/tea-7/unpublish"),
    "delete_post": lambda api, _: api.delete("/posts/tea-7"),
    "subscribe": lambda api, _: api.post("/subscribers", {"email": "new@example.com"}),
    "confirm_subscription": lambda api, at: api.get(f"/subscribers/confirm?token={at['link']}"),
    "show_unsubscribe_page": lambda api, at: api.get(f"/subscribers/unsubscribe?token={at['way out']}"),
    "unsubscribe": lambda api, at: api.post(f"/subscribers/unsubscribe?token={at['way out']}"),
    "contact": lambda api, _: api.post("/contact", MESSAGE),
}
