"""API Gateway refuses keys that are too long, APIs with too many resources, and integrations that may take too long.

AWS: the value of an API key has 128 characters at most, a REST API has 300 resources at most, and an integration has
29 000 ms at most, unless a quota was raised. An import is held to the same.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
https://github.com/boto/boto3/issues/1296
https://github.com/aws/aws-cdk/issues/31063

The emulator: takes all of them.

Here: as on AWS, by call and in stacks. AWS does not say whether the root resource counts; here it does.
"""

import functools
import json
from collections.abc import Iterator, Mapping
from typing import Any

from ministack.services import apigateway_v1
from ministack.services.cloudformation import provisioners

TARGETS = (
    "ministack.services.apigateway_v1:_create_api_key(data)",
    "ministack.services.apigateway_v1:_create_resource(api_id, parent_id, data)",
    "ministack.services.apigateway_v1:_put_integration(api_id, resource_id, http_method, data)",
    "ministack.services.apigateway_v1:_resources",
    "ministack.services.apigateway_v1:_v1_error(code, message, status)",
    "ministack.services.apigateway_v1:handle_request(method, path, headers, body, query_params)",
    "ministack.services.cloudformation.provisioners:_RESOURCE_HANDLERS[AWS::ApiGateway::RestApi]",
)
_REST_API = "AWS::ApiGateway::RestApi"
_INTEGRATION = "x-amazon-apigateway-integration"
_LONGEST_KEY = 128
_MOST_RESOURCES = 300
_SHORTEST_MS, _LONGEST_MS = 50, 29_000

# Code, message and status of a refusal.
_Refusal = tuple[str, str, int]
_LONG_KEY: _Refusal = ("BadRequestException", f"API Key value exceeds maximum size of {_LONGEST_KEY} characters", 400)
_LONG_TIME: _Refusal = (
    "BadRequestException",
    f"Timeout should be between {_SHORTEST_MS} ms and {_LONGEST_MS} ms",
    400,
)
_MANY_RESOURCES: _Refusal = (
    "LimitExceededException",
    "Maximum number of Resources for this API has been reached. Please contact AWS if you need additional Resources.",
    429,
)


def apply() -> None:
    apigateway_v1._create_api_key = _with_short_values(apigateway_v1._create_api_key)
    apigateway_v1._create_resource = _with_few_resources(apigateway_v1._create_resource)
    apigateway_v1._put_integration = _with_short_times(apigateway_v1._put_integration)
    apigateway_v1.handle_request = _with_checked_documents(apigateway_v1.handle_request)
    handler = provisioners._RESOURCE_HANDLERS[_REST_API]
    provisioners._RESOURCE_HANDLERS[_REST_API] = {
        **handler,
        "create": _with_checked_bodies(handler["create"], body_at=1),
        "update": _with_checked_bodies(handler["update"], body_at=2),
    }


def _with_short_values(original: Any) -> Any:
    @functools.wraps(original)
    def create(data: dict[str, Any]) -> Any:
        if len(str(data.get("value") or "")) > _LONGEST_KEY:
            return apigateway_v1._v1_error(*_LONG_KEY)
        return original(data)

    return create


def _with_few_resources(original: Any) -> Any:
    @functools.wraps(original)
    def create(api: str, parent: str, data: dict[str, Any]) -> Any:
        if len(apigateway_v1._resources.get(api, {})) >= _MOST_RESOURCES:
            return apigateway_v1._v1_error(*_MANY_RESOURCES)
        return original(api, parent, data)

    return create


def _with_short_times(original: Any) -> Any:
    @functools.wraps(original)
    def put(api: str, resource: str, method: str, data: dict[str, Any]) -> Any:
        if not _is_time(data.get("timeoutInMillis")):
            return apigateway_v1._v1_error(*_LONG_TIME)
        return original(api, resource, method, data)

    return put


def _with_checked_documents(original: Any) -> Any:
    @functools.wraps(original)
    async def handle(method: str, path: str, headers: Any, body: bytes, query: dict[str, list[str]]) -> Any:
        segments = path.strip("/").split("/")
        importing = method == "POST" and segments == ["restapis"] and query.get("mode") == ["import"]
        putting = method == "PUT" and segments[0] == "restapis" and len(segments) == 2
        if importing or putting:
            kept = {} if importing or query.get("mode") == ["overwrite"] else apigateway_v1._resources
            refusal = _refusal(_document(body), (found["path"] for found in kept.get(segments[-1], {}).values()))
            if refusal is not None:
                return apigateway_v1._v1_error(*refusal)
        return await original(method, path, headers, body, query)

    return handle


def _with_checked_bodies(original: Any, *, body_at: int) -> Any:
    @functools.wraps(original)
    def provision(*given: Any, **named: Any) -> Any:
        body = given[body_at].get("Body")
        refusal = _refusal(body, iter(())) if isinstance(body, dict) else None
        if refusal is not None:
            raise ValueError(refusal[1])
        return original(*given, **named)

    return provision


def _document(body: bytes) -> dict[str, Any]:
    try:
        read = json.loads(body)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _refusal(document: Mapping[str, Any], kept: Iterator[str]) -> _Refusal | None:
    """Why a document cannot be imported into an API that keeps resources at these paths."""
    paths = document.get("paths")
    if not isinstance(paths, dict):
        return None
    if len(_resources([*paths, *kept])) > _MOST_RESOURCES:
        return _MANY_RESOURCES
    operations = (operation for item in paths.values() if isinstance(item, dict) for operation in item.values())
    described = (each.get(_INTEGRATION) or {} for each in operations if isinstance(each, dict))
    return None if all(_is_time(each.get("timeoutInMillis")) for each in described) else _LONG_TIME


def _resources(paths: list[str]) -> set[tuple[str, ...]]:
    """The resources of these paths: each has one a segment, under the root."""
    parts = [tuple(path.strip("/").split("/")) if path.strip("/") else () for path in paths]
    return {()} | {part[:depth] for part in parts for depth in range(len(part) + 1)}


def _is_time(milliseconds: Any) -> bool:
    return milliseconds is None or _SHORTEST_MS <= int(milliseconds) <= _LONGEST_MS
