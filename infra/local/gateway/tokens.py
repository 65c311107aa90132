"""Checks Cognito's ID tokens as API Gateway's authorizer does.

https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
"""

import json
import math
import re
import threading
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from infra.local.gateway.rs256 import PublicKey, SignatureError, header, public_keys, verified_claims

FETCH_TIMEOUT_SECONDS = 3.0
REFETCH_SECONDS = 5.0
# The name of a scheme has no case (RFC 9110, section 11.1).
_SCHEME = re.compile(r"\A\s*bearer +", re.IGNORECASE)


class InvalidTokenError(Exception):
    """The token is not one this pool issued to this client as an ID token, or its time is over."""


class KeysUnavailableError(Exception):
    """The pool's public keys cannot be fetched, so no token can be judged."""


@dataclass
class KeySet:
    """The pool's public keys, fetched when first needed and again when a token names a key not among them."""

    url: str
    _keys: dict[str, PublicKey] | None = None
    _fetched_at: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def having(self, kid: str) -> Mapping[str, PublicKey]:
        """Return the keys, fetched anew if `kid` is not among those known and some seconds have passed.

        Raises:
            KeysUnavailableError: the pool does not answer.
        """
        with self._lock:
            stale = time.monotonic() - self._fetched_at > REFETCH_SECONDS
            if self._keys is None or (stale and kid not in self._keys):
                self._keys = self._fetch()
                self._fetched_at = time.monotonic()
            return self._keys

    def _fetch(self) -> dict[str, PublicKey]:
        try:
            with urllib.request.urlopen(self.url, timeout=FETCH_TIMEOUT_SECONDS) as answer:  # noqa: S310 - our own URL
                return public_keys(json.load(answer))
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise KeysUnavailableError(self.url) from error


@dataclass(frozen=True)
class TokenVerifier:
    """What a token must be: signed by these keys, from this issuer, for this audience."""

    keys: KeySet
    issuer: str
    audience: str

    def claims(self, authorization: str) -> dict[str, str]:
        """Verify an Authorization header and return the claims as API Gateway hands them on: all text.

        Raises:
            InvalidTokenError: the token does not pass.
            KeysUnavailableError: it cannot be judged now.
        """
        token = _SCHEME.sub("", authorization).strip()
        try:
            kid = header(token).get("kid")
            if not isinstance(kid, str):
                raise InvalidTokenError("no key id")
            key = self.keys.having(kid).get(kid)
            if key is None:
                raise InvalidTokenError("an unknown key")
            claims = verified_claims(token, key)
        except SignatureError as error:
            raise InvalidTokenError(str(error)) from error
        wrong = self._wrong_claim(claims, time.time())
        if wrong:
            raise InvalidTokenError(wrong)
        return {name: _text(value) for name, value in claims.items()}

    def _wrong_claim(self, claims: Mapping[str, Any], now: float) -> str | None:
        """Name the first claim that an ID token of this pool, for this client, at this time, has otherwise."""
        audience, subject = claims.get("aud"), claims.get("sub")
        expires, issued, not_before = (claims.get(name) for name in ("exp", "iat", "nbf"))
        passes = {
            "iss": claims.get("iss") == self.issuer,
            "aud": audience == self.audience or (isinstance(audience, list) and self.audience in audience),
            "token_use": claims.get("token_use") == "id",
            "sub": isinstance(subject, str) and subject != "",
            "exp": _is_time(expires) and expires > now,
            "iat": _is_time(issued) and issued <= now,
            "nbf": "nbf" not in claims or (_is_time(not_before) and not_before <= now),
        }
        return next((name for name, is_right in passes.items() if not is_right), None)


def _is_time(value: object) -> TypeGuard[float]:
    # Comparisons with NaN are false, so it would never expire.
    return not isinstance(value, bool) and (
        isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))
    )


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
