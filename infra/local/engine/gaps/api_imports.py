"""REST APIs can be made from an OpenAPI document, and changed by one in place.

AWS: ImportRestApi and PutRestApi take everything a document says about methods, integrations and gateway responses;
a template's changed `Body` changes the API it made, whose address stays.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-import-api.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html

The emulator: has neither call, drops most of an integration, and answers a changed `Body` with another API.

Here: both calls, and all of the document but models. Deployments remain what they are in the
emulator: a change to an API is live before the next deployment, except for gateway responses.
"""

import functools
import json
from typing import Any

from ministack.services import apigateway_v1
from ministack.services.cloudformation import provisioners

TARGETS = (
    "ministack.services.apigateway_v1:_authorizers_v1",
    "ministack.services.apigateway_v1:_gateway_responses",
    "ministack.services.apigateway_v1:_create_request_validator(api_id, data)",
    "ministack.services.apigateway_v1:_get_rest_api(api_id)",
    "ministack.services.apigateway_v1:_import_operation(api_id, resource_id, http_method, operation)",
    "ministack.services.apigateway_v1:_import_path_item(api_id, path, path_item, scheme_map, default_security)",
    "ministack.services.apigateway_v1:_import_rest_api(spec, base_data)",
    "ministack.services.apigateway_v1:_import_security_schemes(api_id, spec)",
    "ministack.services.apigateway_v1:_put_gateway_response(api_id, response_type, data)",
    "ministack.services.apigateway_v1:_put_integration_response",
    "ministack.services.apigateway_v1:_put_method_response",
    "ministack.services.apigateway_v1:_request_validators",
    "ministack.services.apigateway_v1:_resources",
    "ministack.services.apigateway_v1:_rest_api_view(api)",
    "ministack.services.apigateway_v1:_rest_apis",
    "ministack.services.apigateway_v1:_v1_error(code, message, status)",
    "ministack.services.apigateway_v1:_v1_response(data, status)",
    "ministack.services.apigateway_v1:handle_request(method, path, headers, body, query_params)",
    "ministack.services.cloudformation.provisioners:_RESOURCE_HANDLERS[AWS::ApiGateway::RestApi]",
)
_REST_API = "AWS::ApiGateway::RestApi"
_EXTENSION = "x-amazon-apigateway"
_OF_AN_INTEGRATION = (
    "cacheKeyParameters",
    "cacheNamespace",
    "contentHandling",
    "credentials",
    "requestParameters",
    "requestTemplates",
    "timeoutInMillis",
)
_PLACES = {"path": "path", "query": "querystring", "header": "header"}

Document = dict[str, Any]


def apply() -> None:
    apigateway_v1._import_operation = _whole_operation(apigateway_v1._import_operation)
    apigateway_v1._import_path_item = _with_any_method(apigateway_v1._import_path_item)
    apigateway_v1._import_rest_api = _whole_api(apigateway_v1._import_rest_api)
    apigateway_v1.handle_request = _with_imports(apigateway_v1.handle_request)
    handler = provisioners._RESOURCE_HANDLERS[_REST_API]
    provisioners._RESOURCE_HANDLERS[_REST_API] = {**handler, "update": _in_place(handler["update"])}


def _whole_operation(original: Any) -> Any:
    """Keep what the emulator's import of an operation drops."""

    @functools.wraps(original)
    def import_operation(api: str, resource: str, verb: str, operation: Document | None, *security: Any) -> None:
        operation = operation or {}
        original(api, resource, verb, operation, *security)
        method = apigateway_v1._resources[api][resource]["resourceMethods"][verb]
        method["requestParameters"] = {
            f"method.request.{_PLACES[parameter['in']]}.{parameter['name']}": bool(parameter.get("required"))
            for parameter in operation.get("parameters", [])
            if parameter.get("in") in _PLACES
        }
        method["requestValidatorId"] = _validator(api, operation.get(f"{_EXTENSION}-request-validator"))
        for status, response in operation.get("responses", {}).items():
            headers = {f"method.response.header.{name}": False for name in response.get("headers", {})}
            apigateway_v1._put_method_response(api, resource, verb, str(status), {"responseParameters": headers})
        described = operation.get(f"{_EXTENSION}-integration") or {}
        integration = method["methodIntegration"] or {}
        integration |= {name: described[name] for name in _OF_AN_INTEGRATION if name in described}
        integration["passthroughBehavior"] = described.get("passthroughBehavior", "when_no_match").upper()
        if integration.get("type") != "AWS_PROXY":
            _integration_responses((api, resource, verb), described.get("responses", {}))

    return import_operation


def _validator(api: str, name: str | None) -> str | None:
    validators = apigateway_v1._request_validators.get(api, {}).values()
    return next((validator["id"] for validator in validators if validator["name"] == name), None)


def _integration_responses(method: tuple[str, str, str], responses: Document) -> None:
    for pattern, response in responses.items():
        selection = {"selectionPattern": "" if pattern == "default" else pattern}
        apigateway_v1._put_integration_response(
            *method, str(response.get("statusCode", 200)), {**response, **selection}
        )


def _with_any_method(original: Any) -> Any:
    @functools.wraps(original)
    def import_path_item(api: str, path: str, item: Document, *security: Any) -> None:
        original(api, path, item, *security)
        operation = item.get(f"{_EXTENSION}-any-method")
        if operation is not None:
            # The document may write a path with a final slash.
            wanted = f"/{path.strip('/')}"
            resource = next(found["id"] for found in apigateway_v1._resources[api].values() if found["path"] == wanted)
            apigateway_v1._import_operation(api, resource, "ANY", operation, *security)

    return import_path_item


def _whole_api(original: Any) -> Any:
    @functools.wraps(original)
    def import_api(document: Document, settings: Document | None = None) -> str:
        # Routes name validators, which need the API's id: all but its name comes second.
        api = str(original({"info": document.get("info") or {}}, settings))
        _merge(api, document)
        return api

    return import_api


def _settings(api: str, document: Document) -> None:
    """What a document says about the API as a whole."""
    record = apigateway_v1._rest_apis[api]
    for extension, name in (("binary-media-types", "binaryMediaTypes"), ("policy", "policy")):
        if f"{_EXTENSION}-{extension}" in document:
            record[name] = document[f"{_EXTENSION}-{extension}"]
    for response_type, response in document.get(f"{_EXTENSION}-gateway-responses", {}).items():
        apigateway_v1._put_gateway_response(api, response_type, response)


def _overwrite(api: str, document: Document) -> None:
    """Give an API the routes and settings of `document` and no others; its id and stages stay."""
    root = next(resource for resource in apigateway_v1._resources[api].values() if resource["path"] == "/")
    apigateway_v1._resources[api] = {root["id"]: {**root, "resourceMethods": {}}}
    apigateway_v1._authorizers_v1[api] = {}
    apigateway_v1._gateway_responses[api] = {}
    apigateway_v1._request_validators[api] = {}
    _merge(api, document)


def _merge(api: str, document: Document) -> None:
    for name, validator in document.get(f"{_EXTENSION}-request-validators", {}).items():
        apigateway_v1._create_request_validator(api, {"name": name, **validator})
    schemes = apigateway_v1._import_security_schemes(api, document)
    for path, item in document.get("paths", {}).items():
        apigateway_v1._import_path_item(api, path, item, schemes, document.get("security"))
    _settings(api, document)


def _with_imports(original: Any) -> Any:
    @functools.wraps(original)
    async def handle(method: str, path: str, headers: Any, body: bytes, query: dict[str, list[str]]) -> Any:
        segments = path.strip("/").split("/")
        importing = method == "POST" and segments == ["restapis"] and query.get("mode") == ["import"]
        putting = method == "PUT" and segments[0] == "restapis" and len(segments) == 2
        if not importing and not putting:
            return await original(method, path, headers, body, query)
        try:
            document = json.loads(body)
            document["paths"].items()
        except (ValueError, TypeError, KeyError, AttributeError):
            return apigateway_v1._v1_error("BadRequestException", "Invalid OpenAPI input.", 400)
        if importing:
            kinds = query.get("endpointConfigurationTypes", ["EDGE"])
            api = apigateway_v1._import_rest_api(document, {"endpointConfiguration": {"types": kinds}})
            return apigateway_v1._v1_response(apigateway_v1._rest_api_view(apigateway_v1._rest_apis[api]), 201)
        api = segments[1]
        if api in apigateway_v1._rest_apis:
            (_overwrite if query.get("mode") == ["overwrite"] else _merge)(api, document)
        return apigateway_v1._get_rest_api(api)

    return handle


def _in_place(original: Any) -> Any:
    @functools.wraps(original)
    def update(physical_id: str, old: Document, new: Document, *where: Any, **named: Any) -> Any:
        body = new.get("Body")
        if isinstance(body, dict) and body != old.get("Body"):
            _overwrite(physical_id, body)
            old = {**old, "Body": body}
        return original(physical_id, old, new, *where, **named)

    return update
