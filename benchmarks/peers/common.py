"""What every peer does alike: the shape of an answer, and the log line of a request."""

import json
import logging
import sys
from decimal import Decimal

OWNER_CLAIM = "sub"
_log = logging.getLogger("peer")
_log.addHandler(logging.StreamHandler(sys.stdout))
_log.setLevel(logging.INFO)
_log.propagate = False


def shape(item, api_url):
    """A stored todo, its values plain, as the API shows it."""
    order = item.get("order")
    return {
        "id": item["todo_id"],
        "url": f"{api_url}/todos/{item['todo_id']}",
        "title": item["title"],
        "notes": item.get("notes", ""),
        "completed": item.get("completed", False),
        "order": int(order) if isinstance(order, (int, float, Decimal)) else None,
        "due_at": item.get("due_at"),
        "tags": list(item.get("tags", [])),
        "attachments": [],
        "created_at": item["created_at"],
        "updated_at": item["updated_at"],
        "version": int(item["version"]),
    }


def etag(todo):
    """A todo's version as its tag."""
    return f'"{todo["version"]}"'


def limit_of(text):
    """How many todos a page has: 1 to 100."""
    limit = int(text or 50)
    if not 1 <= limit <= 100:
        raise ValueError("Expected 1 to 100")
    return limit


def log(method, route, status):
    """One JSON line."""
    _log.info(json.dumps({"level": "INFO", "message": "request", "method": method, "route": route, "status": status}))
