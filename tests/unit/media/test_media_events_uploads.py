"""Which messages of the queue are about a photo, and what they say of it."""

import json
from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.media.model import object_key
from chalicelib.media.uploads import Stray, Upload, comparable, uploads
from tests.unit.media.uploads_of import event, through_topic, told_of

BUCKET = "mytodolist-test-media"
ADA = "6f1a7c1e-0000-4000-8000-00000000ada0"
MEDIA_ID = "01KAJ9V0000000000000000001"


def read(said: Any) -> list[Upload]:
    return [each for each in _told(said) if isinstance(each, Upload)]


def strays(said: Any) -> list[str]:
    return [each.key for each in _told(said) if isinstance(each, Stray)]


def _told(said: Any) -> list[Upload | Stray]:
    return list(uploads(said if isinstance(said, str) else json.dumps(said), BUCKET))


def test_an_upload_is_its_owner_its_id_and_which_bytes() -> None:
    [upload] = read(event("s3/object-created-put"))
    assert (upload.owner, upload.media_id) == (ADA, MEDIA_ID)
    assert upload.etag == "d41d8cd98f00b204e9800998ecf8427e"
    assert upload.sequencer == "0066A1B2C3D4E5F607" + "0" * 14


def test_a_message_may_come_in_the_envelope_of_a_topic() -> None:
    said = event("s3/object-created-put")
    assert read(through_topic(said)) == read(said)


def test_a_message_may_tell_of_several() -> None:
    said = event("s3/object-created-put")
    said["Records"] *= 3
    assert len(read(said)) == 3


@pytest.mark.parametrize("name", ["ObjectCreated:Post", "ObjectCreated:Copy", "ObjectCreated:CompleteMultipartUpload"])
def test_every_way_to_create_an_object_counts(name: str) -> None:
    assert len(read(told_of(f"users/{ADA}/{MEDIA_ID}", name=name))) == 1


def test_the_test_of_a_new_subscription_is_ignored() -> None:
    assert read(event("s3/test-event")) == []
    assert read(through_topic(event("s3/test-event"))) == []


def test_a_deleted_object_is_no_upload() -> None:
    assert read(event("s3/object-removed-delete")) == []


@pytest.mark.parametrize(
    "key",
    [
        f"users/{ADA}/../{MEDIA_ID}",
        f"users/../{MEDIA_ID}",
        f"users/./{MEDIA_ID}",
        f"users/{ADA}/.",
        f"users/{ADA}/..",
        f"users//{MEDIA_ID}",
        f"users/{ADA}/{MEDIA_ID}/",
        f"users/{ADA}/{MEDIA_ID}/1280.webp",
        f"users/{ADA}/{MEDIA_ID}/0066A1B2C3D4E5F607/160.webp",
        f"users/{ADA}/{MEDIA_ID}.jpg",
        f"users/{ADA}/photo.jpg",
        f"users/{ADA}/{MEDIA_ID.lower()}",
        f"users/{ADA}/8{MEDIA_ID[1:]}",
        f"users/{ADA}/{MEDIA_ID}\n",
        f"/users/{ADA}/{MEDIA_ID}",
        f"Users/{ADA}/{MEDIA_ID}",
        f"posts/{ADA}/{MEDIA_ID}",
        f"users/{'a' * 129}/{MEDIA_ID}",
        f"users/ada lovelace/{MEDIA_ID}",
        f"users/{ADA}%2F{MEDIA_ID}",
        "users/",
        "",
    ],
)
def test_only_a_persons_own_photo_is_ours(key: str) -> None:
    said = told_of(quote_plus(key, safe="/"))
    assert read(said) == []
    # What else came under people's prefixes is told of too, so that it can be deleted.
    assert strays(said) == ([key] if key.startswith("users/") else [])


def test_keys_are_decoded_once() -> None:
    assert len(read(told_of(f"users%2F{ADA}%2F{MEDIA_ID}"))) == 1
    assert read(told_of(f"users%252F{ADA}%252F{MEDIA_ID}")) == []


@pytest.mark.parametrize("bucket", ["mytodolist-test-thumbnails", "mytodolist-prod-media", ""])
def test_another_bucket_is_ignored(bucket: str) -> None:
    assert read(told_of(f"users/{ADA}/{MEDIA_ID}", bucket=bucket)) == []
    assert strays(told_of(f"users/{ADA}/a.html", bucket=bucket)) == []


def test_another_service_is_ignored() -> None:
    said = told_of(f"users/{ADA}/{MEDIA_ID}")
    said["Records"][0]["eventSource"] = "aws:ses"
    assert read(said) == []


@pytest.mark.parametrize("body", ["", "{}", "[]", "null", "photo", '{"Records": 1}', '{"Message": "photo"}'])
def test_what_is_no_message_of_s3_is_an_error(body: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read(body)


@pytest.mark.parametrize("sequencer", ["", "later", "0" * 33, "00 66"])
def test_a_sequencer_is_hexadecimal(sequencer: str) -> None:
    with pytest.raises(ValueError, match="sequencer"):
        read(told_of(f"users/{ADA}/{MEDIA_ID}", sequencer=sequencer))


@pytest.mark.parametrize(
    ("earlier", "later"),
    [("0066A1", "0066A2"), ("0066a1", "0066A2"), ("0066A1", "0066A1FF"), ("005B", "006"), ("0055", "0055AA00")],
)
def test_sequencers_sort_as_s3_compares_them(earlier: str, later: str) -> None:
    assert comparable(earlier) < comparable(later)


@given(st.text())
def test_no_key_but_ours_is_accepted(key: str) -> None:
    found = read(told_of(quote_plus(key, safe="/")))
    assert all(object_key(upload.owner, upload.media_id) == key for upload in found)


@given(
    st.from_regex(r"[0-9a-zA-Z-]{1,128}", fullmatch=True),
    st.from_regex(r"[0-7][0-9A-HJKMNP-TV-Z]{25}", fullmatch=True),
)
def test_every_key_of_ours_is_accepted_as_it_is(owner: str, media_id: str) -> None:
    [upload] = read(told_of(quote_plus(object_key(owner, media_id), safe="/")))
    assert (upload.owner, upload.media_id) == (owner, media_id)


@given(st.from_regex(r"users(/[^/]*){0,4}", fullmatch=True))
def test_keys_that_look_alike_are_ours_or_nobodys(key: str) -> None:
    for upload in read(told_of(quote_plus(key, safe="/"))):
        assert object_key(upload.owner, upload.media_id) == key
        assert not {".", ".."} & set(key.split("/"))
