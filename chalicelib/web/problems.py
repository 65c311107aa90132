"""Problem details for HTTP APIs (RFC 9457): every refusal the API can give, declared once.

A problem's `type` is stable: `urn:problem-type:` and the name listed here; docs/problems.md explains each.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

MEDIA_TYPE = "application/problem+json"


class ProblemType(msgspec.Struct, frozen=True):
    """One kind of refusal."""

    name: str
    status: int
    title: str

    @property
    def uri(self) -> str:
        """The stable identifier clients switch on."""
        return f"urn:problem-type:{self.name}"


INVALID_JSON = ProblemType("invalid-json", 400, "The body is not JSON")
INVALID_BODY = ProblemType("invalid-body", 400, "The body does not fit")
INVALID_QUERY = ProblemType("invalid-query", 400, "The query does not fit")
INVALID_HEADER = ProblemType("invalid-header", 400, "A header does not fit")
INVALID_CURSOR = ProblemType("invalid-cursor", 400, "The cursor is not valid here")
INVALID_TOKEN = ProblemType("invalid-token", 400, "The link is not valid")
UNAUTHORIZED = ProblemType("unauthorized", 401, "Sign in first")
FORBIDDEN = ProblemType("forbidden", 403, "Not allowed")
NOT_FOUND = ProblemType("not-found", 404, "Not found")
NO_SUCH_ROUTE = ProblemType("no-such-route", 404, "No such route")
COVER_NOT_READY = ProblemType("cover-not-ready", 409, "The cover is not ready")
SLUG_TAKEN = ProblemType("slug-taken", 409, "The address is taken")
TOO_MANY_ATTACHMENTS = ProblemType("too-many-attachments", 409, "Too many attachments")
VERSION_MISMATCH = ProblemType("version-mismatch", 412, "Someone was first")
BODY_TOO_LARGE = ProblemType("body-too-large", 413, "The body is too large")
UNSUPPORTED_MEDIA_TYPE = ProblemType("unsupported-media-type", 415, "Unsupported media type")
IDEMPOTENCY_KEY_REUSED = ProblemType("idempotency-key-reused", 422, "Idempotency-Key used for another request")
TOO_MANY_REQUESTS = ProblemType("too-many-requests", 429, "Too many requests")
INTERNAL_ERROR = ProblemType("internal-error", 500, "Something went wrong on our side")
UNAVAILABLE = ProblemType("unavailable", 503, "Not available right now")
TIMEOUT = ProblemType("timeout", 504, "No answer in time")

CATALOGUE = tuple(value for value in list(globals().values()) if isinstance(value, ProblemType))


class FieldError(msgspec.Struct, frozen=True):
    """One field that does not fit, named by its path in the body, the query or the headers."""

    field: str
    message: str


class ProblemBody(msgspec.Struct, frozen=True, omit_defaults=True):
    """The body of every refusal."""

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[FieldError, ...] = ()


class Problem(Exception):  # noqa: N818 - RFC 9457's own word
    """A refusal, raised anywhere below the routes; `extra` are further members of its body."""

    def __init__(
        self,
        type_: ProblemType,
        detail: str,
        errors: tuple[FieldError, ...] = (),
        *,
        extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.type = type_
        self.detail = detail
        self.errors = errors
        self.extra = dict(extra or {})
        self.headers = dict(headers or {})

    def body(self) -> bytes:
        """Encode the refusal."""
        core = ProblemBody(self.type.uri, self.type.title, self.type.status, self.detail, self.errors)
        if not self.extra:
            return msgspec.json.encode(core)
        return msgspec.json.encode({**msgspec.to_builtins(core), **self.extra})
