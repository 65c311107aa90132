"""The least that each route could take: written down from what it answers and promises, not from how it does it.

A read takes the items that its answer shows, with the attributes that it shows. A write takes the items that it
changes, and in each list the entry that the list shows. What is paid beyond that is here with its reason.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from infra.costs.indexes import Index, Table
from infra.costs.units import Item, read_units, size
from tests.support.api import Answered
from tests.support.meter import Change

PREFIX = "mytodolist-test-"
TODOS, MEDIA, POSTS, TAGS = (f"{PREFIX}{name}" for name in ("todos", "media", "posts", "post-tags"))
LEDGER, SUBSCRIBERS, MESSAGES = (f"{PREFIX}{name}" for name in ("idempotency", "subscribers", "messages"))

Reasons = Mapping[str, str]
Names = Callable[[str, Answered], list[str]]


def _all(names: str) -> frozenset[str]:
    return frozenset(names.split())


@dataclass(frozen=True, slots=True)
class View:
    """Where an answer is read: the attributes that it is found by and shows, and what is read beyond them, and why.

    `consistent` is the promise that an eventually consistent read would break; empty where there is none.
    """

    table: str
    found_by: frozenset[str]
    shown: frozenset[str]
    beyond: Reasons = field(default_factory=dict)
    consistent: str = ""

    def least(self, items: Iterable[Item]) -> tuple[float, int]:
        """The read units and bytes of these items."""
        wanted = self.found_by | self.shown | self.beyond.keys()
        sizes = [size({name: value for name, value in item.items() if name in wanted}) for item in items]
        return read_units(sizes, consistent=bool(self.consistent)), sum(sizes)


TODO = _all("title notes completed order due_on due_at tags attachments created_at updated_at version")
ENTRY = _all("title summary tags cover author_name published_at updated_at")
OWN_ENTRY = _all("draft_title draft_updated_at published_at published_version version")
DRAFT = _all(
    "draft_title draft_summary draft_body draft_html draft_tags draft_cover draft_language draft_updated_at"
    " author_id author_name"
)
PHOTO = _all("name content_type size state reason thumbnails created_at expires_at")

_KEYS_OF_LISTS = "a write never has to read first to know which lists a todo is in"
_LAST_WRITE = "a repeated change is recognised in the todo itself, without a ledger's row and a transaction"
TODO_BEYOND = {
    "live_id": _KEYS_OF_LISTS,
    "user_state": _KEYS_OF_LISTS,
    "due_key": _KEYS_OF_LISTS,
    "last_key": _LAST_WRITE,
    "last_fingerprint": _LAST_WRITE,
}
_ONE_POST = "draft and publication are one item, so publishing is one conditional write of it, and so is a change"
POST_BEYOND = dict.fromkeys(sorted(DRAFT | _all("created_at version published_version announced_at")), _ONE_POST) | {
    "feed": "the feed's key, which goes when the post is taken away",
    "feed_key": "the same",
}
OWN_BEYOND = dict.fromkeys(
    sorted(ENTRY | _all("html language feed feed_key published_at published_version announced_at")), _ONE_POST
)
PHOTO_BEYOND = {
    "todo_id": "one photo is on one todo, and a removed todo's photos are found by it",
    "posts": "a photo stays while a post names it",
    "sequencer": "the upload that came last is told from one that is told of late",
    "width": "the original's size, for the pages of posts",
    "height": "the same",
}
_OWN_WRITES = "a person sees what they have just written"

ALL_TODOS = View(TODOS, _all("user_id live_id todo_id"), TODO, TODO_BEYOND, _OWN_WRITES)
TODOS_BY_STATE = View(TODOS, _all("user_state todo_id user_id"), TODO, TODO_BEYOND)
TODOS_BY_DUE = View(TODOS, _all("user_state due_key user_id todo_id"), TODO, TODO_BEYOND)
ONE_TODO = View(TODOS, _all("user_id todo_id"), TODO, TODO_BEYOND, _OWN_WRITES)
PHOTOS = View(MEDIA, _all("owner_id media_id"), PHOTO, PHOTO_BEYOND)
ONE_PHOTO = View(MEDIA, _all("owner_id media_id"), PHOTO, PHOTO_BEYOND, "whoever waits for a thumbnail sees it")
FEED = View(POSTS, _all("feed feed_key slug"), ENTRY)
TAGGED = View(TAGS, _all("tag feed_key slug"), ENTRY)
ONE_POST = View(POSTS, _all("slug"), ENTRY | {"html", "language"}, POST_BEYOND)
OWN_POSTS = View(
    POSTS, _all("author_id slug"), OWN_ENTRY, {"created_at": "the index was made with it; a smaller one is a new one"}
)
OWN_POST = View(POSTS, _all("slug"), DRAFT | {"created_at", "version"} | OWN_ENTRY, OWN_BEYOND, _OWN_WRITES)
VIEWS = (
    ALL_TODOS,
    TODOS_BY_STATE,
    TODOS_BY_DUE,
    ONE_TODO,
    PHOTOS,
    ONE_PHOTO,
    FEED,
    TAGGED,
    ONE_POST,
    OWN_POSTS,
    OWN_POST,
)

# What is read before a write, and why that is not the write alone.
READ_FIRST = {
    "publish_post": (OWN_POST, "a publication is made of the draft as it stands, and its tags of those before"),
    "unpublish_post": (OWN_POST, "the post's rows of its tags go with it, and the post says which"),
    "delete_post": (OWN_POST, "the same"),
    "clear_todos": (ALL_TODOS, "which todos there are is known by looking"),
}

# How many items of which table each route writes; `several` is one a tag, or one a todo.
several = 1000
WRITTEN: Mapping[str, Mapping[str, int]] = {
    "create_todo": {TODOS: 1, LEDGER: 1},
    "clear_todos": {TODOS: several},
    "change_todo": {TODOS: 1},
    "delete_todo": {TODOS: 1},
    "restore_todo": {TODOS: 1},
    "attach_photo": {TODOS: 1, MEDIA: 1},
    "detach_photo": {TODOS: 1, MEDIA: 1},
    "create_post": {POSTS: 1, LEDGER: 1},
    "change_post": {POSTS: 1},
    "publish_post": {POSTS: 1, TAGS: several},
    "unpublish_post": {POSTS: 1, TAGS: several},
    "delete_post": {POSTS: 1, TAGS: several},
    # The address, its mailbox's counter, and the counter of all: each has a limit of its own.
    "subscribe": {SUBSCRIBERS: 1, MESSAGES: 2},
    "confirm_subscription": {SUBSCRIBERS: 1},
    "unsubscribe": {SUBSCRIBERS: 1},
    # The message, its mailbox's counter, and the counter of all.
    "contact": {MESSAGES: 3},
}


# How many items a route writes one by one, before the others together: what counts although the others are refused.
ALONE = {"subscribe": 1}

# What a query makes of a list.
QUERIES = {"sort=due": TODOS_BY_DUE, "state=open": TODOS_BY_STATE, "state=done": TODOS_BY_STATE, "tag=": TAGGED}


def _listed(name: str) -> Names:
    return lambda _, answer: [item[name] for item in answer.json()["items"]]


def _one(name: str) -> Names:
    return lambda _, answer: [answer.json()[name]]


def _addressed(path: str, _: Answered) -> list[str]:
    return [path.split("/")[2]]


def _linked(_: str, answer: Answered) -> list[str]:
    return re.findall(r'<link [^>]*href="[^"]*/blog/([a-z0-9-]+)/"', answer.body)


# Where each read is answered from, and which items its answer shows, by an attribute of their keys.
SHOWN: Mapping[str, tuple[View, str, Names]] = {
    "list_todos": (ALL_TODOS, "todo_id", _listed("id")),
    "get_todo": (ONE_TODO, "todo_id", _addressed),
    "list_media": (PHOTOS, "media_id", _listed("id")),
    "get_media": (ONE_PHOTO, "media_id", _one("id")),
    "list_posts": (FEED, "slug", _listed("slug")),
    "get_feed": (FEED, "slug", _linked),
    "get_post": (ONE_POST, "slug", _one("slug")),
    "list_own_posts": (OWN_POSTS, "slug", _listed("slug")),
    "get_own_post": (OWN_POST, "slug", _one("slug")),
}
Stored = Mapping[str, Sequence[Item]]


@dataclass(frozen=True, slots=True)
class Call:
    """What was called, and by whom."""

    route: str
    method: str
    path: str
    sub: str


def _list(name: str, view: View, key: str, table_key: str, *, local: bool = False) -> Index:
    return Index(name, _all(key), _all(table_key), view.shown | view.beyond.keys(), is_local=local)


# Tables with the lists that the API offers, each holding what it shows.
TABLES = {
    TODOS: Table(
        TODOS,
        _all("user_id todo_id"),
        (
            _list("all", ALL_TODOS, "user_id live_id", "user_id todo_id", local=True),
            _list("by state", TODOS_BY_STATE, "user_state todo_id", "user_id todo_id"),
            _list("by due date", TODOS_BY_DUE, "user_state due_key", "user_id todo_id"),
        ),
    ),
    POSTS: Table(
        POSTS,
        _all("slug"),
        (_list("feed", FEED, "feed feed_key", "slug"), _list("own", OWN_POSTS, "author_id draft_updated_at", "slug")),
    ),
    SUBSCRIBERS: Table(
        SUBSCRIBERS,
        _all("email"),
        (Index("who is sent posts", _all("confirmed_shard email"), _all("email"), frozenset()),),
    ),
    **{name: Table(name, _all(key)) for name, key in ((MEDIA, "owner_id media_id"), (TAGS, "tag feed_key"))},
    **{name: Table(name, _all(key)) for name, key in ((LEDGER, "caller_key"), (MESSAGES, "message_id"))},
}


def least_read(call: Call, answer: Answered, stored: Stored) -> list[tuple[float, int]]:
    """The read units and bytes of each read that a call needs."""
    name, path = call.route, call.path
    if answer.status in (400, 403) or name in ("health", "openapi_document"):
        return []
    if call.method != "GET":
        if name not in READ_FIRST:
            return []
        view = _of_query(path, READ_FIRST[name][0])
        return [view.least(_read_first(call, stored))]
    if name in ("confirm_subscription", "show_unsubscribe_page") or answer.status == 404:
        return []
    view, items = _shown(name, path, answer, stored)
    return [view.least(items)]


def least_written(name: str, changes: Sequence[Change]) -> int:
    """The write units of what a call changes, or is refused: of several items all or none."""
    counted: dict[str, int] = {}
    for change in changes:
        counted[change.table] = counted.get(change.table, 0) + 1
    too_many = {table for table, count in counted.items() if count > WRITTEN[name].get(table, 0)}
    assert not too_many, f"{name} writes to {too_many} more than it need"
    alone = ALONE.get(name, 0)
    together = len(changes) - alone > 1
    return sum(
        TABLES[each.table].write_units(each.before, each.after, transactional=together and place >= alone)
        for place, each in enumerate(changes)
    )


def _of_query(path: str, view: View) -> View:
    return next((narrowed for part, narrowed in QUERIES.items() if part in path), view)


def _read_first(call: Call, stored: Stored) -> list[Item]:
    """What a write reads first: the post that it names, or the todos that it is about."""
    if call.route == "clear_todos":
        live = [item for item in stored[TODOS] if item["user_id"]["S"] == call.sub and "live_id" in item]
        return [item for item in live if "state=all" in call.path or item["user_state"]["S"].endswith("#done")]
    slug = call.path.split("/")[2]
    return [item for item in stored[POSTS] if item["slug"]["S"] == slug]


def _shown(name: str, path: str, answer: Answered, stored: Stored) -> tuple[View, list[Item]]:
    """The view that a read is of, and the stored items that its answer shows."""
    view, key, shown = SHOWN[name]
    view = _of_query(path, view)
    names = shown(path, answer)
    tags = re.findall("tag=([a-z]+)", path)
    found = {item[key]["S"]: item for item in stored[view.table] if not tags or item["tag"]["S"] in tags}
    return view, [found[each] for each in names]
