"""Cognito authorizers of REST APIs take the right kind of token, and pass its claims on as text.

AWS: a method without scopes takes an ID token, a method with scopes an access token. Claims reach the function as
text: lists joined by commas, `exp` and `iat` as dates.
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-enable-cognito-user-pool.html

The emulator: takes either kind anywhere, and writes lists as HTTP APIs do.
"""

import functools
import time
from typing import Any

from ministack.services import apigateway_v1

TARGETS = (
    "ministack.services.apigateway_v1:_gw_error(response_type, message)",
    "ministack.services.apigateway_v1:_stringify_claims(claims)",
    "ministack.services.apigateway_v1:_validate_cognito_authorizer(authorizer, method_obj)",
)
_DATES = ("exp", "iat")


def apply() -> None:
    apigateway_v1._validate_cognito_authorizer = _by_kind(apigateway_v1._validate_cognito_authorizer)
    apigateway_v1._stringify_claims = _as_text(apigateway_v1._stringify_claims)


def _by_kind(original: Any) -> Any:
    @functools.wraps(original)
    async def validate(authorizer: Any, method: dict[str, Any], *request: Any) -> Any:
        claims, error = await original(authorizer, method, *request)
        kind = "access" if method.get("authorizationScopes") else "id"
        if error is None and claims.get("token_use") != kind:
            return None, apigateway_v1._gw_error("UNAUTHORIZED", "Unauthorized")
        return claims, error

    return validate


def _as_text(original: Any) -> Any:
    @functools.wraps(original)
    def stringify(claims: dict[str, Any]) -> dict[str, str]:
        joined = {
            name: ",".join(str(part) for part in value) if isinstance(value, list) else value
            for name, value in claims.items()
        }
        dates = {
            name: time.strftime("%a %b %d %H:%M:%S UTC %Y", time.gmtime(int(claims[name])))
            for name in _DATES
            if name in claims
        }
        return {**original(joined), **dates}

    return stringify
