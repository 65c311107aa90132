"""A user is sent, and may try, so many codes an hour.

AWS: re-sends, confirmations, resets, changes of the password and verifications have a quota for each user and hour;
beyond it they are refused, the right code too. A new code does not renew the tries.
https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html

The emulator: has no such quotas.

Here: `request_quotas` counts, by user, and by the name asked for where there is no such user: refusals tell nobody who
exists.
"""

import functools
import time
from typing import Any

from ministack.services import cognito

from infra.local.engine.request_quotas import RequestQuotas

TARGETS = (
    "ministack.services.cognito:_access_token_error(data)",
    "ministack.services.cognito:_pin_unsigned_idp_scope(data)",
    "ministack.services.cognito:_pool_for_client(cid)",
    "ministack.services.cognito:_resolve_user(pool, username)",
    "ministack.services.cognito:_run_idp_handler(handler, action, data)",
    "ministack.services.cognito:_token_claims(token)",
)
_quotas = RequestQuotas()


def apply() -> None:
    cognito._run_idp_handler = _within_quotas(cognito._run_idp_handler)


def _within_quotas(original: Any) -> Any:
    @functools.wraps(original)
    def run(handler: Any, action: str, data: dict[str, Any]) -> Any:
        cognito._pin_unsigned_idp_scope(data)
        user = _user_named(data)
        if user is None or _quotas.take(action, user, time.time()):
            return original(handler, action, data)
        message = "Attempt limit exceeded, please try after some time."
        return cognito.error_response_json("LimitExceededException", message, 400)

    return run


def _user_named(data: dict[str, Any]) -> str | None:
    """Return what identifies the user of a request; None if the request cannot be for any."""
    token = data.get("AccessToken")
    if isinstance(token, str):
        # What another made up must not use up a user's requests.
        return None if cognito._access_token_error(data) else str(cognito._token_claims(token).get("sub"))
    pool, pool_id = cognito._pool_for_client(data.get("ClientId"))
    name = data.get("Username")
    if pool is None or not isinstance(name, str):
        return None
    user = cognito._resolve_user(pool, name)[0]
    return f"{pool_id} {user['Username'] if user else name.lower()}"
