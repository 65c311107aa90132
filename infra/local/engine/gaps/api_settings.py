"""UpdateRestApi keeps an API's settings in their types.

AWS: a patch's values are text; `minimumCompressionSize` becomes a number, or nothing for an empty text, and
`/binaryMediaTypes/image~1png` adds or removes one media type.
https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html#UpdateRestApi-Patch

The emulator: stores the text, and a media type makes an object of the list.
"""

import functools
from typing import Any

from ministack.services import apigateway_v1

TARGETS = (
    "ministack.services.apigateway_v1:_get_rest_api(api_id)",
    "ministack.services.apigateway_v1:_rest_apis",
    "ministack.services.apigateway_v1:_update_rest_api(api_id, data)",
)
_MEDIA_TYPES = "/binaryMediaTypes/"


def apply() -> None:
    apigateway_v1._update_rest_api = _typed(apigateway_v1._update_rest_api)


def _typed(original: Any) -> Any:
    @functools.wraps(original)
    def update(api_id: str, data: dict[str, Any]) -> Any:
        api = apigateway_v1._rest_apis.get(api_id)
        if api is None:
            return original(api_id, data)
        operations = data.get("patchOperations", [])
        original(api_id, {"patchOperations": [patch for patch in operations if not _of_media_type(patch)]})
        api["minimumCompressionSize"] = _number(api.get("minimumCompressionSize"))
        api["disableExecuteApiEndpoint"] = str(api.get("disableExecuteApiEndpoint")).lower() == "true"
        for patch in filter(_of_media_type, operations):
            _media_type(api, patch)
        return apigateway_v1._get_rest_api(api_id)

    return update


def _of_media_type(patch: dict[str, Any]) -> bool:
    return str(patch.get("path", "")).startswith(_MEDIA_TYPES)


def _media_type(api: dict[str, Any], patch: dict[str, Any]) -> None:
    named = patch["path"].removeprefix(_MEDIA_TYPES).replace("~1", "/")
    others = [kept for kept in api.get("binaryMediaTypes") or [] if kept != named]
    api["binaryMediaTypes"] = others if patch.get("op") == "remove" else [*others, patch.get("value") or named]


def _number(value: Any) -> int | None:
    return None if value in (None, "") else int(value)
