"""The todos table: keys, indexes, conditions.

| key         | partition key               | sort key              |                                        |
|-------------|-----------------------------|-----------------------|----------------------------------------|
| table       | user_id                     | todo_id (ULID)        | the trash too                          |
| by_created  | user_id (local index)       | live_id               | all but the trash; consistent reads    |
| by_state    | user_state `sub#open|done`  | todo_id               | all but the trash                      |
| by_due      | user_state `sub#open|done`  | due_key               | all with a due date, but the trash     |

`live_id`, `user_state` and `due_key` are present only while the todo belongs into the index, so a write never
has to read first to know whether it does, and a query never reads what it does not return.
"""

from enum import StrEnum

from pynamodb.attributes import (
    BooleanAttribute,
    ListAttribute,
    MapAttribute,
    NumberAttribute,
    UnicodeAttribute,
    VersionAttribute,
)
from pynamodb.expressions.condition import Condition
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, LocalSecondaryIndex

from chalicelib.settings import settings
from chalicelib.store.model import StoredModel

TRASH_SECONDS = 30 * 24 * 60 * 60


class State(StrEnum):
    """Whether a todo is still to be done."""

    OPEN = "open"
    DONE = "done"


def user_state(owner: str, state: State) -> str:
    """The partition key of `by_state` and `by_due`: it starts with the owner, as every private key does."""
    return f"{owner}#{state}"


def due_key(due_on: str | None, due_at: str | None, todo_id: str) -> str:
    """The sort key of `by_due`: a day sorts as its last moment in UTC."""
    return f"{due_at if due_on is None else f'{due_on}T23:59:59.999Z'}#{todo_id}"


class ByCreated(LocalSecondaryIndex["Todo"]):
    """All todos of a person but the trash, oldest first."""

    class Meta:
        """Index settings."""

        index_name = "by_created"
        projection = AllProjection()

    user_id = UnicodeAttribute(hash_key=True)
    live_id = UnicodeAttribute(range_key=True)


class ByState(GlobalSecondaryIndex["Todo"]):
    """A person's open or done todos, oldest first."""

    class Meta:
        """Index settings."""

        index_name = "by_state"
        projection = AllProjection()

    user_state = UnicodeAttribute(hash_key=True)
    todo_id = UnicodeAttribute(range_key=True)


class ByDue(GlobalSecondaryIndex["Todo"]):
    """A person's open or done todos that have a due date, soonest first."""

    class Meta:
        """Index settings."""

        index_name = "by_due"
        projection = AllProjection()

    user_state = UnicodeAttribute(hash_key=True)
    due_key = UnicodeAttribute(range_key=True)


class Todo(StoredModel):
    """One todo.

    Times are RFC 3339 text. A todo is due on a day (`due_on`), at a moment (`due_at`), or neither.
    `attachments` maps a media id to its name, content type and size, and to the key of
    its thumbnail once there is one. `expires_at` is set only in the trash. `last_key` and `last_fingerprint` name
    the last write that had an Idempotency-Key.
    """

    class Meta:
        """Table settings."""

        table_name = settings().todos_table
        region = settings().aws_region

    user_id = UnicodeAttribute(hash_key=True)
    todo_id = UnicodeAttribute(range_key=True)
    by_created = ByCreated()
    by_state = ByState()
    by_due = ByDue()

    live_id = UnicodeAttribute(null=True)
    user_state = UnicodeAttribute(null=True)
    due_key = UnicodeAttribute(null=True)

    title = UnicodeAttribute()
    notes = UnicodeAttribute(default="")
    completed = BooleanAttribute(default=False)
    order = NumberAttribute(null=True)
    due_on = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)
    tags: ListAttribute[str] = ListAttribute(of=UnicodeAttribute, default=list)  # type: ignore[arg-type]
    attachments: MapAttribute[str, object] = MapAttribute(default=dict)
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    version = VersionAttribute()

    trashed_state = UnicodeAttribute(null=True)
    expires_at = NumberAttribute(null=True)
    last_key = UnicodeAttribute(null=True)
    last_fingerprint = UnicodeAttribute(null=True)

    @property
    def is_live(self) -> bool:
        """Whether the todo is not in the trash."""
        return self.live_id is not None


class TodoPhotos(StoredModel):
    """The same rows as photos see them: without the version, which counts what a person changes."""

    class Meta:
        """Table settings."""

        table_name = settings().todos_table
        region = settings().aws_region

    user_id = UnicodeAttribute(hash_key=True)
    todo_id = UnicodeAttribute(range_key=True)
    attachments: MapAttribute[str, object] = MapAttribute(default=dict)


def at(owner: str, todo_id: str) -> Todo:
    """Name a todo for a write; the version only tells PynamoDB to add to it."""
    return Todo(owner, todo_id, version=0)


def is_live() -> Condition:
    """The todo exists and is not in the trash."""
    return Todo.live_id.exists()
