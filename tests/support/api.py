"""Calls the application with the events that API Gateway sends."""

import json
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from chalice.local import RouteMatcher


@dataclass(frozen=True)
class Answered:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    body: str

    def json(self) -> Any:
        return json.loads(self.body)


class Context:
    """What Lambda hands to a function beside the event."""

    function_name = "api_handler"
    aws_request_id = "00000000-0000-0000-0000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


@dataclass(frozen=True)
class Api:
    """The application as one person, or nobody, sees it behind the gateway."""

    app: Any
    sub: str | None = None
    groups: str | None = None
    name: str = ""

    def named(self, name: str) -> "Api":
        """The same person with a name in their token."""
        return replace(self, name=name)

    def as_person(self, sub: str, groups: str | None = None) -> "Api":
        return Api(self.app, sub, groups)

    def get(self, path: str, **headers: str) -> Answered:
        return self.call("GET", path, None, **headers)

    def post(self, path: str, body: object = None, **headers: str) -> Answered:
        return self.call("POST", path, body, **headers)

    def patch(self, path: str, body: object, **headers: str) -> Answered:
        return self.call("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Answered:
        return self.call("DELETE", path, None, **headers)

    def call(self, method: str, path: str, body: object = None, **headers: str) -> Answered:
        """Call; a `str` body is sent as it is, anything else as JSON; `if_match="x"` sends `If-Match: x`."""
        event = self.event(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = self.app(event, Context())
        return Answered(answer["statusCode"], answer["headers"], answer["body"])

    def event(self, method: str, path: str, body: object, headers: dict[str, str]) -> dict[str, Any]:
        parts = urlsplit(path)
        match = RouteMatcher(list(self.app.routes)).match_route(path)
        context: dict[str, Any] = {"httpMethod": method, "resourcePath": match.route, "path": parts.path}
        if self.sub is not None:
            claims = {"sub": self.sub, "token_use": "id"} | ({"name": self.name} if self.name else {})
            context["authorizer"] = {"claims": claims | ({"cognito:groups": self.groups} if self.groups else {})}
        return {
            "httpMethod": method,
            "path": parts.path,
            "headers": headers,
            "multiValueQueryStringParameters": parse_qs(parts.query, keep_blank_values=True) or None,
            "pathParameters": match.captured,
            "stageVariables": None,
            "requestContext": context,
            "body": body if body is None or isinstance(body, str) else json.dumps(body),
            "isBase64Encoded": False,
        }
