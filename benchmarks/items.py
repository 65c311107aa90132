"""What every contestant reads and writes: the items as they are stored, and the answers of DynamoDB that hold them."""

import zlib
from base64 import b64encode
from typing import Any

TABLE = "mytodolist-bench-todos"
IDEMPOTENCY_TABLE = "mytodolist-bench-idempotency"
MEDIA_TABLE = "mytodolist-bench-media"
POSTS_TABLE = "mytodolist-bench-posts"
POST_TAGS_TABLE = "mytodolist-bench-post-tags"
OWNER = "6f1a7c1e-0000-4000-8000-00000000ada0"
TODO_ID = "01K9Z0000000000000000000AA"
MEDIA_ID = "01K9Z0000000000000000000BB"
SLUG = "bread-on-a-sunday"
TAG = "bread"
KEY = "9a1f6c52-77d0-4b7e-9f0e-5d2c8f0b6a11"
_TIME = "2026-11-01T08:00:00.000Z"
_NOTES = "The good ones. " * 13
_TEXT = "Flour, water, salt and time. Fold it four times, and let it rest in between. " * 6
_HTML = f"<h2>The dough</h2>\n<p>{_TEXT}</p>\n" * 4

Item = dict[str, dict[str, Any]]


def todo(todo_id: str = TODO_ID) -> Item:
    """One stored todo."""
    return {
        "user_id": {"S": OWNER},
        "todo_id": {"S": todo_id},
        "live_id": {"S": todo_id},
        "user_state": {"S": f"{OWNER}#open"},
        "title": {"S": "Buy milk and eggs"},
        "notes": {"S": _NOTES},
        "completed": {"BOOL": False},
        "order": {"N": "3"},
        "tags": {"L": [{"S": "shop"}, {"S": "today"}]},
        "attachments": {"M": {}},
        "created_at": {"S": _TIME},
        "updated_at": {"S": _TIME},
        "version": {"N": "1"},
    }


def page(length: int = 20) -> list[Item]:
    """A page of stored todos."""
    return [todo(f"{TODO_ID[:-2]}{number:02d}") for number in range(length)]


def new_todo() -> dict[str, Any]:
    """What the body of a POST asks for."""
    return {
        "title": " Buy milk and eggs ",
        "notes": _NOTES,
        "order": 3,
        "due_at": "2026-11-02T09:00:00+01:00",
        "tags": ["shop", "today"],
    }


def post() -> Item:
    """One stored post: 2 KB of HTML that readers see, and the draft it was made of."""
    return {
        "slug": {"S": SLUG},
        "author_id": {"S": OWNER},
        "author_name": {"S": "Ines"},
        "created_at": {"S": _TIME},
        "version": {"N": "3"},
        "draft_title": {"S": "Bread on a Sunday"},
        "draft_summary": {"S": "What to do with flour and a free day."},
        "draft_body": {"S": f"## The dough\n\n{_TEXT}\n\n" * 4},
        "draft_html": {"S": b64encode(zlib.compress(_HTML.encode())).decode()},
        "draft_tags": {"L": [{"S": "bread"}, {"S": "sunday"}]},
        "draft_updated_at": {"S": _TIME},
        "feed": {"S": "published"},
        "feed_key": {"S": f"{_TIME}#{SLUG}"},
        "title": {"S": "Bread on a Sunday"},
        "summary": {"S": "What to do with flour and a free day."},
        "html": {"S": _HTML},
        "tags": {"L": [{"S": "bread"}, {"S": "sunday"}]},
        "published_at": {"S": _TIME},
        "updated_at": {"S": _TIME},
        "published_version": {"N": "3"},
    }


def tagged(number: int) -> Item:
    """One stored row of a tag."""
    shown = ("title", "summary", "tags", "author_name", "published_at", "updated_at")
    slug = f"{SLUG}-{number:02d}"
    row = {"tag": {"S": TAG}, "feed_key": {"S": f"{_TIME}#{slug}"}, "slug": {"S": slug}}
    return row | {name: value for name, value in post().items() if name in shown}


def photo() -> Item:
    """One stored photo, which has no thumbnails yet."""
    return {
        "owner_id": {"S": OWNER},
        "media_id": {"S": MEDIA_ID},
        "name": {"S": "loaf.jpg"},
        "content_type": {"S": "image/jpeg"},
        "size": {"N": "482113"},
        "state": {"S": "uploaded"},
        "thumbnails": {"L": []},
        "created_at": {"S": _TIME},
        "todo_id": {"S": TODO_ID},
        "expires_at": {"N": "253402300799"},
    }


def answers() -> dict[tuple[str, str], Any]:
    """What DynamoDB says to each operation on each table."""
    found, rows = page(), [tagged(number) for number in range(5)]
    return {
        ("GetItem", TABLE): {"Item": todo()},
        ("GetItem", POSTS_TABLE): {"Item": post()},
        # DAX asks once for the key.
        ("DescribeTable", POSTS_TABLE): {
            "Table": {
                "TableName": POSTS_TABLE,
                "AttributeDefinitions": [{"AttributeName": "slug", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "slug", "KeyType": "HASH"}],
            }
        },
        ("Query", TABLE): {"Items": found, "Count": len(found), "ScannedCount": len(found)},
        ("PutItem", TABLE): {},
        # The table that stands first in a transaction is either of its two.
        ("TransactWriteItems", TABLE): {},
        ("TransactWriteItems", IDEMPOTENCY_TABLE): {},
        ("GetItem", MEDIA_TABLE): {"Item": photo()},
        ("Query", POST_TAGS_TABLE): {"Items": rows, "Count": len(rows), "ScannedCount": len(rows)},
    }
