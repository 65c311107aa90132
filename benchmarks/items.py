"""The todos that every contestant reads, as they are stored, and the answers of DynamoDB that hold them."""

from typing import Any

TABLE = "mytodolist-bench-todos"
OWNER = "6f1a7c1e-0000-4000-8000-00000000ada0"
TODO_ID = "01K9Z0000000000000000000AA"
_TIME = "2026-11-01T08:00:00.000000Z"


def todo(todo_id: str = TODO_ID) -> dict[str, Any]:
    """One stored todo."""
    return {
        "user_id": {"S": OWNER},
        "todo_id": {"S": todo_id},
        "live_id": {"S": todo_id},
        "user_state": {"S": f"{OWNER}#open"},
        "title": {"S": "Buy milk and eggs"},
        "notes": {"S": "The good ones. " * 13},
        "completed": {"BOOL": False},
        "order": {"N": "3"},
        "tags": {"L": [{"S": "shop"}, {"S": "today"}]},
        "attachments": {"M": {}},
        "created_at": {"S": _TIME},
        "updated_at": {"S": _TIME},
        "version": {"N": "1"},
    }


def page(length: int = 20) -> list[dict[str, Any]]:
    """A page of stored todos."""
    return [todo(f"{TODO_ID[:-2]}{number:02d}") for number in range(length)]


def answers() -> dict[str, Any]:
    """What DynamoDB says to each operation."""
    found = page()
    return {"GetItem": {"Item": todo()}, "Query": {"Items": found, "Count": len(found), "ScannedCount": len(found)}}
