"""Each request is one call of one operation: router, authoriser and executor read the same.

AWS: an endpoint serves one service by one protocol, so that what is authorised is what is done.
https://smithy.io/2.0/aws/protocols/index.html

The emulator: answers for all services at one address. It finds the service, the action, and what to run in different
places of a request, runs what it has no action for, and serves more paths before it looks for a service.

Here: `infra.local.engine.calls` names the call once. The service, the action and the operation's input are the call's;
what names no call, or several, is refused.
"""

import contextvars
import functools
from typing import Any
from xml.sax.saxutils import escape

from ministack import app as emulator
from ministack.core import iam_actions
from ministack.core import iam_evaluator as evaluator
from ministack.core.responses import error_response_json, error_response_xml
from ministack.services import s3

from infra.local.engine.calls import Call, RefusedCallError, Request, name_call
from infra.local.engine.calls.naming import bucket_of
from infra.local.engine.calls.signed_headers import unsigned_headers

TARGETS = (
    "ministack.app:_dispatch_service_request(method, path, headers, body, query_params, request_id)",
    "ministack.app:_extract_s3_vhost_bucket(host)",
    "ministack.app:_handle_cognito_get_request(method, path, headers, query_params)",
    "ministack.app:_handle_execute_api_request(host, path, method, headers, body, query_params)",
    "ministack.app:_handle_options_request(method, path, headers, query_params, request_id)",
    "ministack.app:_handle_post_body_shortcuts(method, path, headers, body, query_params, request_id)",
    "ministack.app:_handle_pre_body_request(method, path, headers, query_params, request_id)",
    "ministack.app:_handle_s3_vhost_request(host, path, method, headers, body, query_params)",
    "ministack.app:_handle_ses_v2_request(method, path, headers, body, query_params, request_id)",
    "ministack.app:_handle_special_data_plane_request(method, path, headers, body, query_params, request_id)",
    "ministack.app:_parse_execute_api_url(host, path)",
    "ministack.app:_s3_cors_target(host, path, path_style)",
    "ministack.app:_with_data_plane_headers(response, request_id)",
    "ministack.app:app(scope, receive, send)",
    "ministack.app:detect_service(method, path, headers, query_params)",
    "ministack.core.iam_actions:_s3_action(method, path, query_params)",
    "ministack.core.iam_actions:_safe_json_field(body, field)",
    "ministack.core.iam_actions:extract_iam_action(service, method, path, headers, body, query_params)",
    "ministack.core.iam_actions:extract_resource_arn(service, method, path)",
    "ministack.core.iam_evaluator:_verified_key",
    "ministack.core.responses:error_response_json",
    "ministack.core.responses:error_response_xml(code, message, status)",
    "ministack.services.s3:_verify_presigned_sigv4(method, path, headers, query_params)",
)
_CALLBACKS = ("/_ministack/cfn-response/", "/_ministack/cfn-signal/")
_raw_path: contextvars.ContextVar[str] = contextvars.ContextVar("raw_path_of_request", default="")
_call: contextvars.ContextVar[Call | None] = contextvars.ContextVar("call_of_request", default=None)


def current_call() -> Call | None:
    """Return the call that the request at hand makes; None outside of one, and before it has been named."""
    return _call.get()


def apply() -> None:
    emulator.app = _arriving(emulator.app)
    emulator._handle_pre_body_request = _before_its_body
    emulator._handle_post_body_shortcuts = _naming(emulator._handle_post_body_shortcuts)
    emulator._handle_special_data_plane_request = _beside_the_router
    emulator._dispatch_service_request = _dispatching(emulator._dispatch_service_request)
    emulator.detect_service = _service
    iam_actions.extract_iam_action = _action
    iam_actions._s3_action = _s3_action(iam_actions._s3_action)
    iam_actions._safe_json_field = _of_text(iam_actions._safe_json_field)
    iam_actions.extract_resource_arn = _exact_keys(iam_actions.extract_resource_arn)


def _arriving(original: Any) -> Any:
    @functools.wraps(original)
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            _raw_path.set((scope.get("raw_path") or scope["path"].encode()).decode("latin-1").partition("?")[0])
            _call.set(None)
        await original(scope, receive, send)

    return app


async def _before_its_body(method: str, path: str, headers: Any, query: Any, request_id: str) -> Any:
    """Answer preflights and questions for a pool's public keys."""
    if method == "OPTIONS" and emulator._parse_execute_api_url(headers.get("host", ""), path) is None:
        return emulator._handle_options_request(method, path, headers, query, request_id)
    if method == "GET" and "/.well-known/" in path and "x-amz-target" not in headers:
        response = await emulator._handle_cognito_get_request(method, path, headers, query)
        return emulator._with_data_plane_headers(response, request_id)
    return None


def _naming(original: Any) -> Any:
    @functools.wraps(original)
    async def name(*arrived: Any) -> Any:
        method, path, headers, body, query, _ = arrived
        if path.startswith(_CALLBACKS):
            return await original(*arrived)
        request = Request(method, path, _raw_path.get(), query, headers, body)
        try:
            call = name_call(request)
        except RefusedCallError as refusal:
            return _refusal(refusal)
        if call.service != "execute-api":
            left_out = unsigned_headers(request)
            if left_out:
                return _unsigned(call, left_out)
        if call.service == "s3" and "X-Amz-Signature" in query:
            refused = s3._verify_presigned_sigv4(method, path, headers, query)
            if refused is not None:
                return refused
            evaluator._verified_key.set(query["X-Amz-Credential"][0].partition("/")[0])
        _call.set(call)
        return None

    return name


async def _beside_the_router(*arrived: Any, **raw: Any) -> Any:
    """Answer calls that the emulator's router does not know: of APIs, of the mail API, and of buckets by host."""
    call = _call.get()
    method, path, headers, body, query, request_id = arrived
    if call is None:
        return _refusal(RefusedCallError("json", "UnknownOperationException", "There is no such operation.", 404))
    host = headers.get("host", "")
    if call.service == "execute-api":
        raw.pop("client_ip", None)
        response = await emulator._handle_execute_api_request(host, path, method, headers, body, query, **raw)
        response = response or error_response_json("NotFoundException", "There is no API at this path.", 404)
        return emulator._with_data_plane_headers(response, request_id, wildcard_cors=False)
    if call.service == "ses" and path.startswith("/v2/email/"):
        return await emulator._handle_ses_v2_request(method, path, call.headers, call.body, call.query, request_id)
    if call.service == "s3" and bucket_of(host):
        response = await _of_bucket_host(host, path, method, headers, body, query)
        return emulator._with_data_plane_headers(response, request_id, include_s3_id=True, wildcard_cors=False)
    return None


async def _of_bucket_host(host: str, path: str, *request: Any) -> Any:
    method, headers, *_ = request
    response = None
    if emulator._extract_s3_vhost_bucket(host) == bucket_of(host):
        response = await emulator._handle_s3_vhost_request(host, path, *request)
    if response is None:
        return _refusal(RefusedCallError("rest-xml", "InvalidBucketName", "The host name names no bucket."))
    target = emulator._s3_cors_target(host, path, path_style=False)
    if target:
        response[1].update(s3.cors_response_headers(target[0], method, headers))
    return response


def _dispatching(original: Any) -> Any:
    @functools.wraps(original)
    async def dispatch(*arrived: Any) -> Any:
        call = _call.get()
        if call is None:
            return _refusal(RefusedCallError("json", "UnknownOperationException", "There is no such operation.", 404))
        method, path, *_, request_id = arrived
        return await original(method, path or "/", call.headers, call.body, call.query, request_id)

    return dispatch


def _service(method: str, path: str, headers: Any, query: Any) -> str:  # noqa: ARG001 - the emulator's signature
    call = _call.get()
    if call is not None:
        return call.service
    # Asked for before the body has been read: only S3 has answers of its own to preflights and to cut bodies.
    is_form = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    return "" if headers.get("x-amz-target") or (is_form and path == "/") else "s3"


def _action(*request: Any) -> str | None:  # noqa: ARG001 - the emulator's signature
    call = _call.get()
    return None if call is None else call.action


def _s3_action(original: Any) -> Any:
    @functools.wraps(original)
    def action(method: str, path: str, query: Any) -> Any:
        call = _call.get()
        if call is not None and call.service == "s3":
            return call.action.removeprefix("s3:")
        return original(method, path, query)

    return action


def _of_text(original: Any) -> Any:
    """A body that is no text, such as CBOR, has no fields of JSON."""

    @functools.wraps(original)
    def field(body: bytes, name: str) -> Any:
        try:
            return original(body, name)
        except UnicodeDecodeError:
            return ""

    return field


def _exact_keys(original: Any) -> Any:
    """A key is all that follows the bucket, empty segments included."""

    @functools.wraps(original)
    def extract(service: str, method: str, path: str, *more: Any) -> Any:
        bucket, _, key = path.removeprefix("/").partition("/")
        if service == "s3" and bucket and key:
            return f"arn:aws:s3:::{bucket}/{key}"
        return original(service, method, path, *more)

    return extract


def _refusal(refusal: RefusedCallError) -> Any:
    if refusal.protocol == "json":
        return error_response_json(refusal.code, refusal.message, refusal.status)
    if refusal.protocol == "query":
        return error_response_xml(refusal.code, refusal.message, refusal.status)
    return _s3_error(refusal.code, refusal.message, refusal.status)


def _unsigned(call: Call, headers: list[str]) -> Any:
    if call.service == "s3":
        message = "There were headers present in the request which were not signed"
        return _s3_error("AccessDenied", message, 403, f"<HeadersNotSigned>{', '.join(headers)}</HeadersNotSigned>")
    message = f"'{headers[0]}' must be a 'SignedHeader' in the AWS Authorization."
    return _refusal(RefusedCallError("json", "InvalidSignatureException", message, 403))


def _s3_error(code: str, message: str, status: int, more: str = "") -> Any:
    body = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message>{more}</Error>"
    return status, {"Content-Type": "application/xml"}, f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'.encode()
