"""A person's photos: newest first, page by page, and nobody else's."""

from typing import Any

import pytest
import time_machine

from chalicelib import clock
from chalicelib.media.model import REJECTED, Media, object_key
from chalicelib.media.service import ForeignKey, own_media_id
from tests.support.api import Api


def attach(api: Api, name: str) -> str:
    """Attach a photo to a todo of its own; return its media id."""
    media_id = clock.new_id()
    todo_id = api.post("/todos", {"title": name}).json()["id"]
    photo = {"key": f"users/{api.sub}/{media_id}", "name": name, "content_type": "image/png", "size": 5}
    assert api.post(f"/todos/{todo_id}/attachments", photo).status == 201
    return media_id


@pytest.fixture
def album(ada: Api) -> list[str]:
    """Five photos, a minute apart, oldest first."""
    media_ids = []
    with time_machine.travel("2026-11-21T09:00:00Z", tick=False) as traveller:
        for name in "abcde":
            media_ids.append(attach(ada, name))
            traveller.shift(60)
    return media_ids


@pytest.mark.parametrize("limit", [1, 2, 5, 100])
def test_every_photo_comes_once_newest_first(ada: Api, album: list[str], limit: int) -> None:
    names, cursor = "", ""
    while True:
        page = ada.get(f"/media?limit={limit}{cursor}").json()
        names += "".join(media["name"] for media in page["items"])
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert names == "edcba"


def test_a_photo_says_what_is_known_of_it(ada: Api, album: list[str]) -> None:
    media_id = album[2]
    assert ada.get(f"/media/{media_id}").json() == {
        "id": media_id,
        "url": f"https://api.example.test/media/{media_id}",
        "key": f"users/{ada.sub}/{media_id}",
        "name": "c",
        "content_type": "image/png",
        "size": 5,
        "state": "uploaded",
        "reason": None,
        "thumbnails": [],
        "created_at": "2026-11-21T09:02:00.000Z",
    }


def test_a_rejected_photo_says_why(ada: Api, album: list[str]) -> None:
    media = Media.get(ada.sub, album[0])
    media.update(actions=[Media.state.set(REJECTED), Media.reason.set("It is no picture.")])
    told = ada.get(f"/media/{album[0]}").json()
    assert (told["state"], told["reason"]) == ("rejected", "It is no picture.")


@pytest.mark.parametrize("media_id", ["0" * 26, "nothing", "..", "users"])
def test_what_is_not_there_is_not_found(ada: Api, album: list[str], media_id: str) -> None:
    assert ada.get(f"/media/{media_id}").status == 404


def test_nobody_sees_anyone_elses(ada: Api, bob: Api, album: list[str]) -> None:
    assert bob.get("/media").json() == {"items": [], "next": None}
    absent = bob.get(f"/media/{'0' * 26}")
    foreign = bob.get(f"/media/{album[0]}")
    assert (foreign.status, foreign.body, foreign.headers) == (404, absent.body, absent.headers)


def test_a_cursor_belongs_to_its_caller_and_to_this_list(ada: Api, bob: Api, album: list[str]) -> None:
    cursor = ada.get("/media?limit=1").json()["next"]
    of_todos = ada.get("/todos?limit=1").json()["next"]
    assert ada.get(f"/media?cursor={cursor}").status == 200
    for refused in (bob.get(f"/media?cursor={cursor}"), ada.get(f"/media?cursor={of_todos}")):
        assert (refused.status, refused.json()["type"]) == (400, "urn:problem-type:invalid-cursor")
    assert ada.get(f"/todos?cursor={cursor}").status == 400


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "cursor=", "owner_id=bob", "limit=1&limit=1"])
def test_a_query_that_does_not_fit_is_refused(ada: Api, query: str) -> None:
    refused = ada.get(f"/media?{query}")
    assert (refused.status, refused.json()["type"]) == (400, "urn:problem-type:invalid-query")


def test_a_key_tells_its_owner() -> None:
    assert own_media_id("ada", object_key("ada", "0" * 26)) == "0" * 26


@pytest.mark.parametrize(
    "key", ["users/bob/1", "users/ada/b/1", "users/adab/1", "ada/1", "users//1", "/users/ada/1", "USERS/ada/1", "1"]
)
def test_a_key_of_anyone_elses_is_told_from_it(key: Any) -> None:
    with pytest.raises(ForeignKey):
        own_media_id("ada", key)
