"""What the engine's tests share: signed and unsigned clients, names, waiting."""

import functools
import itertools
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any, TypeVar

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from infra.local.engine_process import REGION, EngineProcess

SITE = "http://127.0.0.1:8080"
MakeEngine = Callable[..., EngineProcess]
Found = TypeVar("Found")
_numbers = itertools.count(1)


class Aws:
    """Clients of one engine, as its root or as whoever holds other credentials."""

    def __init__(self, engine: EngineProcess, credentials: Mapping[str, str] | None = None) -> None:
        self.engine = engine
        self.keys = credentials or {
            "aws_access_key_id": engine.access_key,
            "aws_secret_access_key": engine.secret_key,
        }
        self.client: Callable[..., Any] = functools.cache(self._client)
        self.unsigned: Callable[[str], Any] = functools.cache(self._unsigned)

    def _client(self, service: str, region: str = REGION) -> Any:
        # Presigned S3 URLs would otherwise be signed the old way here.
        version = {"signature_version": "s3v4"} if service == "s3" else {}
        config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}, **version)
        return boto3.client(service, endpoint_url=self.engine.url, region_name=region, config=config, **self.keys)

    def _unsigned(self, service: str) -> Any:
        config = Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1})
        return boto3.client(service, endpoint_url=self.engine.url, region_name=REGION, config=config)


def as_user(aws: Aws, statement: dict[str, Any]) -> Aws:
    """Clients of a user who may do what the statement says."""
    iam, name = aws.client("iam"), unique("user")
    iam.create_user(UserName=name)
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    keys = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    return Aws(aws.engine, keys)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def http(method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None) -> Answer:
    """One HTTP request; an error status is an answer like any other. Header names are in lower case, values joined."""
    request = urllib.request.Request(url, method=method, headers=dict(headers or {}), data=body)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
            return Answer(response.status, _lower(response.headers), response.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, _lower(error.headers), error.read())


def _lower(headers: Message) -> dict[str, str]:
    return {name.lower(): ", ".join(headers.get_all(name, [])) for name in headers}


def unique(prefix: str) -> str:
    return f"{prefix}-{next(_numbers)}"


def refused(call: Callable[[], object]) -> str:
    """The error code a call is refused with; a call that passes fails the test."""
    try:
        result = call()
    except ClientError as error:
        return error.response["Error"]["Code"]
    message = f"was not refused: {result}"
    raise AssertionError(message)


def eventually(look: Callable[[], Found | None], *, seconds: float = 30, what: str = "") -> Found:
    """Poll until `look` finds something truthy."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(what or f"nothing after {seconds} s")


def make_table(aws: Aws, name: str | None = None, **options: Any) -> str:
    """A table with the partition key `pk`, or whatever `options` say."""
    name = name or unique("table")
    keys = {
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    }
    aws.client("dynamodb").create_table(TableName=name, BillingMode="PAY_PER_REQUEST", **{**keys, **options})
    return name


def text(value: str) -> dict[str, str]:
    return {"S": value}


def number(value: int) -> dict[str, str]:
    return {"N": str(value)}


def settled_snapshot(engine: EngineProcess) -> None:
    """Wait for a snapshot that began after this call."""
    marker = str(time.monotonic_ns())
    Aws(engine).client("ssm").put_parameter(Name="/marker", Value=marker, Type="String", Overwrite=True)
    eventually(lambda: marker in saved(engine, "ssm"), seconds=60, what="no snapshot")


def saved(engine: EngineProcess, service: str) -> str:
    """What the newest snapshot says of a service."""
    folder = engine.state_dir / "snapshots"
    try:
        manifest = json.loads((folder / "manifest.json").read_text())
        return (folder / manifest["services"].get(service, "none")).read_text()
    except FileNotFoundError:  # none yet, or replaced while it was being read
        return ""
