"""The use cases of todos. Every write is one conditional request to DynamoDB, or one transaction.

Raised here, beside the store's own errors:

TodoError
├── NoSuchTodo   none of that id, or another's, or in the trash
└── Stale        the caller saw another version; carries the todo as it stands
"""

from collections.abc import Sequence

import msgspec
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib import clock
from chalicelib.store import idempotency, transactions
from chalicelib.store.errors import ConditionFailed
from chalicelib.store.idempotency import Idempotent, KeyReused
from chalicelib.store.pages import Key, Page, one_page
from chalicelib.store.transactions import TransactionRefused
from chalicelib.todos import writes
from chalicelib.todos.contract import NewTodo, TodoChanges
from chalicelib.todos.model import State, Todo, at, is_live, user_state

CLEAR_BATCHES = 20


class TodoError(Exception):
    """The base of what this service raises."""


class NoSuchTodo(TodoError):  # noqa: N818 - reads as the answer it becomes
    """There is no such todo for this owner."""


class Stale(TodoError):  # noqa: N818 - reads as the answer it becomes
    """The todo changed since the caller saw it."""

    def __init__(self, current: Todo) -> None:
        super().__init__("The todo has changed since you saw it.")
        self.current = current


class Created(msgspec.Struct, frozen=True):
    """A new todo, or the one that the same Idempotency-Key created before."""

    todo: Todo
    replayed: bool = False


class Cleared(msgspec.Struct, frozen=True):
    """How many todos went to the trash, and whether some are left."""

    count: int
    more: bool


def get(owner: str, todo_id: str) -> Todo:
    """Return a todo as it stands now.

    Raises:
        NoSuchTodo: there is none, or it is in the trash.
    """
    try:
        todo = Todo.get(owner, todo_id, consistent_read=True)
    except Todo.DoesNotExist as error:
        raise NoSuchTodo(todo_id) from error
    if not todo.is_live:
        raise NoSuchTodo(todo_id)
    return todo


def list_created(owner: str, state: State | None, limit: int, after: Key | None) -> Page[Todo]:
    """List todos, oldest first; without a state all of them, read consistently."""
    if state is None:
        everything = Todo.by_created.query(owner, consistent_read=True, limit=limit, last_evaluated_key=after)
        return one_page(everything, Todo)
    return one_page(Todo.by_state.query(user_state(owner, state), limit=limit, last_evaluated_key=after), Todo)


def list_due(owner: str, state: State, limit: int, after: Key | None) -> Page[Todo]:
    """List the todos that have a due date, soonest first."""
    return one_page(Todo.by_due.query(user_state(owner, state), limit=limit, last_evaluated_key=after), Todo)


def create(owner: str, new: NewTodo, name: Idempotent | None = None) -> Created:
    """Create a todo; the same `name` creates it once.

    Raises:
        KeyReused: the key was used for another request.
    """
    todo = writes.new_todo(owner, new)
    absent = Todo.todo_id.does_not_exist()
    if name is None:
        try:
            todo.create(absent)
        except ConditionFailed:
            # Nobody else has this id: an attempt of ours whose answer was lost has written it.
            todo.version = 1
        return Created(todo)

    return Created(*idempotency.create_once(owner, name, todo, absent))


def change(
    owner: str,
    todo_id: str,
    changes: TodoChanges,
    expected: int | None = None,
    name: Idempotent | None = None,
) -> Todo:
    """Change a todo, which must be at the `expected` version where one is given; the same `name` changes it once.

    Raises:
        NoSuchTodo: there is none, or it is in the trash.
        Stale: it is at another version.
        KeyReused: the key was used for another request.
    """
    actions = writes.changes(owner, todo_id, changes)
    try:
        return _write(owner, todo_id, actions, expected, name)
    except _AlreadyWritten as already:
        return already.todo


def trash(owner: str, todo_id: str, expected: int | None = None, name: Idempotent | None = None) -> None:
    """Move a todo to the trash, where it stays for 30 days.

    Raises:
        NoSuchTodo: there is none, or it is in the trash already.
        Stale: it is at another version.
        KeyReused: the key was used for another request.
    """
    try:
        _write(owner, todo_id, writes.to_trash(), expected, name)
    except _AlreadyWritten:
        return


def restore(owner: str, todo_id: str) -> Todo:
    """Take a todo out of the trash; one that is not in it stays as it is.

    Raises:
        NoSuchTodo: there is none, or its time in the trash is over.
    """
    todo = at(owner, todo_id)
    still_there = Todo.trashed_state.exists() & (Todo.expires_at > clock.epoch_seconds())
    try:
        todo.change(writes.out_of_trash(todo_id), still_there)
    except ConditionFailed as failed:
        current = None if failed.item is None else Todo.from_raw_data(failed.item)
        if current is None or not current.is_live:
            raise NoSuchTodo(todo_id) from failed
        return current
    return todo


def clear(owner: str, state: State | None) -> Cleared:
    """Move all done todos, or all, to the trash: a page at a time, each page in one transaction."""
    count, after = 0, None
    for _ in range(CLEAR_BATCHES):
        page = list_created(owner, state, transactions.MAX_PARTS, after)
        count += _trash_together(owner, page.items, state)
        after = page.last_key
        if after is None:
            return Cleared(count, more=False)
    return Cleared(count, more=True)


class _AlreadyWritten(Exception):  # noqa: N818 - no error: the write was done by an earlier attempt
    def __init__(self, todo: Todo) -> None:
        super().__init__()
        self.todo = todo


def _write(owner: str, todo_id: str, actions: Sequence[Action], expected: int | None, name: Idempotent | None) -> Todo:
    todo, condition = at(owner, todo_id), is_live()
    if expected is not None:
        condition &= Todo.version == expected
    if name is not None:
        actions = [*actions, *writes.named(name)]
        condition &= writes.not_yet(name)
    try:
        todo.change(actions, condition)
    except ConditionFailed as failed:
        if failed.item is None:
            raise NoSuchTodo(todo_id) from failed
        current = Todo.from_raw_data(failed.item)
        if name is not None and current.last_key == name.key:
            if current.last_fingerprint != name.fingerprint:
                raise KeyReused("This Idempotency-Key was used for another request.") from failed
            raise _AlreadyWritten(current) from failed
        if not current.is_live:
            raise NoSuchTodo(todo_id) from failed
        raise Stale(current) from failed
    return todo


def _trash_together(owner: str, todos: Sequence[Todo], state: State | None) -> int:
    unchanged: Condition = is_live()
    if state is not None:
        unchanged &= Todo.user_state == user_state(owner, state)
    while todos:
        batch = todos

        def fill(transaction: TransactWrite, batch: Sequence[Todo] = batch) -> None:
            for todo in batch:
                place = at(owner, todo.todo_id)
                transaction.update(
                    place, actions=list(writes.to_trash()), condition=unchanged, add_version_condition=False
                )

        try:
            transactions.write(fill)
        except TransactionRefused as refusal:
            # Someone changed these meanwhile: they are no longer what the caller asked to clear.
            todos = [todo for place, todo in enumerate(batch) if place not in refusal.refused]
        else:
            return len(batch)
    return 0
