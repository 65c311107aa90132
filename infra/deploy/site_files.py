"""Puts the built front end into the site bucket: hashed files first, so that no page names one that is not there yet.

Hashed files of earlier builds stay: pages that somebody has open, and pages not yet rendered anew, still name them.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chalicelib.blog.site import FRESH, LASTING

ASSETS = "assets"
# The pages that the application renders find their style and script by this, so it comes last.
LISTING = "assets.json"
# Not by `mimetypes`, whose answers differ from machine to machine.
CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
}


class SiteFilesError(Exception):
    """The build cannot be served as it is; the message is one sentence for the terminal."""


def upload(s3: Any, bucket: str, folder: Path) -> list[str]:  # noqa: ANN401 - botocore makes its clients at run time
    """Put every file of the build at `folder` that the bucket lacks or has otherwise, and return their keys.

    Raises:
        SiteFilesError: a file is of a kind whose content type is not known.
    """
    there = dict(_etags(s3, bucket))
    written = []
    for path in sorted(_files(folder), key=lambda path: _place(path.relative_to(folder))):
        key, content = path.relative_to(folder).as_posix(), path.read_bytes()
        if there.get(key) == hashlib.md5(content, usedforsecurity=False).hexdigest():
            continue
        s3.put_object(
            Bucket=bucket,
            Key=key,
            Body=content,
            ContentType=_content_type(path),
            CacheControl=LASTING if key.startswith(f"{ASSETS}/") else FRESH,
        )
        written.append(key)
    return written


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))


def _place(path: Path) -> tuple[bool, bool, str]:
    return path.name == LISTING, path.parts[0] != ASSETS, path.as_posix()


def _content_type(path: Path) -> str:
    try:
        return CONTENT_TYPES[path.suffix]
    except KeyError as error:
        raise SiteFilesError(f"Nothing says of which type {path} is: add it to infra/deploy/site_files.py.") from error


def _etags(s3: Any, bucket: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401
    # Without KMS and in one part, an object's ETag is the MD5 of its content.
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for found in page.get("Contents", ()):
            yield found["Key"], found["ETag"].strip('"')
