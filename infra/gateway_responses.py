"""What API Gateway itself answers, when a request never reaches the function: one table for every path.

The direct deploy applies it by API calls, the packaged one by template, and the laptop's gateway reads it here.
https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
"""

from dataclasses import dataclass

import msgspec

from chalicelib.web import problems
from chalicelib.web.problems import ProblemBody, ProblemType


@dataclass(frozen=True, slots=True)
class GatewayResponse:
    """One of API Gateway's response types, and the problem it becomes."""

    problem: ProblemType
    detail: str

    def body(self) -> bytes:
        """The problem as JSON; API Gateway takes the same text as its template."""
        body = ProblemBody(self.problem.uri, self.problem.title, self.problem.status, self.detail)
        return msgspec.json.encode(body)


_TOKEN = GatewayResponse(problems.UNAUTHORIZED, "This needs a valid ID token in the Authorization header.")
_NOT_YOURS = GatewayResponse(problems.FORBIDDEN, "You may not do this.")
_SLOWER = GatewayResponse(problems.TOO_MANY_REQUESTS, "Too many requests. Wait a moment.")
_NO_ROUTE = GatewayResponse(
    problems.NO_SUCH_ROUTE, "There is nothing at this path, or not by this method. See /openapi.json."
)
_BROKEN = GatewayResponse(problems.INTERNAL_ERROR, "The request failed before it reached the application.")
_LATE = GatewayResponse(problems.TIMEOUT, "The application did not answer in time.")

GATEWAY_RESPONSES = {
    "ACCESS_DENIED": _NOT_YOURS,
    "API_CONFIGURATION_ERROR": _BROKEN,
    "AUTHORIZER_CONFIGURATION_ERROR": _BROKEN,
    "AUTHORIZER_FAILURE": GatewayResponse(problems.UNAVAILABLE, "The token cannot be checked right now. Try again."),
    "BAD_REQUEST_BODY": GatewayResponse(problems.INVALID_BODY, "The body does not fit."),
    "BAD_REQUEST_PARAMETERS": GatewayResponse(problems.INVALID_QUERY, "A parameter does not fit."),
    "EXPIRED_TOKEN": _TOKEN,
    "INTEGRATION_FAILURE": _LATE,
    "INTEGRATION_TIMEOUT": _LATE,
    "INVALID_API_KEY": _NOT_YOURS,
    "INVALID_SIGNATURE": _NOT_YOURS,
    # API Gateway answers so for a method that a resource lacks, too.
    "MISSING_AUTHENTICATION_TOKEN": _NO_ROUTE,
    "QUOTA_EXCEEDED": _SLOWER,
    "REQUEST_TOO_LARGE": GatewayResponse(problems.BODY_TOO_LARGE, "The body is too large."),
    "RESOURCE_NOT_FOUND": _NO_ROUTE,
    "THROTTLED": _SLOWER,
    "UNAUTHORIZED": _TOKEN,
    "UNSUPPORTED_MEDIA_TYPE": GatewayResponse(problems.UNSUPPORTED_MEDIA_TYPE, "Send the body as application/json."),
    "WAF_FILTERED": _NOT_YOURS,
}
