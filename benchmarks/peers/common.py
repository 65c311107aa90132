"""What every peer does alike: what it checks, the shapes of its answers, and the log line of a request."""

import hashlib
import json
import logging
import os
import re
import sys
import time
from datetime import UTC, date, datetime
from decimal import Decimal

API_URL = os.environ["API_URL"]
SITE_URL = os.environ["SITE_URL"]
TRACED = os.environ.get("TRACING") != "off"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CONTROL_BUT_LAYOUT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_FIELDS = {"title", "notes", "completed", "order", "due_on", "due_at", "tags"}
_log = logging.getLogger("peer")
_log.addHandler(logging.StreamHandler(sys.stdout))
_log.setLevel(logging.INFO)
_log.propagate = False


class Invalid(Exception):  # noqa: N818 - what the client did
    """What was sent does not fit."""


def shape(item):
    """A stored todo, its values plain, as the API shows it."""
    order = item.get("order")
    return {
        "id": item["todo_id"],
        "url": f"{API_URL}/todos/{item['todo_id']}",
        "title": item["title"],
        "notes": item.get("notes", ""),
        "completed": item.get("completed", False),
        "order": int(order) if isinstance(order, (int, float, Decimal)) else None,
        "due_on": item.get("due_on"),
        "due_at": item.get("due_at"),
        "tags": list(item.get("tags", [])),
        "attachments": [],
        "created_at": item["created_at"],
        "updated_at": item["updated_at"],
        "version": int(item["version"]),
    }


def summary(item):
    """A stored post or its row under a tag, as lists show it."""
    cover = item.get("cover")
    return {
        "slug": item["slug"],
        "url": f"{SITE_URL}/blog/{item['slug']}/",
        "title": item["title"],
        "summary": item["summary"],
        "tags": list(item["tags"]),
        "cover_url": f"{SITE_URL}/blog/photos/{cover}-1280.jpg" if cover else None,
        "author_name": item["author_name"],
        "published_at": item["published_at"],
        "updated_at": item["updated_at"],
        "language": item.get("language") or (*item["feed_key"].split("#"), "en", "en")[2],
    }


def shape_post(item):
    """A stored post, as readers see it."""
    return {**summary(item), "html": item["html"]}


def shape_photo(item):
    """A stored photo."""
    size = item.get("size")
    return {
        "id": item["media_id"],
        "url": f"{API_URL}/media/{item['media_id']}",
        "key": f"users/{item['owner_id']}/{item['media_id']}",
        "name": item.get("name"),
        "content_type": item.get("content_type"),
        "size": None if size is None else int(size),
        "state": item["state"],
        "reason": item.get("reason"),
        "thumbnails": [],
        "created_at": item["created_at"],
    }


def checked(asked):
    """What a person may ask a new todo to be, with its defaults; `due_on` becomes a day, `due_at` a time."""
    title, notes, tags = asked.get("title"), asked.get("notes", ""), asked.get("tags", [])
    completed, order, due_at = asked.get("completed", False), asked.get("order"), asked.get("due_at")
    fits = (
        not asked.keys() - _FIELDS
        and is_line(title, 500)
        and isinstance(notes, str)
        and len(notes) <= 20_000
        and not _CONTROL_BUT_LAYOUT.search(notes)
        and isinstance(completed, bool)
        and (order is None or (type(order) is int and abs(order) < 2**31))
        and isinstance(tags, list)
        and len(tags) <= 10
        and all(is_line(tag, 40) for tag in tags)
    )
    if not fits:
        raise Invalid("That is no todo.")
    try:
        due = None if due_at is None else datetime.fromisoformat(due_at)
        day = None if asked.get("due_on") is None else date.fromisoformat(asked["due_on"])
    except (TypeError, ValueError) as error:
        raise Invalid("due_at is no time, or due_on no day.") from error
    if due is not None and (due.tzinfo is None or day is not None):
        raise Invalid("due_at has no offset, or a day beside it.")
    due_fields = {"due_on": day, "due_at": due}
    return {"title": title, "notes": notes, "completed": completed, "order": order, **due_fields, "tags": tags}


def is_line(text, longest):
    """Text on one line, 1 to `longest` characters after trimming."""
    return isinstance(text, str) and 1 <= len(text.strip()) <= longest and not _CONTROL.search(text)


def is_text(text):
    """Text on any number of lines."""
    return not _CONTROL_BUT_LAYOUT.search(text)


def new_item(owner, todo):
    """The item of a new todo: its indexes' keys, what was asked, times and version."""
    todo_id, now = ulid(), stamp(datetime.now(UTC))
    due_at = todo["due_at"] and stamp(todo["due_at"])
    item = {
        "user_id": owner,
        "todo_id": todo_id,
        "live_id": todo_id,
        "user_state": f"{owner}#{'done' if todo['completed'] else 'open'}",
        "title": todo["title"].strip(),
        "notes": todo["notes"],
        "completed": todo["completed"],
        "tags": list(dict.fromkeys(tag.strip() for tag in todo["tags"])),
        "attachments": {},
        "created_at": now,
        "updated_at": now,
    }
    if due_at:
        item |= {"due_at": due_at, "due_key": f"{due_at}#{todo_id}"}
    if day := todo["due_on"]:
        item |= {"due_on": f"{day}", "due_key": f"{day}T23:59:59.999Z#{todo_id}"}
    if todo["order"] is not None:
        item["order"] = todo["order"]
    return item


def ledger_row(owner, key, asked, created):
    """What an Idempotency-Key stands for, for a day: which request, and the item as DynamoDB has it."""
    fingerprint = hashlib.sha256(b"create_todo\0" + json.dumps(asked, sort_keys=True, default=str).encode())
    return {
        "caller_key": f"{owner}#{key}",
        "fingerprint": fingerprint.hexdigest(),
        "created_item": json.dumps(created),
        "expires_at": int(time.time()) + 24 * 60 * 60,
    }


def ulid():
    """An identifier that sorts by time."""
    number = (time.time_ns() // 1_000_000 << 80) | int.from_bytes(os.urandom(10))
    return "".join(_LETTERS[number >> shift & 31] for shift in range(125, -5, -5))


def stamp(moment):
    """A moment in UTC, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def etag(todo):
    """A todo's version as its tag."""
    return f'"{todo["version"]}"'


def content_tag(body):
    """What is answered, as its tag."""
    content = json.dumps(body, separators=(",", ":")).encode()
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def header(event, name):
    """A header of an event, whatever its capitals; None where there is none."""
    return next((value for key, value in event["headers"].items() if key.lower() == name), None)


def limit_of(text):
    """How many todos a page has: 1 to 100."""
    limit = int(text or 50)
    if not 1 <= limit <= 100:
        raise Invalid("Expected 1 to 100")
    return limit


def log(method, route, status):
    """One JSON line."""
    _log.info(json.dumps({"level": "INFO", "message": "request", "method": method, "route": route, "status": status}))
