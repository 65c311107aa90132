"""Who may use the cluster: the handshake's signature, and the one key that has a permission.

DAX takes Signature Version 4 of a request to `dax.amazonaws.com` for each connection, and again every five minutes;
then it asks IAM. The local cluster has no IAM: the key that it was started with may do everything, as the laptop's
API, and every other key is refused, as browsers' and event functions' keys are on AWS, whose policies have no `dax:`.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.access-control.html
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_HOST = "dax.amazonaws.com"
_SKEW = timedelta(minutes=15)
_STAMP = "%Y%m%dT%H%M%SZ"


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Handshake:
    """What a client sends to authorise its connection."""

    access_key: str
    signature: str
    string_to_sign: str
    token: str


@dataclass(frozen=True)
class Authorization:
    """The key that may use the cluster."""

    access_key: str
    secret_key: str
    token: str = ""
    now: Callable[[], datetime] = _now

    def refusal(self, handshake: Handshake) -> str | None:
        """Say why a client is refused; None if it is not."""
        try:
            algorithm, stamp, scope, digest = handshake.string_to_sign.split("\n")
            date, region, service, end = scope.split("/")
            signed_at = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
        except ValueError:
            return "The string to sign is none of Signature Version 4."
        if (algorithm, service, end, date) != ("AWS4-HMAC-SHA256", "dax", "aws4_request", stamp[:8]):
            return "The signature is not for DAX."
        if digest != _digest(_canonical_request(stamp)):
            return "The signature is for another request."
        if abs(self.now() - signed_at) > _SKEW:
            return "The signature has expired."
        if not hmac.compare_digest(handshake.access_key.encode(), self.access_key.encode()):
            return "This key has no permission to use the cluster."
        is_signed = hmac.compare_digest(handshake.signature.encode(), self._signature(date, region, handshake).encode())
        return None if is_signed and handshake.token == self.token else "The signature does not match."

    def _signature(self, date: str, region: str, handshake: Handshake) -> str:
        key = f"AWS4{self.secret_key}".encode()
        for part in (date, region, "dax", "aws4_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.digest(key, handshake.string_to_sign.encode(), "sha256").hex()


def _canonical_request(stamp: str) -> str:
    empty = hashlib.sha256(b"").hexdigest()
    return f"POST\n/\n\nhost:{_HOST}\nx-amz-date:{stamp}\n\nhost;x-amz-date\n{empty}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
