"""The site bucket: where the blog's pages are put."""

from collections.abc import Iterator
from functools import cache
from typing import Any, Protocol

import msgspec
from botocore.exceptions import ClientError

from chalicelib.observe import traces
from chalicelib.settings import settings

HTML = "text/html; charset=utf-8"
FRESH = "public, max-age=0, s-maxage=60, must-revalidate"
LASTING = "public, max-age=31536000, immutable"
# Another has written, is writing, or has taken away; the last is what S3 says where IfMatch meets nothing.
_OVERTAKEN = {"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"}


class Stored(msgspec.Struct, frozen=True):
    """What is at a path: its bytes, and the version (S3's ETag) that a write may insist on."""

    content: bytes
    version: str


class Page(msgspec.Struct, frozen=True):
    """What is to be at a path."""

    content: bytes
    content_type: str = HTML


class Site(Protocol):
    """Where pages go. Paths start with a slash; a page's path ends with one."""

    def put(self, path: str, content: bytes, content_type: str = HTML) -> None:
        """Put a page, or replace it."""

    def look(self, path: str) -> Stored | None:
        """Return what is at a path, or None."""

    def replace(self, path: str, seen: Stored | None, page: Page | None) -> None:
        """Put a page, or take it away, if there still is what was `seen`; else do nothing."""

    def copy_thumbnail(self, thumbnail_key: str, path: str) -> None:
        """Show a thumbnail to everybody at a path of the site, unless there is a copy: what is there never changes."""

    def paths_under(self, path: str) -> Iterator[str]:
        """Return the paths that begin with `path`, a page by its file."""

    def remove(self, path: str) -> None:
        """Take away what is at a path."""


class S3Site:
    """The site in S3; its client is made when first needed."""

    def put(self, path: str, content: bytes, content_type: str = HTML) -> None:
        _s3().put_object(
            Bucket=settings().site_bucket,
            Key=object_key(path),
            Body=content,
            ContentType=content_type,
            CacheControl=FRESH,
        )

    def look(self, path: str) -> Stored | None:
        s3 = _s3()
        try:
            found = s3.get_object(Bucket=settings().site_bucket, Key=object_key(path))
        except s3.exceptions.NoSuchKey:
            return None
        with found["Body"] as body:
            return Stored(body.read(), found["ETag"])

    def replace(self, path: str, seen: Stored | None, page: Page | None) -> None:
        if page is None and seen is None:
            return
        wanted: dict[str, Any] = {"Bucket": settings().site_bucket, "Key": object_key(path)}
        wanted |= {"IfNoneMatch": "*"} if seen is None else {"IfMatch": seen.version}
        try:
            if page is None:
                _s3().delete_object(**wanted)
            else:
                _s3().put_object(**wanted, Body=page.content, ContentType=page.content_type, CacheControl=FRESH)
        except ClientError as error:
            if error.response["Error"].get("Code") not in _OVERTAKEN:
                raise

    def copy_thumbnail(self, thumbnail_key: str, path: str) -> None:
        if self._exists(path):
            return
        _s3().copy_object(
            Bucket=settings().site_bucket,
            Key=object_key(path),
            CopySource={"Bucket": settings().thumbnails_bucket, "Key": thumbnail_key},
            CacheControl=LASTING,
            MetadataDirective="REPLACE",
            ContentType="image/webp" if path.endswith(".webp") else "image/jpeg",
        )

    def paths_under(self, path: str) -> Iterator[str]:
        pages = _s3().get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=settings().site_bucket, Prefix=path.removeprefix("/")):
            yield from (f"/{found['Key']}" for found in page.get("Contents", ()))

    def remove(self, path: str) -> None:
        _s3().delete_object(Bucket=settings().site_bucket, Key=object_key(path))

    def _exists(self, path: str) -> bool:
        try:
            _s3().head_object(Bucket=settings().site_bucket, Key=object_key(path))
        except ClientError as error:
            if error.response["Error"].get("Code") not in {"404", "NoSuchKey", "NotFound"}:
                raise
            return False
        return True


def object_key(path: str) -> str:
    """The key of what is served at a path: a page is its folder's index.html."""
    key = path.removeprefix("/")
    return f"{key}index.html" if path.endswith("/") else key


@cache
def _s3() -> Any:  # noqa: ANN401 - botocore's clients are made at run time
    import botocore.session  # noqa: PLC0415 - only the functions that write pages need it
    from botocore.config import Config  # noqa: PLC0415

    config = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 3, "mode": "standard"})
    return traces.watch(botocore.session.get_session().create_client("s3", config=config))
