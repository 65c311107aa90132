"""From an HTTP request to a Lambda event and back, with API Gateway's own refusals on the way."""

import gzip
import re
import time
import uuid
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar
from urllib.parse import unquote

import chalice.local
from chalice.app import CognitoUserPoolAuthorizer

from chalicelib.settings import settings
from chalicelib.web import cors, problems
from chalicelib.web.problems import MEDIA_TYPE, Problem, ProblemType
from infra.api_settings import MINIMUM_COMPRESSION_BYTES
from infra.gateway_responses import GATEWAY_RESPONSES
from infra.local.accept_encoding import accepts_gzip
from infra.local.gateway.stage_cache import RefreshRefusedError, StageCache
from infra.local.gateway.tokens import InvalidTokenError, KeysUnavailableError, TokenVerifier
from infra.local.request_sizes import (
    MAX_BODY_BYTES,
    MAX_EVENT_BYTES,
    headers_are_too_large,
    json_size,
    method_arn_is_too_long,
)

# As long as the ids of an account and of an API on AWS.
_METHOD_ARN = "arn:aws:execute-api:{region}:000000000000:0123456789/api/{method}{path}"
MOST_DISCARDED_BYTES = 64 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024
_LONGEST_LENGTH = 20
LOOPBACK = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?")
STAGE_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"}


class LocalGateway(chalice.local.LocalGateway):
    """API Gateway for one connection: routes, checks tokens, calls the application."""

    verifier: ClassVar[TokenVerifier]
    cache: ClassVar[StageCache | None] = None

    def handle_request(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> dict[str, Any]:
        """Answer one request; whatever goes wrong before the application is reached becomes a problem."""
        lowered = {name.lower(): value for name, value in headers.items()}
        origin = lowered.get("origin")
        try:
            return self._routed(method, path, lowered, body, origin)
        except Problem as problem:
            return refusal(problem, origin)
        except Exception:  # noqa: BLE001 - the outermost boundary
            return refusal(_gateway_problem("INTEGRATION_FAILURE"), origin)

    def _routed(
        self, method: str, path: str, headers: dict[str, str], body: bytes | None, origin: str | None
    ) -> dict[str, Any]:
        context = self._generate_lambda_context()
        try:
            event = self._generate_lambda_event(method, path, headers, body)
        except ValueError as error:
            raise _gateway_problem("MISSING_AUTHENTICATION_TOKEN") from error
        methods = self._app_object.routes[event["requestContext"]["resourcePath"]]
        if method == "OPTIONS":
            return _response(200, cors.preflight_headers(origin, settings().allowed_origins, list(methods)), b"")
        if method not in methods:
            # API Gateway does not tell a method that a resource lacks from a path that the API lacks.
            raise _gateway_problem("MISSING_AUTHENTICATION_TOKEN")
        self._as_api_gateway_sends_it(event, context.aws_request_id)
        if len(body or b"") > MAX_EVENT_BYTES // 2 and json_size(event) > MAX_EVENT_BYTES:
            raise _gateway_problem("REQUEST_TOO_LARGE")
        if isinstance(methods[method].authorizer, CognitoUserPoolAuthorizer):
            arn = _METHOD_ARN.format(region=settings().aws_region, method=method, path=path.partition("?")[0])
            if method_arn_is_too_long(arn):
                raise bad_request(HTTPStatus.REQUEST_URI_TOO_LONG)
            event["requestContext"]["authorizer"] = {"claims": self._verified(headers)}
        if self.cache is None:
            return self._function(event, context)
        try:
            return self.cache.answer(event, path, lambda: self._function(event, context))
        except RefreshRefusedError as error:
            raise _gateway_problem("ACCESS_DENIED") from error

    def _function(self, event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - Chalice has no types
        answer: dict[str, Any] = self._app_object(event, context)
        return answer

    def _verified(self, headers: Mapping[str, str]) -> dict[str, str]:
        try:
            return self.verifier.claims(headers.get("authorization", ""))
        except InvalidTokenError as error:
            raise _gateway_problem("UNAUTHORIZED") from error
        except KeysUnavailableError as error:
            raise _gateway_problem("AUTHORIZER_FAILURE", {"Retry-After": "1"}) from error

    def _as_api_gateway_sends_it(self, event: dict[str, Any], request_id: str) -> None:
        event["pathParameters"] = {name: unquote(value) for name, value in event["pathParameters"].items()}
        event["requestContext"] |= {
            "requestId": request_id,
            "stage": settings().stage,
            "requestTimeEpoch": int(time.time() * 1000),
            "protocol": "HTTP/1.1",
        }


class RequestHandler(chalice.local.ChaliceRequestHandler):
    """Reads requests and writes answers, without the pauses and the noise of the base class."""

    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 65

    def _parse_payload(self) -> tuple[dict[str, str], bytes | None]:
        if headers_are_too_large(self.requestline, self.headers.values()):
            self.close_connection = True
            raise bad_request(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        self._check_lines()
        self._check_host()
        lengths = self.headers.get_all("content-length", ["0"])
        length = lengths[0]
        # Of two lengths, or a length and chunks, others on the way might have taken the other (RFC 9112, section 6.3).
        if "transfer-encoding" in self.headers or len(lengths) > 1 or not length.isascii() or not length.isdigit():
            self.close_connection = True
            raise Problem(problems.INVALID_HEADER, "Send the body with its Content-Length.")
        # A number may not be too long for Python to read.
        if len(length) > _LONGEST_LENGTH or int(length) > MAX_BODY_BYTES:
            self._discard(min(int(length[:_LONGEST_LENGTH]), MOST_DISCARDED_BYTES))
            self.close_connection = True
            raise _gateway_problem("REQUEST_TOO_LARGE")
        body = self.rfile.read(int(length)) if int(length) else None
        if body is not None and len(body) < int(length):
            self.close_connection = True
            raise Problem(problems.INVALID_HEADER, "The body is shorter than its Content-Length.")
        return dict(self.headers), body

    def _check_lines(self) -> None:
        """Refuse a line that is no header, as one with a space before its colon: Python drops it and all after it."""
        if self.headers.defects:
            self.close_connection = True
            raise Problem(problems.INVALID_HEADER, "Each header is a name, a colon and a value.")

    def _check_host(self) -> None:
        """Refuse other names than this machine's: a page may have had its own name lead to 127.0.0.1."""
        hosts = self.headers.get_all("host", [])
        # HTTP/1.1 asks for exactly one (RFC 9112, section 3.2); HTTP/1.0 knows none.
        is_missing = not hosts and self.request_version != "HTTP/1.0"
        if is_missing or len(hosts) > 1 or any(LOOPBACK.fullmatch(host.lower()) is None for host in hosts):
            self.close_connection = True
            raise Problem(problems.INVALID_HEADER, "Ask for 127.0.0.1 or localhost; this API has no other name.")

    def _discard(self, count: int) -> None:
        """Read past a body: most clients hear nothing until they have said all."""
        while count > 0 and (chunk := self.rfile.read(min(count, _CHUNK_BYTES))):
            count -= len(chunk)

    def _generic_handle(self) -> None:
        try:
            headers, body = self._parse_payload()
            answer = self.local_gateway.handle_request(self.command, self.path, headers, body)
        except Problem as problem:
            answer = refusal(problem, self.headers.get("origin"))
        self._send(answer)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = do_PATCH = do_OPTIONS = _generic_handle  # noqa: N815

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as the base class has no types
        """Take every other method the same way: the path says which ones it has."""
        if name.startswith("do_"):
            return self._generic_handle
        raise AttributeError(name)

    def _send(self, answer: Mapping[str, Any]) -> None:
        body = self._handle_binary(dict(answer))["body"] or b""
        data = body if isinstance(body, bytes) else body.encode()
        compressed = len(data) >= MINIMUM_COMPRESSION_BYTES and self._accepts_gzip()
        if compressed:
            data = gzip.compress(data, mtime=0)
        self.send_response(answer["statusCode"])
        if compressed:
            self.send_header("Content-Encoding", "gzip")
        for name, value in {**answer["headers"], **answer["multiValueHeaders"]}.items():
            for each in value if isinstance(value, list) else [value]:
                self.send_header(name, each)
        if answer["statusCode"] not in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
            self.send_header("Content-Length", str(len(data)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if getattr(self, "command", None) != "HEAD":
            self.wfile.write(data)

    def _accepts_gzip(self) -> bool:
        headers = getattr(self, "headers", None)
        return headers is not None and accepts_gzip(headers.get("accept-encoding", ""))

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer a request that is not even HTTP with a problem too."""
        del message, explain
        self.close_connection = True
        # What is no HTTP counts as HTTP/0.9, whose answers have neither status nor headers.
        self.request_version = self.protocol_version
        headers = getattr(self, "headers", None)
        self._send(refusal(bad_request(HTTPStatus(code)), headers and headers.get("origin")))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """The application logs its own requests."""


def refusal(problem: Problem, origin: str | None) -> dict[str, Any]:
    """Answer a problem as the gateway would."""
    own = {**STAGE_HEADERS, **problem.headers, "Content-Type": MEDIA_TYPE, "x-amzn-RequestId": str(uuid.uuid4())}
    return _response(
        problem.type.status, {**own, **cors.headers_for(origin, settings().allowed_origins)}, problem.body()
    )


def bad_request(status: HTTPStatus) -> Problem:
    """What AWS turns away before gateway responses apply."""
    return Problem(ProblemType("bad-request", status, status.phrase), status.description or status.phrase)


def _response(status: int, headers: Mapping[str, str | Sequence[str]], body: bytes) -> dict[str, Any]:
    return {"statusCode": status, "headers": dict(headers), "multiValueHeaders": {}, "body": body}


def _gateway_problem(response_type: str, headers: Mapping[str, str] | None = None) -> Problem:
    response = GATEWAY_RESPONSES[response_type]
    return Problem(response.problem, response.detail, headers=headers)
