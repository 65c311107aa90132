"""The build goes into the site bucket whole, in an order that leaves no page without its files."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.deploy.site_files import SiteFilesError, upload

BUCKET = "site"


class Ordered:
    """A client of S3 that remembers in which order objects were put."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.put: list[str] = []

    def put_object(self, **request: Any) -> Any:
        self.put.append(request["Key"])
        return self._client.put_object(**request)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


@pytest.fixture
def s3() -> Iterator[Ordered]:
    with mock_aws(), closing(boto3.client("s3", region_name="us-east-1")) as client:
        client.create_bucket(Bucket=BUCKET)
        yield Ordered(client)


@pytest.fixture
def build(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "todos").mkdir()
    (tmp_path / "assets" / "blog-1a2b.css").write_text("a{}")
    (tmp_path / "index.html").write_text("<!doctype html>")
    (tmp_path / "todos" / "index.html").write_text("<!doctype html>")
    (tmp_path / "assets.json").write_text('{"style": "/assets/blog-1a2b.css"}')
    (tmp_path / ".setup-stamp").write_text("not for readers")
    return tmp_path


def test_hashed_files_come_first_and_the_list_of_them_last(s3: Ordered, build: Path) -> None:
    written = upload(s3, BUCKET, build)

    assert written == s3.put == ["assets/blog-1a2b.css", "index.html", "todos/index.html", "assets.json"]


def test_hashed_files_are_kept_for_good_and_pages_looked_at_again(s3: Ordered, build: Path) -> None:
    upload(s3, BUCKET, build)

    style = s3.head_object(Bucket=BUCKET, Key="assets/blog-1a2b.css")
    page = s3.head_object(Bucket=BUCKET, Key="todos/index.html")
    assert (style["ContentType"], style["CacheControl"]) == (
        "text/css; charset=utf-8",
        "public, max-age=31536000, immutable",
    )
    assert (page["ContentType"], page["CacheControl"]) == (
        "text/html; charset=utf-8",
        "public, max-age=0, s-maxage=60, must-revalidate",
    )


def test_what_is_there_already_is_not_sent_again(s3: Ordered, build: Path) -> None:
    upload(s3, BUCKET, build)

    (build / "index.html").write_text("<!doctype html><title>New</title>")

    assert upload(s3, BUCKET, build) == ["index.html"]
    assert upload(s3, BUCKET, build) == []


def test_files_of_earlier_builds_and_rendered_pages_stay(s3: Ordered, build: Path) -> None:
    upload(s3, BUCKET, build)
    s3.put_object(Bucket=BUCKET, Key="blog/index.html", Body=b"rendered")
    (build / "assets" / "blog-1a2b.css").rename(build / "assets" / "blog-3c4d.css")

    upload(s3, BUCKET, build)

    keys = [found["Key"] for found in s3.list_objects_v2(Bucket=BUCKET)["Contents"]]
    assert {"assets/blog-1a2b.css", "assets/blog-3c4d.css", "blog/index.html"} <= set(keys)


def test_a_file_of_an_unknown_kind_is_refused_in_words(s3: Ordered, build: Path) -> None:
    (build / "film.mov").write_bytes(b"")

    with pytest.raises(SiteFilesError, match=r"film\.mov"):
        upload(s3, BUCKET, build)
