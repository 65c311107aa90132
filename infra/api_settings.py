"""What API Gateway is told beside the routes: one table for every path, like infra/gateway_responses.py.

The direct deploy puts the document's part into the document that Chalice imports, so that no deployment is ever
without it, and the stage's part on the stage afterwards; the packaged path has both in its template.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html#UpdateStage-Patch
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from chalicelib.web import cors
from chalicelib.web.problems import MEDIA_TYPE
from infra.gateway_responses import GATEWAY_RESPONSES

_EXTENSION = "x-amazon-apigateway"
VALIDATOR = "parameters"
# Chalice's name for the key of a usage plan, and what API Gateway calls an authorizer of a user pool.
_KEY = "api_key"
_USER_POOLS = "cognito_user_pools"
# Answers of at least so many bytes are compressed for clients that accept it. CloudFront compresses from the same size
# on, and nothing that it does not cache.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gzip-compression-decompression.html
MINIMUM_COMPRESSION_BYTES = 1000
# Neither addresses nor query strings nor who asked: links in mails carry tokens.
ACCESS_LOG = {
    "requestId": "$context.requestId",
    "time": "$context.requestTimeEpoch",
    "method": "$context.httpMethod",
    "route": "$context.resourcePath",
    "status": "$context.status",
    "milliseconds": "$context.responseLatency",
    "integrationMilliseconds": "$context.integrationLatency",
    "integrationStatus": "$context.integrationStatus",
    "bytes": "$context.responseLength",
    "error": "$context.error.responseType",
    "authorizerError": "$context.authorizer.error",
    "apiKeyId": "$context.identity.apiKeyId",
    "traceId": "$context.xrayTraceId",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """Who may ask how often: requests a second, at once, and a day (0: as many as they like)."""

    name: str
    rate: int
    burst: int
    quota: int = 0


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """One stage's settings of its API. `site` is the origin whose pages may call it."""

    site: str
    access_log_arn: str
    throttle_rate: int
    throttle_burst: int
    plans: tuple[Plan, ...]
    variables: Mapping[str, str]
    # Metrics of each method are custom metrics, which are paid for; those of the whole stage are free.
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
    method_metrics: bool = False

    @property
    def access_log_format(self) -> str:
        """A line of the access log."""
        return json.dumps(ACCESS_LOG)

    def method_settings(self) -> dict[str, Any]:
        """What every method of the stage has, in CloudFormation's words."""
        return {
            "HttpMethod": "*",
            "ResourcePath": "/*",
            "CachingEnabled": False,
            "DataTraceEnabled": False,
            "LoggingLevel": "ERROR",
            "MetricsEnabled": self.method_metrics,
            "ThrottlingRateLimit": self.throttle_rate,
            "ThrottlingBurstLimit": self.throttle_burst,
        }


def gateway_responses(site: str) -> dict[str, Any]:
    """What API Gateway itself answers, as its document has it."""
    headers = {
        **cors.headers_for(site, [site]),
        "Cache-Control": "private, no-store",
        "Content-Type": MEDIA_TYPE,
        "X-Content-Type-Options": "nosniff",
    }
    parameters = {f"gatewayresponse.header.{name}": f"'{value}'" for name, value in headers.items()}
    return {
        kind: {
            "statusCode": str(response.problem.status),
            "responseParameters": parameters,
            "responseTemplates": {"application/json": response.body().decode()},
        }
        for kind, response in GATEWAY_RESPONSES.items()
    }


def complete(
    document: dict[str, Any],
    title: str,
    site: str,
    required: Mapping[tuple[str, str], list[str]],
    *,
    closed: bool = False,
) -> None:
    """Put into a document of Chalice's what Chalice cannot say.

    `required` has the query parameters without which a route answers nothing, by its method and path. `closed` asks for
    a key on private routes too, so that nobody reaches a function past CloudFront and its firewall without one.
    """
    if closed:
        _close(document)
    document["info"]["title"] = title
    document[f"{_EXTENSION}-gateway-responses"] = gateway_responses(site)
    document[f"{_EXTENSION}-request-validators"] = {
        VALIDATOR: {"validateRequestParameters": True, "validateRequestBody": False}
    }
    for (method, path), names in required.items():
        operation = document["paths"][path][method.lower()]
        given = [{"name": name, "in": "query", "required": True, "type": "string"} for name in names]
        operation["parameters"] = [*operation.get("parameters", []), *given]
        operation[f"{_EXTENSION}-request-validator"] = VALIDATOR


def _close(document: dict[str, Any]) -> None:
    """Ask for a key wherever a token is asked for; callers that sign with AWS credentials need none."""
    definitions = document["securityDefinitions"]
    definitions[_KEY] = {"type": "apiKey", "name": "x-api-key", "in": "header"}
    tokens = {name for name, each in definitions.items() if each.get(f"{_EXTENSION}-authtype") == _USER_POOLS}
    for operations in document["paths"].values():
        for operation in operations.values():
            asked = [name for requirement in operation.get("security", []) for name in requirement]
            if tokens & set(asked) and _KEY not in asked:
                operation["security"] = [{_KEY: []}, *operation["security"]]


def required_parameters(endpoints: Any) -> dict[tuple[str, str], list[str]]:  # noqa: ANN401 - the app's Endpoints
    """The query parameters that each route cannot do without."""
    found = {(each.method, each.path): _required(each.query) for each in endpoints}
    return {route: names for route, names in found.items() if names}


def _required(query: Any) -> list[str]:  # noqa: ANN401 - a msgspec struct type
    return [field.encode_name for field in msgspec.structs.fields(query) if field.required]


def stage_patches(settings: ApiSettings) -> list[dict[str, str]]:
    """What `UpdateStage` takes."""
    wanted = settings.method_settings()
    patches = {
        "/*/*/logging/loglevel": wanted["LoggingLevel"],
        "/*/*/logging/dataTrace": str(wanted["DataTraceEnabled"]).lower(),
        "/*/*/metrics/enabled": str(wanted["MetricsEnabled"]).lower(),
        "/*/*/throttling/rateLimit": str(wanted["ThrottlingRateLimit"]),
        "/*/*/throttling/burstLimit": str(wanted["ThrottlingBurstLimit"]),
        "/*/*/caching/enabled": str(wanted["CachingEnabled"]).lower(),
        "/accessLogSettings/destinationArn": settings.access_log_arn,
        "/accessLogSettings/format": settings.access_log_format,
        "/tracingEnabled": "true",
        **{f"/variables/{name}": value for name, value in sorted(settings.variables.items())},
    }
    return [{"op": "replace", "path": path, "value": value} for path, value in patches.items()]
