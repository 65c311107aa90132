"""DynamoDB over connections of its own, signed here: botocore's semantics at the seam without botocore's machinery.

Repetitions are those of botocore's standard mode; errors are botocore's own classes.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hmac
import json
import os
import random
import threading
import time
from base64 import b64decode, b64encode
from binascii import crc32
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from types import SimpleNamespace
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit
from uuid import uuid4

import msgspec
from botocore import exceptions

from chalicelib.store.wire import Wire

CONTENT_TYPE = "application/x-amz-json-1.0"
_TRANSIENT = {"RequestTimeout", "RequestTimeoutException", "PriorRequestNotComplete", "InternalServerError"}
_THROTTLED = {
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
}
_SKEWED = {"InvalidSignatureException", "RequestExpired", "RequestTimeTooSkewed"}
_TRANSIENT_STATUSES = {500, 502, 503, 504}
_MODELLED = ("CancellationReasons", "Item")
_QUOTA = 500
_LONGEST_PAUSE_SECONDS = 20.0
_LONGEST_DELAY_SECONDS = 5.0


class Keys(NamedTuple):
    """Credentials; `token` is empty for those that last."""

    access: str
    secret: str
    token: str


class Signer:
    """Signature version 4 for one service in one region; the key of a day is derived once."""

    def __init__(self, region: str, service: str = "dynamodb") -> None:
        self._region, self._service = region, service
        self._derived: tuple[tuple[str, str], bytes] = (("", ""), b"")

    def headers(self, keys: Keys, host: str, target: str, body: bytes, moment: datetime) -> dict[str, str]:
        """The headers of a signed POST to `/`."""
        stamp = moment.strftime("%Y%m%dT%H%M%SZ")
        signed = {"content-type": CONTENT_TYPE, "host": host, "x-amz-date": stamp}
        if keys.token:
            signed["x-amz-security-token"] = keys.token
        signed["x-amz-target"] = target
        names = ";".join(signed)
        lines = "".join(f"{name}:{value}\n" for name, value in signed.items())
        canonical = f"POST\n/\n\n{lines}\n{names}\n{sha256(body).hexdigest()}"
        scope = f"{stamp[:8]}/{self._region}/{self._service}/aws4_request"
        text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
        signature = hmac.digest(self._key(keys.secret, stamp[:8]), text.encode(), "sha256").hex()
        credential = f"AWS4-HMAC-SHA256 Credential={keys.access}/{scope}"
        return {**signed, "Authorization": f"{credential}, SignedHeaders={names}, Signature={signature}"}

    def _key(self, secret: str, day: str) -> bytes:
        # One read and one write of a whole tuple: threads at worst derive the same key twice.
        known, key = self._derived
        if known != (secret, day):
            key = f"AWS4{secret}".encode()
            for part in (day, self._region, self._service, "aws4_request"):
                key = hmac.digest(key, part.encode(), "sha256")
            self._derived = ((secret, day), key)
        return key


class LeanClient:
    """A client at PynamoDB's seam; may be shared by threads."""

    def __init__(
        self,
        region: str,
        *,
        connect_timeout: float,
        read_timeout: float,
        attempts: int,
        endpoint: str = "",
        keys: Callable[[], Keys] | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.meta = SimpleNamespace(endpoint_url=endpoint or default_endpoint(region), region_name=region)
        self._request_signer = None
        self._host = urlsplit(self.meta.endpoint_url).netloc
        self._wire = Wire(self.meta.endpoint_url, connect_timeout, read_timeout, _authorities)
        self._signer, self._keys = Signer(region), keys or find_keys
        self._attempts, self._pause = attempts, pause
        self._skew = 0.0
        self._quota, self._lock = _QUOTA, threading.Lock()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._renew_lock)

    def close(self) -> None:
        """End the connections that are idle."""
        self._wire.close()

    def _make_api_call(self, operation_name: str, operation_kwargs: Mapping[str, Any]) -> dict[str, Any]:
        if operation_name == "TransactWriteItems" and "ClientRequestToken" not in operation_kwargs:
            operation_kwargs = {**operation_kwargs, "ClientRequestToken": str(uuid4())}
        body = _written(operation_kwargs).encode()
        taken, attempt = 1, 0
        while True:
            attempt += 1
            try:
                status, answer, sound, error = self._ask(operation_name, body, attempt)
            except (exceptions.ConnectionError, exceptions.HTTPClientError):
                if attempt >= self._attempts or not (taken := self._take(14)):
                    raise
                self._pause(_jitter(0.025, attempt))
                continue
            if status < 300 and sound:
                self._give_back(taken)
                return answer
            code = answer.get("Error", {}).get("Code", "")
            throttled = code in _THROTTLED or (status == 429 and not code.endswith("Exception"))
            skewed = code in _SKEWED and self._corrects_skew(answer)
            again = throttled or skewed or not sound or code in _TRANSIENT or status in _TRANSIENT_STATUSES
            if not again or attempt >= self._attempts or not (taken := self._take(5 if throttled else 14)):
                if status < 300:
                    raise exceptions.ChecksumError(
                        checksum_type="crc32", expected_checksum="x-amz-crc32", actual_checksum="another"
                    )
                raise cast("Exception", error)
            if not skewed:
                jitter = _jitter(1.0 if throttled else 0.025, attempt)
                self._pause(_as_asked(jitter, answer["ResponseMetadata"]["HTTPHeaders"]))

    def _ask(self, operation: str, body: bytes, attempt: int) -> tuple[int, dict[str, Any], bool, Exception | None]:
        moment = datetime.fromtimestamp(time.time() + self._skew, UTC)
        headers = self._signer.headers(self._keys(), self._host, f"DynamoDB_20120810.{operation}", body, moment)
        status, given, content = self._wire.post(headers, body)
        metadata = {
            "RequestId": given.get("x-amzn-requestid", ""),
            "HTTPStatusCode": status,
            "HTTPHeaders": given,
            "RetryAttempts": attempt - 1,
        }
        sound = "x-amz-crc32" not in given or given["x-amz-crc32"] == str(crc32(content))
        if status < 300:
            try:
                answer = _parsed(content) if sound else {}
            except ValueError as error:
                raise exceptions.HTTPClientError(error=error) from error
            answer["ResponseMetadata"] = metadata
            return status, answer, sound, None
        if attempt == self._attempts:
            metadata["MaxAttemptsReached"] = True
        refusal = {**_refusal(content, status), "ResponseMetadata": metadata}
        return status, refusal, sound, exceptions.ClientError(cast("Any", refusal), operation)

    def _corrects_skew(self, answer: Mapping[str, Any]) -> bool:
        """Take over DynamoDB's clock; whether ours was more than four minutes away from it."""
        from email.utils import parsedate_to_datetime  # noqa: PLC0415 - a wrong clock is rare

        try:
            theirs = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
        except (KeyError, ValueError):
            return False
        before, self._skew = self._skew, theirs.timestamp() - time.time()
        return abs(self._skew - before) > 240

    def _take(self, cost: int) -> int:
        with self._lock:
            if cost > self._quota:
                return 0
            self._quota -= cost
            return cost

    def _renew_lock(self) -> None:
        # A thread that held it at the moment of a fork is not there to let it go.
        self._lock = threading.Lock()

    def _give_back(self, count: int) -> None:
        if self._quota < _QUOTA:
            with self._lock:
                self._quota = min(_QUOTA, self._quota + count)


def default_endpoint(region: str) -> str:
    """Where DynamoDB is: what the environment says, or the region's own address."""
    named = os.environ.get("AWS_ENDPOINT_URL_DYNAMODB") or os.environ.get("AWS_ENDPOINT_URL")
    return named or f"https://dynamodb.{region}.amazonaws.com"


def find_keys() -> Keys:
    """The environment's credentials, as Lambda gives them; otherwise whatever botocore finds and keeps fresh."""
    access, secret = os.environ.get("AWS_ACCESS_KEY_ID"), os.environ.get("AWS_SECRET_ACCESS_KEY")
    if access and secret:
        return Keys(access, secret, os.environ.get("AWS_SESSION_TOKEN", ""))
    found = _session().get_credentials()
    if found is None:
        raise exceptions.NoCredentialsError
    frozen = found.get_frozen_credentials()
    return Keys(frozen.access_key, frozen.secret_key, frozen.token or "")


@cache
def _session() -> Any:  # noqa: ANN401 - botocore has no types of its own
    import botocore.session  # noqa: PLC0415 - Lambda's functions do without

    return botocore.session.get_session()


def _authorities() -> str:
    if named := os.environ.get("AWS_CA_BUNDLE"):
        return named
    from botocore.httpsession import get_cert_path  # noqa: PLC0415 - only where the environment names none

    return str(get_cert_path(verify=True))


def _jitter(scale: float, attempt: int) -> float:
    longest: float = min(scale * 2.0 ** (attempt - 1), _LONGEST_PAUSE_SECONDS)
    return random.random() * longest  # noqa: S311 - no secret


def _as_asked(jitter: float, given: Mapping[str, str]) -> float:
    """The pause in seconds: longer if DynamoDB says so, by five seconds at most."""
    try:
        asked = int(given["x-amz-retry-after"]) / 1000
    except (KeyError, ValueError, OverflowError):
        return jitter
    return max(jitter, min(asked, jitter + _LONGEST_DELAY_SECONDS))


def _base64(value: Any) -> str:  # noqa: ANN401 - what JSON does not know
    return b64encode(value).decode()


_written = json.JSONEncoder(default=_base64).encode
_read = msgspec.json.Decoder(dict[str, Any]).decode


def _parsed(content: bytes) -> dict[str, Any]:
    # Only what may hold binary values is looked through for them.
    if b'"B":' in content or b'"BS":' in content:
        answer: dict[str, Any] = json.loads(content, object_hook=_binary)
        return answer
    return _read(content)


def _binary(value: dict[str, Any]) -> dict[str, Any]:
    if isinstance(value.get("B"), str):
        return {**value, "B": b64decode(value["B"])}
    members = value.get("BS")
    if isinstance(members, list) and all(isinstance(each, str) for each in members):
        return {**value, "BS": [b64decode(each) for each in members]}
    return value


def _refusal(content: bytes, status: int) -> dict[str, Any]:
    try:
        said = _parsed(content) if content else {}
    except ValueError:
        said = {"message": content.decode(errors="replace")}
    code = str(said.get("__type", status)).partition(":")[0].rpartition("#")[2]
    error = {"Message": said.get("message", said.get("Message", "")), "Code": code}
    return {"Error": error, **{name: said[name] for name in _MODELLED if name in said}}
