"""Stages cache responses where their settings say so.

AWS: with a cache cluster and caching on for a method, a good response is repeated for its time to live to every
request whose cache key parameters are equal. Nothing else is part of the key: not the path, not who is calling. The
stage-wide setting is for GET only; clients without permission cannot get round the cache.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html

The emulator: stores the settings and caches nothing.

Here: as on AWS, but nobody can get round the cache by `Cache-Control`; FlushStageCache empties it.
"""

import functools
import time
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import apigateway_v1
from ministack.services.cloudformation import provisioners

TARGETS = (
    "ministack.core.responses:get_account_id",
    "ministack.core.responses:get_region",
    "ministack.services.apigateway_v1:_gateway_request_value(source, request)",
    "ministack.services.apigateway_v1:_invoke_lambda_custom_v1",
    "ministack.services.apigateway_v1:_invoke_lambda_proxy_v1",
    "ministack.services.apigateway_v1:_stages_v1",
    "ministack.services.apigateway_v1:_v1_error(code, message, status)",
    "ministack.services.apigateway_v1:handle_request(method, path, headers, body, query_params)",
    "ministack.services.apigateway_v1:reset",
    "ministack.services.cloudformation.provisioners:_apigw_method_settings(raw)",
)
_LARGEST_BODY = 1024 * 1024
_MOST_RESPONSES = 1000
_EVERY_METHOD = "*/*"
_DEFAULT_SECONDS = 300

Key = tuple[Any, ...]
_kept: dict[Key, tuple[float, Any]] = {}


def apply() -> None:
    apigateway_v1._invoke_lambda_proxy_v1 = _cached(apigateway_v1._invoke_lambda_proxy_v1)
    apigateway_v1._invoke_lambda_custom_v1 = _cached(apigateway_v1._invoke_lambda_custom_v1)
    apigateway_v1.handle_request = _with_flush(apigateway_v1.handle_request)
    apigateway_v1.reset = _emptying(apigateway_v1.reset)
    provisioners._apigw_method_settings = _by_path(provisioners._apigw_method_settings)


def _cached(original: Any) -> Any:
    @functools.wraps(original)
    async def invoke(integration: dict[str, Any], *call: Any, **options: Any) -> Any:
        api, stage_name, stage, resource, _path, verb, headers, _body, query, path_values = call
        seconds = _time_to_live(stage, resource["path"], verb)
        request = {"headers": headers, "query_params": query or {}, "path_params": path_values or {}, "stage": stage}
        key = (*_stage_key(api, stage_name), *_request_key(integration, verb, request))
        now = time.monotonic()
        kept_until, response = _kept.get(key, (0.0, None))
        if seconds and kept_until > now:
            return _copy(response)
        response = await original(integration, *call, **options)
        good = isinstance(response, tuple) and 200 <= response[0] < 300 and len(response[2]) <= _LARGEST_BODY
        if seconds and good:
            if len(_kept) >= _MOST_RESPONSES:
                _kept.clear()
            _kept[key] = now + seconds, _copy(response)
        return response

    return invoke


def _copy(response: tuple[int, dict[str, Any], bytes]) -> tuple[int, dict[str, Any], bytes]:
    """The emulator writes into the headers it sends."""
    status, headers, body = response
    return status, dict(headers), body


def _time_to_live(stage: dict[str, Any], path: str, verb: str) -> int:
    """For how many seconds a response is kept; 0 where caching is off."""
    if not stage.get("cacheClusterEnabled"):
        return 0
    settings = {_setting_key(name): setting for name, setting in stage.get("methodSettings", {}).items()}
    setting = settings.get(_setting_key(f"{path}/{verb}")) or (settings.get(_EVERY_METHOD) if verb == "GET" else None)
    if not setting or not setting.get("cachingEnabled"):
        return 0
    return int(setting.get("cacheTtlInSeconds", _DEFAULT_SECONDS))


def _stage_key(api: str, stage: str) -> Key:
    return get_account_id(), get_region(), api, stage


def _request_key(integration: dict[str, Any], verb: str, request: dict[str, Any]) -> Key:
    values = [
        apigateway_v1._gateway_request_value(parameter, request)
        for parameter in integration.get("cacheKeyParameters") or []
    ]
    return integration.get("cacheNamespace"), verb, *values


def _with_flush(original: Any) -> Any:
    @functools.wraps(original)
    async def handle(method: str, path: str, *request: Any) -> Any:
        segments = path.strip("/").split("/")
        if method != "DELETE" or segments[2:3] != ["stages"] or segments[4:] != ["cache", "data"]:
            return await original(method, path, *request)
        _, api, _, stage, *_ = segments
        if stage not in apigateway_v1._stages_v1.get(api, {}):
            return apigateway_v1._v1_error("NotFoundException", "Invalid stage identifier specified", 404)
        for key in [key for key in _kept if key[:4] == _stage_key(api, stage)]:
            del _kept[key]
        return 202, {}, b""

    return handle


def _emptying(original: Any) -> Any:
    @functools.wraps(original)
    def reset() -> None:
        _kept.clear()
        original()

    return reset


def _by_path(original: Any) -> Any:
    """A template writes a path as `/~1a~1b`; the stage knows it as `a/b`."""

    @functools.wraps(original)
    def settings(raw: Any) -> dict[str, Any]:
        return {_setting_key(name): setting for name, setting in original(raw).items()}

    return settings


def _setting_key(name: str) -> str:
    path, _, verb = name.rpartition("/")
    return f"{path.replace('~1', '/').strip('/')}/{verb}"
