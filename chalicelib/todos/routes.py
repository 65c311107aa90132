"""The todo routes: parse, call the service, shape the reply."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from msgspec import UNSET

from chalicelib import signing
from chalicelib.clock import timestamp
from chalicelib.ids import is_id
from chalicelib.media.contract import Attachment, NewAttachment
from chalicelib.media.service import ForeignKey, thumbnail_url
from chalicelib.settings import settings
from chalicelib.store.cursors import seal, unseal
from chalicelib.todos import attachments, contract, service
from chalicelib.todos.attachments import AttachedElsewhere, TooManyAttachments
from chalicelib.todos.model import State, Todo
from chalicelib.todos.service import NoSuchTodo, Stale
from chalicelib.web import problems
from chalicelib.web.etags import etag, expected_version, is_unchanged
from chalicelib.web.http import Caller, Reply, Request
from chalicelib.web.idempotency_key import idempotent
from chalicelib.web.problems import FieldError, Problem
from chalicelib.web.routes import Routes

routes = Routes(__name__)


@routes.endpoint(
    "GET",
    "/todos",
    query=contract.TodoQuery,
    returns={200: contract.TodoPage},
    refuses=(problems.INVALID_CURSOR,),
)
def list_todos(_: Request, caller: Caller, query: contract.TodoQuery) -> Reply:
    """List the caller's todos, a page at a time: oldest first, or soonest due first."""
    state, scope = _asked_state(query), f"todos {caller.sub} {query.state} {query.sort}"
    after = unseal(query.cursor, scope, signing.keys())
    if query.sort == "due":
        page = service.list_due(caller.sub, state or State.OPEN, query.limit, after)
    else:
        page = service.list_created(caller.sub, state, query.limit, after)
    following = seal(page.last_key, scope, signing.keys())
    return Reply(200, contract.TodoPage([_shape(todo) for todo in page.items], following))


@routes.endpoint(
    "POST",
    "/todos",
    body=contract.NewTodo,
    returns={201: contract.Todo},
    takes_idempotency_key=True,
    response_headers=("Location", "ETag", "Idempotency-Replayed"),
)
def create_todo(request: Request, caller: Caller, body: contract.NewTodo) -> Reply:
    """Create a todo."""
    _check_due(body)
    created = service.create(caller.sub, body, idempotent(request, "create_todo", body))
    todo = _shape(created.todo)
    headers = {"Location": todo.url, "ETag": etag(todo.version)}
    if created.replayed:
        headers["Idempotency-Replayed"] = "true"
    return Reply(201, todo, headers)


@routes.endpoint("DELETE", "/todos", query=contract.ClearQuery, returns={200: contract.Cleared})
def clear_todos(_: Request, caller: Caller, query: contract.ClearQuery) -> Reply:
    """Move all done todos, or all of them, to the trash."""
    cleared = service.clear(caller.sub, State.DONE if query.state == "done" else None)
    return Reply(200, contract.Cleared(cleared.count, cleared.more))


@routes.endpoint(
    "GET",
    "/todos/{todo_id}",
    returns={200: contract.Todo, 304: None},
    refuses=(problems.NOT_FOUND,),
    takes_if_none_match=True,
    response_headers=("ETag",),
)
def get_todo(request: Request, caller: Caller, todo_id: str) -> Reply:
    """Get one todo."""
    with _refusals(todo_id):
        todo = service.get(caller.sub, todo_id)
    headers = {"ETag": etag(todo.version)}
    # A thumbnail comes without a new version, so that a todo with photos is always sent.
    if is_unchanged(request, headers["ETag"]) and not todo.attachments.as_dict():
        return Reply(304, None, headers)
    return Reply(200, _shape(todo), headers)


@routes.endpoint(
    "PATCH",
    "/todos/{todo_id}",
    body=contract.TodoChanges,
    returns={200: contract.Todo},
    refuses=(problems.NOT_FOUND, problems.VERSION_MISMATCH),
    takes_if_match=True,
    stale_answer=contract.Todo,
    takes_idempotency_key=True,
    response_headers=("ETag",),
)
def change_todo(request: Request, caller: Caller, todo_id: str, body: contract.TodoChanges) -> Reply:
    """Change some fields of a todo; with `If-Match` only if nobody was first."""
    _check_due(body)
    expected, name = expected_version(request), idempotent(request, "change_todo", todo_id, body)
    with _refusals(todo_id):
        todo = service.change(caller.sub, todo_id, body, expected, name)
    return Reply(200, _shape(todo), {"ETag": etag(todo.version)})


@routes.endpoint(
    "DELETE",
    "/todos/{todo_id}",
    returns={204: None},
    refuses=(problems.NOT_FOUND, problems.VERSION_MISMATCH),
    takes_if_match=True,
    stale_answer=contract.Todo,
    takes_idempotency_key=True,
)
def delete_todo(request: Request, caller: Caller, todo_id: str) -> Reply:
    """Move a todo to the trash, where it stays for 30 days."""
    expected, name = expected_version(request), idempotent(request, "delete_todo", todo_id)
    with _refusals(todo_id):
        service.trash(caller.sub, todo_id, expected, name)
    return Reply(204)


@routes.endpoint(
    "POST",
    "/todos/{todo_id}/restore",
    returns={200: contract.Todo},
    refuses=(problems.NOT_FOUND,),
    response_headers=("ETag",),
)
def restore_todo(_: Request, caller: Caller, todo_id: str) -> Reply:
    """Take a todo out of the trash."""
    with _refusals(todo_id):
        todo = service.restore(caller.sub, todo_id)
    return Reply(200, _shape(todo), {"ETag": etag(todo.version)})


@routes.endpoint(
    "POST",
    "/todos/{todo_id}/attachments",
    body=NewAttachment,
    returns={201: Attachment},
    refuses=(problems.FORBIDDEN, problems.NOT_FOUND, problems.TOO_MANY_ATTACHMENTS),
    response_headers=("Location",),
)
def attach_photo(_: Request, caller: Caller, todo_id: str, body: NewAttachment) -> Reply:
    """Attach a photo that the caller has sent to the media bucket; attaching it again changes nothing."""
    with _refusals(todo_id):
        media_id, attached = attachments.attach(caller.sub, todo_id, body)
    return Reply(201, _shape_attachment(media_id, attached), {"Location": f"{settings().api_url}/media/{media_id}"})


@routes.endpoint(
    "DELETE",
    "/todos/{todo_id}/attachments/{media_id}",
    returns={204: None},
    refuses=(problems.NOT_FOUND,),
)
def detach_photo(_: Request, caller: Caller, todo_id: str, media_id: str) -> Reply:
    """Take a photo off a todo."""
    with _refusals(todo_id, media_id):
        attachments.detach(caller.sub, todo_id, media_id)
    return Reply(204)


@contextmanager
def _refusals(*ids: str) -> Iterator[None]:
    nothing = Problem(problems.NOT_FOUND, "There is no such todo.")
    if not all(map(is_id, ids)):
        raise nothing
    try:
        yield
    except NoSuchTodo as error:
        raise nothing from error
    except Stale as error:
        current = _shape(error.current)
        headers = {"ETag": etag(current.version)}
        raise Problem(problems.VERSION_MISMATCH, str(error), extra={"current": current}, headers=headers) from error
    except (ForeignKey, AttachedElsewhere) as error:
        raise Problem(problems.FORBIDDEN, str(error)) from error
    except TooManyAttachments as error:
        raise Problem(problems.TOO_MANY_ATTACHMENTS, str(error)) from error


def _asked_state(query: contract.TodoQuery) -> State | None:
    if query.sort == "due" and query.state == "all":
        wrong = FieldError("state", "Expected open or done with sort=due")
        raise Problem(problems.INVALID_QUERY, "1 field does not fit.", (wrong,))
    return None if query.state in (UNSET, "all") else State(query.state)


def _check_due(body: contract.NewTodo | contract.TodoChanges) -> None:
    if body.due_on and body.due_at:
        wrong = FieldError("due_on", "Expected a day in due_on or a moment in due_at, not both")
        raise Problem(problems.INVALID_BODY, "1 field does not fit.", (wrong,))
    if isinstance(body.due_at, datetime):
        try:
            timestamp(body.due_at)
        except ValueError as error:
            wrong = FieldError("due_at", str(error))
            raise Problem(problems.INVALID_BODY, "1 field does not fit.", (wrong,)) from error


def _shape(todo: Todo) -> contract.Todo:
    return contract.Todo(
        id=todo.todo_id,
        url=f"{settings().api_url}/todos/{todo.todo_id}",
        title=todo.title,
        notes=todo.notes,
        completed=todo.completed,
        order=None if todo.order is None else int(todo.order),
        due_on=todo.due_on,
        due_at=todo.due_at,
        tags=list(todo.tags),
        attachments=[_shape_attachment(*photo) for photo in sorted(todo.attachments.as_dict().items())],
        created_at=todo.created_at,
        updated_at=todo.updated_at,
        version=todo.version,
    )


def _shape_attachment(media_id: str, photo: Mapping[str, Any]) -> Attachment:
    thumbnail = photo.get("thumbnail")
    url = None if thumbnail is None else thumbnail_url(thumbnail)
    return Attachment(media_id, photo["name"], photo["content_type"], int(photo["size"]), url)
