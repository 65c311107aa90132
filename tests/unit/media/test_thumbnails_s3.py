"""S3 behind the interface that photos use: against moto, and against the answers that only S3 itself gives."""

import io
from collections.abc import Iterator
from contextlib import closing
from hashlib import md5
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.response import StreamingBody
from botocore.stub import Stubber
from moto import mock_aws

from chalicelib.media.objects import S3, Fetched, s3

BUCKET = "mytodolist-test-media"


@pytest.fixture
def client() -> Iterator[Any]:
    with mock_aws(), closing(boto3.client("s3")) as made:
        made.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
        yield made


@pytest.fixture
def objects(client: Any) -> S3:
    return S3(client)


@pytest.fixture
def answers(client: Any) -> Iterator[Stubber]:
    with Stubber(client) as stubber:
        yield stubber


def test_an_object_is_read_with_its_type(objects: S3, client: Any) -> None:
    client.put_object(Bucket=BUCKET, Key="a", Body=b"four", ContentType="image/png")
    assert objects.fetch(BUCKET, "a", 4) == Fetched("image/png", b"four")


def test_an_object_that_is_too_long_is_not_read(objects: S3, client: Any) -> None:
    client.put_object(Bucket=BUCKET, Key="a", Body=b"fives", ContentType="image/png")
    assert objects.fetch(BUCKET, "a", 4) == Fetched("image/png", None)


def test_not_a_byte_of_it_is_taken(objects: S3, answers: Stubber) -> None:
    raw = io.BytesIO(bytes(100))
    answers.add_response("get_object", {"Body": StreamingBody(raw, 100), "ContentLength": 100})
    assert objects.fetch(BUCKET, "a", 99) == Fetched("", None)
    assert raw.closed or raw.tell() == 0


def test_objects_are_listed_by_the_beginnings_of_their_keys(objects: S3, client: Any) -> None:
    for key in ("users/b/1", "users/a/2", "users/a/1", "other"):
        client.put_object(Bucket=BUCKET, Key=key, Body=b"a")
    found = list(objects.list_under(BUCKET, "users/a"))
    assert [each.key for each in found] == ["users/a/1", "users/a/2"]
    assert found[0].etag == md5(b"a", usedforsecurity=False).hexdigest()
    assert found[0].modified.tzinfo is not None


def test_an_object_that_is_not_there(objects: S3) -> None:
    assert objects.fetch(BUCKET, "a", 4) is None
    assert not objects.exists(BUCKET, "a")


def test_an_object_that_is_there(objects: S3, client: Any) -> None:
    client.put_object(Bucket=BUCKET, Key="a", Body=b"")
    assert objects.exists(BUCKET, "a")


def test_what_is_written_may_be_kept_for_ever_by_its_person_alone(objects: S3, client: Any) -> None:
    objects.put(BUCKET, "a", b"picture", "image/webp")
    found = client.get_object(Bucket=BUCKET, Key="a")
    assert found["Body"].read() == b"picture"
    assert found["ContentType"] == "image/webp"
    assert found["CacheControl"] == "private, max-age=31536000, immutable"


def test_deleting_twice_is_deleting_once(objects: S3, client: Any) -> None:
    client.put_object(Bucket=BUCKET, Key="a", Body=b"")
    objects.delete(BUCKET, "a")
    objects.delete(BUCKET, "a")
    assert not objects.exists(BUCKET, "a")


def test_deletion_may_be_for_one_etag_only(objects: S3, answers: Stubber) -> None:
    answers.add_response("delete_object", {}, {"Bucket": BUCKET, "Key": "a", "IfMatch": "0f"})
    objects.delete(BUCKET, "a", "0f")
    answers.assert_no_pending_responses()


@pytest.mark.parametrize(("code", "status"), [("PreconditionFailed", 412), ("NoSuchKey", 404)])
def test_another_object_stays_and_none_is_none(objects: S3, answers: Stubber, code: str, status: int) -> None:
    answers.add_client_error("delete_object", code, http_status_code=status)
    objects.delete(BUCKET, "a", "0f")
    answers.assert_no_pending_responses()


def test_all_under_a_prefix_and_nothing_else(objects: S3, client: Any) -> None:
    for key in ("users/a/1/x", "users/a/1/y/z", "users/a/10/x", "users/b/1/x"):
        client.put_object(Bucket=BUCKET, Key=key, Body=b"")
    objects.delete_under(BUCKET, "users/a/1/")
    left = [found["Key"] for found in client.list_objects_v2(Bucket=BUCKET)["Contents"]]
    assert left == ["users/a/10/x", "users/b/1/x"]
    objects.delete_under(BUCKET, "users/a/1/")


@pytest.mark.parametrize("operation", ["get_object", "head_object", "delete_object", "put_object", "list_objects_v2"])
def test_every_other_answer_is_an_error(objects: S3, answers: Stubber, operation: str) -> None:
    answers.add_client_error(operation, "AccessDenied", http_status_code=403)
    calls = {
        "get_object": lambda: objects.fetch(BUCKET, "a", 4),
        "head_object": lambda: objects.exists(BUCKET, "a"),
        "delete_object": lambda: objects.delete(BUCKET, "a"),
        "put_object": lambda: objects.put(BUCKET, "a", b"", "image/webp"),
        "list_objects_v2": lambda: objects.delete_under(BUCKET, "a/"),
    }
    with pytest.raises(ClientError, match="AccessDenied"):
        calls[operation]()


def test_a_process_makes_one_client() -> None:
    assert s3() is s3()
