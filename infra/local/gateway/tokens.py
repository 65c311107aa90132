"""Checks Cognito's ID tokens as API Gateway's authorizer does.

https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
"""

import json
import threading
import time
import urllib.request
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet as JoseKeys
from joserfc.jwt import JWTClaimsRegistry

FETCH_TIMEOUT_SECONDS = 3.0
REFETCH_SECONDS = 5.0


class InvalidTokenError(Exception):
    """The token is not one this pool issued to this client as an ID token, or its time is over."""


class KeysUnavailableError(Exception):
    """The pool's public keys cannot be fetched, so no token can be judged."""


@dataclass
class KeySet:
    """The pool's public keys, fetched when first needed and again when a token names a key not among them."""

    url: str
    _keys: JoseKeys | None = None
    _fetched_at: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def having(self, kid: str) -> JoseKeys:
        """Return the keys, fetched anew if `kid` is not among those known and some seconds have passed.

        Raises:
            KeysUnavailableError: the pool does not answer.
        """
        with self._lock:
            stale = time.monotonic() - self._fetched_at > REFETCH_SECONDS
            if self._keys is None or (stale and not _names(self._keys, kid)):
                self._keys = self._fetch()
                self._fetched_at = time.monotonic()
            return self._keys

    def _fetch(self) -> JoseKeys:
        try:
            with urllib.request.urlopen(self.url, timeout=FETCH_TIMEOUT_SECONDS) as answer:  # noqa: S310 - our own URL
                return JoseKeys.import_key_set(json.load(answer))
        except (OSError, ValueError, TypeError, KeyError, JoseError) as error:
            raise KeysUnavailableError(self.url) from error


@dataclass(frozen=True)
class TokenVerifier:
    """What a token must be: signed by these keys, from this issuer, for this audience."""

    keys: KeySet
    issuer: str
    audience: str

    def claims(self, header: str) -> dict[str, str]:
        """Verify an Authorization header and return the claims as API Gateway hands them on: all text.

        Raises:
            InvalidTokenError: the token does not pass.
            KeysUnavailableError: it cannot be judged now.
        """
        token = header.removeprefix("Bearer ").strip()
        try:
            kid = _kid(token)
            found = jwt.decode(token, self.keys.having(kid), algorithms=["RS256"])
            JWTClaimsRegistry(
                iss={"essential": True, "value": self.issuer},
                aud={"essential": True, "value": self.audience},
                token_use={"essential": True, "value": "id"},
                sub={"essential": True},
                exp={"essential": True},
                iat={"essential": True},
            ).validate(found.claims)
        except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise InvalidTokenError(type(error).__name__) from error
        return {name: _text(value) for name, value in found.claims.items()}


def _kid(token: str) -> str:
    header: Mapping[str, Any] = jwt_header(token)
    kid = header["kid"]
    if header.get("alg") != "RS256" or not isinstance(kid, str):
        raise ValueError("not an RS256 token with a key id")
    return kid


def jwt_header(token: str) -> dict[str, Any]:
    """Read a token's protected header, unverified.

    Raises:
        ValueError: this is no token.
    """
    first, _, rest = token.partition(".")
    if rest.count(".") != 1:
        raise ValueError("not three parts")
    header = json.loads(urlsafe_b64decode(first + "=" * (-len(first) % 4)))
    if not isinstance(header, dict):
        raise TypeError("the header is no object")
    return header


def _names(keys: JoseKeys, kid: str) -> bool:
    return any(key.kid == kid for key in keys.keys)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
