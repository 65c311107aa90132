"""Lambda takes events and answers up to a size.

AWS: a synchronous call with more than 6 291 456 bytes is refused with RequestEntityTooLargeException, an asynchronous
one above 1 048 576 bytes too; a function whose answer has more than 6 291 556 bytes has failed.
https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html

The emulator: has no limits.

Here: AWS's.
"""

import functools
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import lambda_svc

from infra.local.request_sizes import MAX_ANSWER_BYTES, MAX_ASYNCHRONOUS_EVENT_BYTES, MAX_EVENT_BYTES, json_size

TARGETS = (
    "ministack.core.responses:error_response_json",
    "ministack.services.lambda_svc:_execute_function(func, event)",
    "ministack.services.lambda_svc:handle_request(method, path, headers, body, query_params)",
)


def apply() -> None:
    lambda_svc.handle_request = _with_a_limit(lambda_svc.handle_request)
    lambda_svc._execute_function = _with_a_limited_answer(lambda_svc._execute_function)


def _with_a_limit(original: Any) -> Any:
    @functools.wraps(original)
    async def handle(method: str, path: str, headers: dict[str, str], body: bytes, *more: Any) -> Any:
        if method == "POST" and path.endswith("/invocations"):
            kinds = {name.lower(): value for name, value in headers.items()}
            is_event = kinds.get("x-amz-invocation-type") == "Event"
            most = MAX_ASYNCHRONOUS_EVENT_BYTES if is_event else MAX_EVENT_BYTES
            if len(body or b"") > most:
                message = f"Request must be smaller than {most} bytes for the InvokeFunction operation"
                return error_response_json("RequestEntityTooLargeException", message, 413)
        return await original(method, path, headers, body, *more)

    return handle


def _with_a_limited_answer(original: Any) -> Any:
    @functools.wraps(original)
    def execute(func: dict[str, Any], event: object) -> dict[str, Any]:
        result: dict[str, Any] = original(func, event)
        if result.get("error") or json_size(result.get("body")) <= MAX_ANSWER_BYTES:
            return result
        message = f"Response payload size exceeded maximum allowed payload size ({MAX_ANSWER_BYTES} bytes)."
        body = {"errorType": "Function.ResponseSizeTooLarge", "errorMessage": message}
        return {**result, "body": body, "error": True, "function_error": "Unhandled"}

    return execute
