"""A pool's OpenID configuration names what there is.

AWS: the document at `/{pool id}/.well-known/openid-configuration` has the tokens' `iss` as its issuer, and the address
of the keys that they are signed with.
https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html

The emulator: also names the endpoints of the hosted sign-in pages, which are closed here.

Here: without those endpoints. The issuer stays AWS's address, because clients make the name of an identity pool's
login of it; the keys are at this engine.
"""

import functools
import json
from typing import Any

from ministack.services import cognito

TARGETS = ("ministack.services.cognito:well_known_openid_configuration(pool_id, region, host, scheme)",)
_CLOSED = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "end_session_endpoint")


def apply() -> None:
    cognito.well_known_openid_configuration = _without_closed(cognito.well_known_openid_configuration)


def _without_closed(original: Any) -> Any:
    @functools.wraps(original)
    def configuration(*pool: Any) -> Any:
        status, headers, body = original(*pool)
        document = {name: value for name, value in json.loads(body).items() if name not in _CLOSED}
        return status, headers, json.dumps(document).encode()

    return configuration
