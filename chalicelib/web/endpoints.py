"""What an endpoint declares, and how a request becomes a reply."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from chalicelib.observe import logs, traces
from chalicelib.settings import settings
from chalicelib.store.cursors import InvalidCursor
from chalicelib.store.errors import Unavailable
from chalicelib.store.freshness import fresh_reads
from chalicelib.store.idempotency import KeyReused
from chalicelib.web import cors, problems
from chalicelib.web.http import JSON, MAX_BODY_BYTES, Reply, Request
from chalicelib.web.problems import Problem, ProblemType
from chalicelib.web.validation import as_cache_keys, decode_body, decode_query

PRIVATE = "private, no-store"


class NoQuery(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """An endpoint that takes no query parameters."""


class Endpoint(msgspec.Struct, frozen=True):
    """One route, declared once: it drives decoding, the answer's headers and the OpenAPI document.

    A `private` endpoint is for verified people, with a `group` for its members alone. `returns` maps each status of
    success to the type of its body, None where it has none, or a JSON Schema where it is not ours. `stale_answer` is
    the type of `current` in the problem of a version that does not match.
    """

    method: str
    path: str
    handler: Callable[..., Reply]
    returns: Mapping[int, Any]
    private: bool = True
    group: str | None = None
    query: type[msgspec.Struct] = NoQuery
    body: type[msgspec.Struct] | None = None
    body_optional: bool = False
    takes_if_match: bool = False
    stale_answer: type[msgspec.Struct] | None = None
    takes_if_none_match: bool = False
    takes_idempotency_key: bool = False
    refuses: tuple[ProblemType, ...] = ()
    cache_control: str = PRIVATE
    content_type: str = JSON
    response_headers: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The operation's name."""
        return self.handler.__name__

    @property
    def is_public(self) -> bool:
        """Whether caches may keep the answers for everybody."""
        return self.cache_control.startswith("public")


class Answer(msgspec.Struct, frozen=True):
    """What goes over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes


def answer(endpoint: Endpoint, request: Request, path_parameters: Mapping[str, str]) -> Answer:
    """Decode, call the handler, encode; every refusal becomes a problem, and nothing else escapes."""
    started = time.perf_counter()
    tracer = traces.tracer()
    tracer.begin(endpoint.name, f"{endpoint.method} {endpoint.path}")
    try:
        reply = _call(endpoint, request, path_parameters)
        status, headers, body = reply.status, dict(reply.headers), _encode(reply)
        if body:
            headers["Content-Type"] = reply.content_type
    except Problem as problem:
        status, headers, body = _refusal(problem)
    except Exception as error:  # noqa: BLE001 - the boundary: whatever it is, the caller gets a problem
        status, headers, body = _refusal(_translated(error))
    headers.setdefault("Cache-Control", endpoint.cache_control if status < 400 else PRIVATE)
    headers["X-Content-Type-Options"] = "nosniff"
    headers.update(cors.headers_for(request.headers.get("origin"), settings().allowed_origins))
    logs.request(endpoint.method, endpoint.path, status, time.perf_counter() - started)
    tracer.end(status)
    return Answer(status, headers, body)


def _call(endpoint: Endpoint, request: Request, path_parameters: Mapping[str, str]) -> Reply:
    arguments: dict[str, Any] = dict(path_parameters)
    if endpoint.private:
        arguments["caller"] = request.caller
        if endpoint.group is not None and endpoint.group not in request.caller.groups:
            raise Problem(problems.FORBIDDEN, f"This is for the group {endpoint.group}.")
    # What a cache's key ignores may not change the answer.
    asked = as_cache_keys(request.query, endpoint.query) if endpoint.is_public else request.query
    query = decode_query(asked, endpoint.query)
    if endpoint.query is not NoQuery:
        arguments["query"] = query
    if len(request.body) > MAX_BODY_BYTES:
        raise Problem(problems.BODY_TOO_LARGE, f"A body may have up to {MAX_BODY_BYTES} bytes.")
    if endpoint.body is not None:
        _require_json(request)
        body = request.body or (b"{}" if endpoint.body_optional else b"")
        arguments["body"] = decode_body(body, endpoint.body)
    # Behind a cache that asks for a new copy, another one must not answer with an old one.
    with fresh_reads(wanted=endpoint.private or _asks_anew(request)):
        return endpoint.handler(request, **arguments)


def _asks_anew(request: Request) -> bool:
    asked = {each.strip().lower() for each in request.headers.get("cache-control", "").split(",")}
    return bool(asked & {"max-age=0", "no-cache"})


def _require_json(request: Request) -> None:
    media_type = request.headers.get("content-type", JSON).partition(";")[0].strip().lower()
    if media_type != JSON:
        raise Problem(problems.UNSUPPORTED_MEDIA_TYPE, "Send the body as application/json.")


def _encode(reply: Reply) -> bytes:
    if reply.body is None:
        return b""
    return reply.body if isinstance(reply.body, bytes) else msgspec.json.encode(reply.body)


def _refusal(problem: Problem) -> tuple[int, dict[str, str], bytes]:
    return problem.type.status, {**problem.headers, "Content-Type": problems.MEDIA_TYPE}, problem.body()


def _translated(error: Exception) -> Problem:
    if isinstance(error, InvalidCursor):
        return Problem(problems.INVALID_CURSOR, str(error))
    if isinstance(error, KeyReused):
        return Problem(problems.IDEMPOTENCY_KEY_REUSED, str(error))
    if isinstance(error, Unavailable):
        logs.failure("store unavailable", error)
        wait = str(error.retry_after_seconds)
        return Problem(problems.UNAVAILABLE, error.detail, headers={"Retry-After": wait})
    logs.failure("unhandled error", error)
    return Problem(problems.INTERNAL_ERROR, "The request failed. It has been logged.")
