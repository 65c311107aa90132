"""What each use case writes: update actions and the attributes of a new todo."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import UNSET, UnsetType
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib import clock
from chalicelib.store.idempotency import Idempotent
from chalicelib.todos.contract import NewTodo, TodoChanges
from chalicelib.todos.model import TRASH_SECONDS, State, Todo, due_key, user_state


def new_todo(owner: str, new: NewTodo) -> Todo:
    """A todo that is not stored yet."""
    todo_id, created_at = clock.new_id(), clock.timestamp(clock.now())
    due_on, due_at = _as_stored(new.due_on, new.due_at)
    return Todo(
        owner,
        todo_id,
        live_id=todo_id,
        user_state=user_state(owner, State.DONE if new.completed else State.OPEN),
        due_key=due_key(due_on, due_at, todo_id) if due_on or due_at else None,
        title=new.title.strip(),
        notes=new.notes,
        completed=new.completed,
        order=new.order,
        due_on=due_on,
        due_at=due_at,
        tags=tidy_tags(new.tags),
        created_at=created_at,
        updated_at=created_at,
    )


def changes(owner: str, todo_id: str, asked: TodoChanges) -> list[Action]:
    """The actions that a change asks for; what is not asked for stays."""
    actions: list[Action] = [touched()]
    if asked.title is not UNSET:
        actions.append(Todo.title.set(asked.title.strip()))
    if asked.notes is not UNSET:
        actions.append(Todo.notes.set(asked.notes))
    if asked.order is not UNSET:
        actions.append(Todo.order.remove() if asked.order is None else Todo.order.set(asked.order))
    if asked.tags is not UNSET:
        actions.append(Todo.tags.set(tidy_tags(asked.tags)))
    if asked.completed is not UNSET:
        state = State.DONE if asked.completed else State.OPEN
        actions += [Todo.completed.set(asked.completed), Todo.user_state.set(user_state(owner, state))]
    if asked.due_on is not UNSET or asked.due_at is not UNSET:
        actions += due(todo_id, *_as_stored(asked.due_on, asked.due_at))
    return actions


def due(todo_id: str, due_on: str | None, due_at: str | None) -> list[Action]:
    """Make a todo due on a day, or at a moment, or remove its due date."""
    actions: list[Action] = [
        Todo.due_on.set(due_on) if due_on else Todo.due_on.remove(),
        Todo.due_at.set(due_at) if due_at else Todo.due_at.remove(),
    ]
    key = due_key(due_on, due_at, todo_id) if due_on or due_at else None
    return [*actions, Todo.due_key.set(key) if key else Todo.due_key.remove()]


def to_trash() -> list[Action]:
    """Leave every index, and expire in 30 days unless restored; `by_due` goes with `user_state`."""
    return [
        touched(),
        Todo.trashed_state.set(Todo.user_state),
        Todo.expires_at.set(clock.epoch_seconds() + TRASH_SECONDS),
        Todo.live_id.remove(),
        Todo.user_state.remove(),
    ]


def out_of_trash(todo_id: str) -> list[Action]:
    """Come back into every index it was in."""
    return [
        touched(),
        Todo.live_id.set(todo_id),
        Todo.user_state.set(Todo.trashed_state),
        Todo.trashed_state.remove(),
        Todo.expires_at.remove(),
    ]


def tidy_tags(tags: Sequence[str]) -> list[str]:
    """Trim tags, and keep the first of equal ones."""
    return list(dict.fromkeys(tag.strip() for tag in tags))


def named(name: Idempotent) -> list[Action]:
    """Remember which request wrote last."""
    return [Todo.last_key.set(name.key), Todo.last_fingerprint.set(name.fingerprint)]


def not_yet(name: Idempotent) -> Condition:
    """The request that wrote last was another one."""
    other = Todo.last_key != name.key
    either: Condition = Todo.last_key.does_not_exist() | other
    return either


def touched() -> Action:
    """Say when the todo was written."""
    return Todo.updated_at.set(clock.timestamp(clock.now()))


def _as_stored(due_on: date | UnsetType | None, due_at: datetime | UnsetType | None) -> tuple[str | None, str | None]:
    return (
        due_on.isoformat() if isinstance(due_on, date) else None,
        clock.timestamp(due_at) if isinstance(due_at, datetime) else None,
    )
