"""What the todo routes take and give."""

from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from chalicelib.media.contract import Attachment
from chalicelib.web.text import many_lines, one_line

MAX_PAGE = 100
DEFAULT_PAGE = 50
MAX_TAGS = 10
MAX_ORDER = 2**31 - 1

Title = Annotated[str, one_line(500, "The title")]
Notes = Annotated[str, many_lines(20_000, "Notes")]
Tag = Annotated[str, one_line(40, "A tag")]
Tags = Annotated[list[Tag], Meta(max_length=MAX_TAGS, extra={"message": f"Expected up to {MAX_TAGS} tags"})]
Order = Annotated[int, Meta(ge=-MAX_ORDER, le=MAX_ORDER, description="The person's own order")]
DueAt = Annotated[
    datetime, Meta(tz=True, description="Due at a moment: RFC 3339, any offset; answered in UTC; null: no due date")
]
DueOn = Annotated[date, Meta(description="Due on a day, the same day in every time zone; null: no due date")]
Cursor = Annotated[str, Meta(min_length=1, max_length=2048, description="`next` of the page before")]
Timestamp = Annotated[str, Meta(description="RFC 3339 in UTC", extra_json_schema={"format": "date-time"})]
Day = Annotated[str, Meta(description="A day of the calendar", extra_json_schema={"format": "date"})]

_TEXT = {"type": "string"}
_BOTH_DUE = {"required": ["due_on", "due_at"], "properties": {"due_on": _TEXT, "due_at": _TEXT}}


class NewTodo(Struct, forbid_unknown_fields=True, frozen=True):
    """A todo to create."""

    json_schema: ClassVar[dict[str, Any]] = {"not": _BOTH_DUE}

    title: Title
    notes: Notes = ""
    completed: bool = False
    order: Order | None = None
    # Unset by default: a request that does not name it keeps the fingerprint of its Idempotency-Key.
    due_on: DueOn | UnsetType | None = UNSET
    due_at: DueAt | None = None
    tags: Tags = []


class TodoChanges(Struct, forbid_unknown_fields=True, frozen=True):
    """The fields to change; the others stay. `due_on` and `due_at` are one due date: either sets or removes it."""

    json_schema: ClassVar[dict[str, Any]] = {"not": _BOTH_DUE}

    title: Title | UnsetType = UNSET
    notes: Notes | UnsetType = UNSET
    completed: bool | UnsetType = UNSET
    order: Order | UnsetType | None = UNSET
    due_on: DueOn | UnsetType | None = UNSET
    due_at: DueAt | UnsetType | None = UNSET
    tags: Tags | UnsetType = UNSET


class Todo(Struct, frozen=True):
    """A todo as it stands; `version` is also its ETag."""

    id: str
    url: Annotated[str, Meta(extra_json_schema={"format": "uri"})]
    title: str
    notes: str
    completed: bool
    order: int | None
    due_on: Day | None
    due_at: Timestamp | None
    tags: list[str]
    attachments: list[Attachment]
    created_at: Timestamp
    updated_at: Timestamp
    version: Annotated[int, Meta(ge=1)]


class TodoPage(Struct, frozen=True):
    """One page of a list, and the cursor of the next, null on the last page."""

    items: list[Todo]
    next: str | None


class TodoQuery(Struct, forbid_unknown_fields=True, frozen=True):
    """Which todos, in which order. `due` lists those with a due date, and takes no `state=all`."""

    state: Literal["open", "done", "all"] | UnsetType = UNSET
    sort: Literal["created", "due"] = "created"
    limit: Annotated[int, Meta(ge=1, le=MAX_PAGE)] = DEFAULT_PAGE
    cursor: Cursor | None = None


class ClearQuery(Struct, forbid_unknown_fields=True, frozen=True):
    """Which todos to move to the trash."""

    state: Literal["done", "all"]


class Cleared(Struct, frozen=True):
    """How many todos went to the trash; `more` says that the time was up before all were gone."""

    cleared: Annotated[int, Meta(ge=0)]
    more: bool
