"""Checks that a request was signed by the laptop's own key, as API Gateway checks who may refresh its cache.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

SERVICE = "execute-api"
SKEW = timedelta(minutes=5)
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/,\s]+)/(?P<scope>[^,\s]+),\s*"
    r"SignedHeaders=(?P<names>[a-z0-9;-]+),\s*Signature=(?P<signature>[0-9a-f]{64})"
)
_TIME = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Signatures:
    """The one key whose holder may refresh answers, in one region."""

    access_key: str
    secret_key: str
    region: str
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    service: str = SERVICE

    def made(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> bool:
        """Whether the request is signed by that key, lately. Header names are in lower case; `path` has its query."""
        found = _AUTHORIZATION.fullmatch(headers.get("authorization", ""))
        moment = headers.get("x-amz-date", "")
        if found is None or found["key"] != self.access_key or not self._is_recent(moment):
            return False
        names = found["names"].split(";")
        scope = f"{moment[:8]}/{self.region}/{self.service}/aws4_request"
        if found["scope"] != scope or not {"host", "x-amz-date"} <= set(names) <= set(headers):
            return False
        request = AWSRequest(method, f"http://{headers['host']}{path}", {name: headers[name] for name in names}, body)
        request.context["timestamp"] = moment
        signer = SigV4Auth(Credentials(self.access_key, self.secret_key), self.service, self.region)
        text = signer.string_to_sign(request, signer.canonical_request(request))
        return hmac.compare_digest(signer.signature(text, request), found["signature"])

    def _is_recent(self, moment: str) -> bool:
        try:
            signed = datetime.strptime(moment, _TIME).replace(tzinfo=UTC)
        except ValueError:
            return False
        return abs(self.now() - signed) <= SKEW
