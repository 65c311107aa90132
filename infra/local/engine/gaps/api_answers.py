"""API Gateway answers for a function that fails, dawdles or talks nonsense, and knows who is calling.

AWS: a function error or a response that is not in the proxy format is a 502 with nothing of the error in it, and one
slower than the integration's timeout a 504; bodies above 10 MB, and events above Lambda's 6 MB, are a 413. All go
through the API's gateway responses. A request line and headers above 10 240 bytes are a 431, and a method's ARN above
1 600 bytes is a 414 where the method asks who is calling.
`sourceIp` is the address of the connection, whatever `X-Forwarded-For` claims, and `queryStringParameters` has the
last value of each name.
https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html

The emulator: hands out the function's error, takes any response for a good one, waits for as long as it takes, has no
limit, believes `X-Forwarded-For`, and hands on the first value.
"""

import asyncio
import functools
import json
from typing import Any
from urllib.parse import urlencode

from ministack.core.responses import get_account_id, get_region
from ministack.services import apigateway_v1

from infra.local.request_sizes import (
    MAX_BODY_BYTES,
    MAX_EVENT_BYTES,
    headers_are_too_large,
    json_size,
    method_arn_is_too_long,
)

TARGETS = (
    "ministack.core.responses:get_account_id",
    "ministack.core.responses:get_region",
    "ministack.services.apigateway_v1:_build_lambda_event_v1",
    "ministack.services.apigateway_v1:_execute_in_scope(request, api_id, stage_name, method, path, headers, body)",
    "ministack.services.apigateway_v1:_gateway_error_response(error, request)",
    "ministack.services.apigateway_v1:_gw_error(response_type, message)",
    "ministack.services.apigateway_v1:_invoke_lambda_proxy_v1(integration)",
    "ministack.services.apigateway_v1:_lambda_proxy_response(result)",
    "ministack.services.apigateway_v1:_stages_v1",
    "ministack.services.apigateway_v1:method_authorization_type(api_id, stage_name, method, path)",
)
_LONGEST_WAIT_MS = 29_000
_FIELDS = {"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"}
_CALLER = "127.0.0.1"

_late: set[asyncio.Task[Any]] = set()


class _FunctionError(Exception):
    """The function failed, or its response is not one."""


class _EventTooLargeError(Exception):
    """Lambda would refuse the event."""


def apply() -> None:
    apigateway_v1._lambda_proxy_response = proxy_response
    apigateway_v1._invoke_lambda_proxy_v1 = _in_time(apigateway_v1._invoke_lambda_proxy_v1)
    apigateway_v1._execute_in_scope = _checked(apigateway_v1._execute_in_scope)
    apigateway_v1._gateway_error_response = _with_status(apigateway_v1._gateway_error_response)
    apigateway_v1._build_lambda_event_v1 = _from_here(apigateway_v1._build_lambda_event_v1)


def proxy_response(result: dict[str, Any]) -> tuple[dict[str, Any], None]:
    """The function's response, if it has the format of one."""
    response = result.get("body")
    if result.get("error") or not isinstance(response, dict) or not set(response) <= _FIELDS:
        raise _FunctionError
    if not isinstance(response.get("body") or "", str) or not str(response.get("statusCode", 200)).isdecimal():
        raise _FunctionError
    return {**response, "statusCode": int(response.get("statusCode", 200)), "body": response.get("body") or ""}, None


def _in_time(original: Any) -> Any:
    @functools.wraps(original)
    async def invoke(integration: dict[str, Any], *request: Any, **options: Any) -> Any:
        allowed = min(int(integration.get("timeoutInMillis") or _LONGEST_WAIT_MS), _LONGEST_WAIT_MS) / 1000
        running = asyncio.ensure_future(original(integration, *request, **options))
        done, _ = await asyncio.wait({running}, timeout=allowed)
        if done:
            return await running
        # The function runs on; nobody hears what it says.
        _late.add(running)
        running.add_done_callback(_forget)
        return apigateway_v1._gw_error("INTEGRATION_TIMEOUT", "Endpoint request timed out")

    return invoke


def _forget(task: asyncio.Task[Any]) -> None:
    _late.discard(task)
    if not task.cancelled():
        task.exception()


def _checked(original: Any) -> Any:
    @functools.wraps(original)
    async def execute(request: dict[str, Any], api: str, stage: str, *call: Any) -> Any:
        body = call[3]
        found = apigateway_v1._stages_v1.get(api, {}).get(stage)
        if found is not None and len(body or b"") > MAX_BODY_BYTES:
            request["stage"] = found
            return apigateway_v1._gw_error("REQUEST_TOO_LARGE", f"HTTP content length exceeded {MAX_BODY_BYTES} bytes.")
        refused = None if found is None else _refusal(api, stage, *call)
        if refused is not None:
            return refused
        try:
            return await original(request, api, stage, *call)
        except _EventTooLargeError:
            return apigateway_v1._gw_error("REQUEST_TOO_LARGE", "Request Too Long")
        except _FunctionError:
            error = apigateway_v1._gw_error("DEFAULT_5XX", "Internal server error")
            error.bad_gateway = True
            return error

    return execute


def _refusal(api: str, stage: str, *call: Any) -> tuple[int, dict[str, str], bytes] | None:
    """What is answered before the request is routed; gateway responses do not change it."""
    method, path, headers, _, query = call[:5]
    asked = f"?{urlencode(query, doseq=True)}" if query else ""
    if headers_are_too_large(f"{method} /{stage}{path}{asked} HTTP/1.1", headers.values()):
        return _plain(431, "Request Header Fields Too Large")
    arn = f"arn:aws:execute-api:{get_region()}:{get_account_id()}:{api}/{stage}/{method}{path}"
    if method_arn_is_too_long(arn):
        kind = apigateway_v1.method_authorization_type(api, stage, method, path)
        if kind not in (None, "NONE"):
            return _plain(414, "Request URI too long")
    return None


def _plain(status: int, message: str) -> tuple[int, dict[str, str], bytes]:
    return status, {"Content-Type": "application/json"}, json.dumps({"message": message}).encode()


def _with_status(original: Any) -> Any:
    @functools.wraps(original)
    def respond(error: Any, request: dict[str, Any]) -> Any:
        status, headers, body = original(error, request)
        # A 502 unless a gateway response names another status.
        bad_gateway = status == 500 and getattr(error, "bad_gateway", False)
        return (502 if bad_gateway else status), headers, body

    return respond


def _from_here(original: Any) -> Any:
    @functools.wraps(original)
    def build(*request: Any, **options: Any) -> Any:
        event = original(*request, **options)
        event["requestContext"]["identity"]["sourceIp"] = _CALLER
        several = event["multiValueQueryStringParameters"]
        event["queryStringParameters"] = several and {name: values[-1] for name, values in several.items()}
        if json_size(event) > MAX_EVENT_BYTES:
            raise _EventTooLargeError
        return event

    return build
