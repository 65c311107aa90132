"""Objects in S3, as far as photos need them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any, Protocol

import msgspec
from botocore.exceptions import ClientError

from chalicelib.observe import traces

CONNECT_TIMEOUT_SECONDS = 2.0
READ_TIMEOUT_SECONDS = 10.0
TOTAL_ATTEMPTS = 3

# A key is never written twice with other bytes, so whoever has a thumbnail may keep it.
_FOREVER = "private, max-age=31536000, immutable"
_MISSING = {"404", "NoSuchKey", "NotFound"}


class Fetched(msgspec.Struct, frozen=True):
    """An object as S3 says it is; `body` is None where it is longer than what was asked for."""

    content_type: str
    body: bytes | None


class Listed(msgspec.Struct, frozen=True):
    """An object as a listing says it is."""

    key: str
    etag: str
    modified: datetime


class Objects(Protocol):
    """What photos need of S3. An object that is not there is None to read, and nothing to delete."""

    def fetch(self, bucket: str, key: str, most_bytes: int) -> Fetched | None:
        """Read an object of up to `most_bytes`."""

    def exists(self, bucket: str, key: str) -> bool:
        """Whether the object is there."""

    def put(self, bucket: str, key: str, body: bytes, content_type: str) -> None:
        """Write an object that never changes."""

    def delete(self, bucket: str, key: str, etag: str | None = None) -> None:
        """Delete an object, with an `etag` only if it is still the one of that ETag."""

    def delete_under(self, bucket: str, prefix: str) -> None:
        """Delete all objects whose keys start with `prefix`."""

    def list_under(self, bucket: str, prefix: str) -> Iterator[Listed]:
        """Yield the objects whose keys start with `prefix`, in the order of their keys."""


class S3:
    """Objects over botocore's own client."""

    def __init__(self, client: Any) -> None:  # noqa: ANN401 - botocore makes its clients at run time
        self._client = client

    def fetch(self, bucket: str, key: str, most_bytes: int) -> Fetched | None:
        """Read an object of up to `most_bytes`; one answer tells its type and size and holds its bytes."""
        with _unless_missing():
            answer = self._client.get_object(Bucket=bucket, Key=key)
            with answer["Body"] as stream:
                too_long = answer["ContentLength"] > most_bytes
                return Fetched(answer.get("ContentType", ""), None if too_long else stream.read())
        return None

    def exists(self, bucket: str, key: str) -> bool:
        """Whether the object is there."""
        with _unless_missing():
            self._client.head_object(Bucket=bucket, Key=key)
            return True
        return False

    def put(self, bucket: str, key: str, body: bytes, content_type: str) -> None:
        """Write an object that never changes."""
        self._client.put_object(Bucket=bucket, Key=key, Body=body, ContentType=content_type, CacheControl=_FOREVER)

    def delete(self, bucket: str, key: str, etag: str | None = None) -> None:
        """Delete an object, with an `etag` only if it is still the one of that ETag."""
        condition = {} if etag is None else {"IfMatch": etag}
        with _unless_missing("412", "PreconditionFailed"):
            self._client.delete_object(Bucket=bucket, Key=key, **condition)

    def delete_under(self, bucket: str, prefix: str) -> None:
        """Delete all objects whose keys start with `prefix`."""
        for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for found in page.get("Contents", ()):
                self._client.delete_object(Bucket=bucket, Key=found["Key"])

    def list_under(self, bucket: str, prefix: str) -> Iterator[Listed]:
        """Yield the objects whose keys start with `prefix`, in the order of their keys."""
        for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for found in page.get("Contents", ()):
                yield Listed(found["Key"], found["ETag"].strip('"'), found["LastModified"])


@contextmanager
def _unless_missing(*expected: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response["Error"].get("Code") not in {*_MISSING, *expected}:
            raise


@cache
def s3() -> S3:
    """Return this process's client, made when it is first needed."""
    import botocore.session  # noqa: PLC0415 - most requests ask S3 nothing
    from botocore.config import Config  # noqa: PLC0415

    config = Config(
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        read_timeout=READ_TIMEOUT_SECONDS,
        retries={"total_max_attempts": TOTAL_ATTEMPTS, "mode": "standard"},
    )
    return S3(traces.watch(botocore.session.get_session().create_client("s3", config=config)))
