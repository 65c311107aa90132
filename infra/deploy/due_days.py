"""`python -m infra.deploy.due_days`, in the application's environment: store as days the moments that mean days.

The list once stored a chosen day as its last moment where the person was, such as `2026-03-11T06:59:59.999Z` for
10 March in Los Angeles. Each deploy and each start of the laptop cloud runs this; running it again changes nothing.
"""

import sys
from datetime import UTC, date, datetime, time, timedelta

from chalicelib.store.errors import ConditionFailed
from chalicelib.todos import writes
from chalicelib.todos.model import Todo, at

_LAST_MOMENT = ":59.999Z"
_QUARTER = timedelta(minutes=15)
# Offsets of UTC+13 and less are of Auckland in summer and Apia; what would be more is west of Greenwich: Honolulu.
_EASTERNMOST = timedelta(hours=13)
# Of these no place west of Greenwich has the same time of day: the Chatham Islands in summer.
_CHATHAM = timedelta(hours=13, minutes=45)


def day_of(due_at: str) -> date | None:
    """Return the day whose last moment `due_at` is at some UTC offset; None where there is no such offset.

    `due_at` is RFC 3339 text in UTC with milliseconds.
    """
    moment = datetime.fromisoformat(due_at)
    last = datetime.combine(moment.date(), time(23, 59, 59, 999_000), UTC)
    offset = last - moment
    if offset % _QUARTER:
        return None
    if offset <= _EASTERNMOST or offset == _CHATHAM:
        return moment.date()
    try:
        return moment.date() - timedelta(days=1)
    except OverflowError:
        return None


def store_days() -> int:
    """Give every todo that has such a moment its day instead; return how many.

    A todo that a person changes meanwhile stays as it is until the next run, and so does one in the trash.
    """
    moved = 0
    keys = ["user_state", "due_key", "user_id", "todo_id", "due_at", "version"]
    for todo in Todo.by_due.scan(Todo.due_at.contains(_LAST_MOMENT), attributes_to_get=keys):
        day = day_of(todo.due_at or "")
        if day is not None:
            moved += _store_day(todo, day)
    return moved


def _store_day(seen: Todo, day: date) -> bool:
    actions = [writes.touched(), *writes.due(seen.todo_id, day.isoformat(), None)]
    try:
        at(seen.user_id, seen.todo_id).change(actions, Todo.version == seen.version)
    except ConditionFailed:
        return False
    return True


def main() -> int:
    """Store the days, and say how many."""
    sys.stdout.write(f"Due moments that became days: {store_days()}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
