"""Sizes of requests that API Gateway and Lambda refuse, for the gateway of `chalice local` and for the engine.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

import json
from collections.abc import Iterable

MAX_BODY_BYTES = 10 * 1024 * 1024
# Of the request line and the values of headers together.
MAX_LINE_AND_HEADER_BYTES = 10_240
MAX_METHOD_ARN_BYTES = 1_600
MAX_EVENT_BYTES = 6_291_456
MAX_ASYNCHRONOUS_EVENT_BYTES = 1_048_576
MAX_ANSWER_BYTES = 6_291_556


def headers_are_too_large(request_line: str, values: Iterable[str]) -> bool:
    """Whether API Gateway refuses a request because of its first line and its headers."""
    return len(request_line.encode()) + sum(len(value.encode()) for value in values) > MAX_LINE_AND_HEADER_BYTES


def method_arn_is_too_long(arn: str) -> bool:
    """Whether API Gateway refuses a request to a method that asks who is calling: 414."""
    return len(arn.encode()) > MAX_METHOD_ARN_BYTES


def json_size(value: object) -> int:
    """How many bytes Lambda counts for an event or an answer."""
    return len(json.dumps(value, ensure_ascii=False, default=str).encode("utf-8", "surrogatepass"))
