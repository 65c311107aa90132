"""The route of internal callers: signed with AWS credentials instead of a person's token, and in no public document."""

from contextlib import suppress

import msgspec
from chalice.app import Blueprint, IAMAuthorizer, Response

from chalicelib.blog.model import Post
from chalicelib.settings import settings
from chalicelib.store.errors import Unavailable
from chalicelib.web import problems
from chalicelib.web.http import JSON
from chalicelib.web.problems import Problem

# No post can have it: slugs are small letters.
_NOBODYS = "NOBODY"

internal = Blueprint(__name__)


class Reach(msgspec.Struct, frozen=True):
    """The API answers, and so do its tables."""

    status: str
    stage: str
    tables: str


@internal.route("/internal/health", methods=["GET"], authorizer=IAMAuthorizer())
def reach() -> Response:
    """Say whether the API reaches its tables, to whoever may invoke it by IAM."""
    identity = internal.current_request.context.get("identity") or {}
    if not identity.get("userArn"):
        # The gateway lets nobody through unsigned; should it ever, this does not either.
        return _refused(Problem(problems.FORBIDDEN, "This is for internal callers."))
    try:
        with suppress(Post.DoesNotExist):
            Post.get(_NOBODYS)
    except Unavailable:
        return _refused(Problem(problems.UNAVAILABLE, "The tables do not answer."))
    return _answer(200, msgspec.json.encode(Reach("ok", settings().stage, "reached")), JSON)


def _refused(problem: Problem) -> Response:
    return _answer(problem.type.status, problem.body(), problems.MEDIA_TYPE)


def _answer(status: int, body: bytes, content_type: str) -> Response:
    headers: dict[str, str | list[str]] = {
        "Content-Type": content_type,
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(body.decode(), headers, status)
