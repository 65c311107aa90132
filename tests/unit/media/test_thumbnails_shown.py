"""How thumbnails look through the API."""

from typing import Any

import msgspec
import pytest

from chalicelib import clock
from chalicelib.media.events import on_media_changed, on_upload_jobs
from chalicelib.media.model import object_key
from chalicelib.media.pictures import NOT_A_PHOTO
from chalicelib.media.service import bucket_url
from chalicelib.settings import settings
from tests.images.corpus import SVG
from tests.support.api import Api
from tests.unit.media.buckets import Buckets
from tests.unit.media.test_media_events import GARDEN, MEDIA, World, changed
from tests.unit.media.uploads_of import batch, told_of

BASE = "https://mytodolist-test-thumbnails.s3.eu-north-1.amazonaws.com"


def todo_with(ada: Api, media_id: str) -> str:
    todo: str = ada.post("/todos", {"title": "With a photo"}).json()["id"]
    photo = {"key": object_key(str(ada.sub), media_id), "name": "garden.jpg", "content_type": "image/jpeg", "size": 5}
    assert ada.post(f"/todos/{todo}/attachments", photo).status == 201
    return todo


def work(ada: Api, media_id: str, body: bytes) -> None:
    """An upload, and the streams that follow."""
    buckets, key = Buckets(), object_key(str(ada.sub), media_id)
    kept = buckets.receive(MEDIA, key, body)
    on_upload_jobs(batch(told_of(key, etag=kept.etag)), buckets)
    on_media_changed(changed(None, World().media_row(media_id)), buckets)


@pytest.fixture
def media_id() -> str:
    return clock.new_id()


def test_a_todo_says_where_its_photos_thumbnails_are(ada: Api, media_id: str) -> None:
    todo = todo_with(ada, media_id)
    assert ada.get(f"/todos/{todo}").json()["attachments"][0]["thumbnail_url"] is None
    work(ada, media_id, GARDEN)
    url = ada.get(f"/todos/{todo}").json()["attachments"][0]["thumbnail_url"]
    assert url.startswith(f"{BASE}/users/{ada.sub}/{media_id}/")
    assert url.endswith("/160.webp")


def test_so_does_a_list_and_a_change(ada: Api, media_id: str) -> None:
    todo = todo_with(ada, media_id)
    work(ada, media_id, GARDEN)
    listed = ada.get("/todos").json()["items"][0]
    changed_todo = ada.patch(f"/todos/{todo}", {"title": "Changed"}).json()
    assert listed["attachments"] == changed_todo["attachments"]
    assert listed["attachments"][0]["thumbnail_url"] is not None


def test_whoever_holds_an_older_answer_gets_the_thumbnail(ada: Api, media_id: str) -> None:
    todo = todo_with(ada, media_id)
    held = ada.get(f"/todos/{todo}")
    work(ada, media_id, GARDEN)
    answer = ada.get(f"/todos/{todo}", if_none_match=held.headers["ETag"])
    assert answer.status == 200
    assert answer.json()["attachments"][0]["thumbnail_url"] is not None


def test_a_todo_without_photos_is_not_sent_again(ada: Api) -> None:
    created = ada.post("/todos", {"title": "Without"})
    assert ada.get(f"/todos/{created.json()['id']}", if_none_match=created.headers["ETag"]).status == 304


def test_a_photo_says_what_sizes_there_are(ada: Api, media_id: str) -> None:
    todo_with(ada, media_id)
    work(ada, media_id, GARDEN)
    photo = ada.get(f"/media/{media_id}").json()
    assert photo["state"] == "ready"
    assert [(each["width"], each["height"], each["content_type"]) for each in photo["thumbnails"]] == [
        (300, 200, "image/webp"),
        (300, 200, "image/jpeg"),
        (300, 200, "image/webp"),
        (300, 200, "image/jpeg"),
        (160, 107, "image/webp"),
        (160, 107, "image/jpeg"),
    ]
    assert all(each["url"].startswith(f"{BASE}/users/{ada.sub}/{media_id}/") for each in photo["thumbnails"])


def test_a_rejected_photo_says_why(ada: Api, media_id: str) -> None:
    todo = todo_with(ada, media_id)
    work(ada, media_id, SVG)
    photo = ada.get(f"/media/{media_id}").json()
    assert (photo["state"], photo["reason"], photo["thumbnails"]) == ("rejected", NOT_A_PHOTO, [])
    assert ada.get(f"/todos/{todo}").json()["attachments"][0]["thumbnail_url"] is None


def test_a_photo_on_another_todo_is_refused(ada: Api, media_id: str) -> None:
    todo_with(ada, media_id)
    other = ada.post("/todos", {"title": "Another"}).json()["id"]
    photo: Any = {"key": object_key(str(ada.sub), media_id), "name": "a", "content_type": "image/jpeg", "size": 5}
    answer = ada.post(f"/todos/{other}/attachments", photo)
    assert (answer.status, answer.json()["detail"]) == (403, "This photo is on another todo.")


def test_a_photo_that_is_on_no_todo_has_thumbnails_and_no_name(ada: Api, media_id: str) -> None:
    work(ada, media_id, GARDEN)
    photo = ada.get(f"/media/{media_id}").json()
    assert (photo["state"], photo["name"], photo["content_type"], photo["size"]) == ("ready", None, None, None)
    assert len(photo["thumbnails"]) == 6
    assert ada.get("/media").json()["items"] == [photo]


def test_on_the_laptop_the_bucket_is_part_of_the_path() -> None:
    laptop = msgspec.structs.replace(settings(), stage="local")
    url = bucket_url("photos", laptop, {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"})
    assert url == "http://127.0.0.1:4566/photos"


def test_elsewhere_an_endpoint_of_the_functions_is_not_the_browsers() -> None:
    url = bucket_url("photos", settings(), {"AWS_ENDPOINT_URL": "https://vpce.example.test"})
    assert url == "https://photos.s3.eu-north-1.amazonaws.com"
