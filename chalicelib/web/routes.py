"""Mounts declared endpoints on a Chalice blueprint."""

from collections.abc import Callable, Mapping
from typing import Any

from chalice.app import Blueprint, CognitoUserPoolAuthorizer, CORSConfig, Response

from chalicelib.settings import settings
from chalicelib.web import cors
from chalicelib.web.endpoints import Endpoint, answer
from chalicelib.web.http import Reply, Request

# Set by the function `viewer-address` of infra/templates/edge.yaml.
VIEWER_ADDRESS = "x-viewer-address"
Handler = Callable[..., Reply]


class Routes(Blueprint):
    """A blueprint of endpoints, each declared by `endpoint`."""

    def __init__(self, import_name: str) -> None:
        super().__init__(import_name)
        self.endpoints: list[Endpoint] = []

    def endpoint(self, method: str, path: str, **declared: Any) -> Callable[[Handler], Handler]:  # noqa: ANN401
        """Declare `handler` as the endpoint `method path`; the keywords are `Endpoint`'s."""

        def declare(handler: Handler) -> Handler:
            endpoint = Endpoint(method, path, handler, **declared)
            self.endpoints.append(endpoint)
            self._mount(endpoint)
            return handler

        return declare

    def _mount(self, endpoint: Endpoint) -> None:
        def view(**path_parameters: str) -> Response:
            answered = answer(endpoint, _request(self.current_request), path_parameters)
            return Response(answered.body.decode(), {**answered.headers}, answered.status)

        view.__name__ = endpoint.name
        self.route(
            endpoint.path,
            methods=[endpoint.method],
            name=endpoint.name,
            authorizer=_authorizer() if endpoint.private else None,
            # CloudFront shows the site's key; who goes past it needs one of their own.
            api_key_required=not endpoint.private,
            content_types=[],
            cors=_cors(),
        )(view)


def _request(current: Any) -> Request:  # noqa: ANN401 - Chalice has no types
    event = current.to_original_event()
    context = event["requestContext"]
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    return Request(
        method=current.method,
        path=current.path,
        headers=headers,
        query=event.get("multiValueQueryStringParameters") or {},
        body=current.raw_body,
        claims=(context.get("authorizer") or {}).get("claims"),
        viewer_address=_viewer_address(headers, context.get("identity") or {}),
    )


def _viewer_address(headers: Mapping[str, str], identity: Mapping[str, Any]) -> str:
    # CloudFront writes the header over what a viewer sent. Past CloudFront, only callers with an API key get here.
    through_cloudfront = identity.get("apiKeyId") or settings().is_local
    return (headers.get(VIEWER_ADDRESS) if through_cloudfront else None) or identity.get("sourceIp") or ""


def _authorizer() -> CognitoUserPoolAuthorizer:
    return CognitoUserPoolAuthorizer("UserPool", provider_arns=[settings().user_pool_arn])


def _cors() -> CORSConfig:
    return CORSConfig(
        allow_origin=settings().allowed_origins[0],
        allow_headers=list(cors.ALLOWED_HEADERS),
        expose_headers=list(cors.EXPOSED_HEADERS),
        max_age=cors.PREFLIGHT_SECONDS,
    )
