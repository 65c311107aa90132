"""Photos on todos: the todo names the photo and the photo has its row, both or neither."""

from typing import Any

import pytest

from chalicelib import clock
from chalicelib.media import service
from chalicelib.media.model import FOR_GOOD, Media
from chalicelib.todos.attachments import MAX_ATTACHMENTS
from tests.support.api import Api
from tests.support.seam import Meanwhile, Scripted, dynamodb_behind, refusal


def photo(owner: str, media_id: str | None = None, **changes: Any) -> dict[str, Any]:
    media_id = media_id or clock.new_id()
    usual = {"key": f"users/{owner}/{media_id}", "name": "tomatoes.jpg", "content_type": "image/jpeg", "size": 1024}
    return usual | changes


def media_id_of(sent: dict[str, Any]) -> str:
    return str(sent["key"]).rpartition("/")[2]


@pytest.fixture
def path(ada: Api) -> str:
    """The attachments of a new todo."""
    todo_id = ada.post("/todos", {"title": "tea"}).json()["id"]
    return f"/todos/{todo_id}/attachments"


def attached(ada: Api, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ada.get(path.removesuffix("/attachments")).json()["attachments"]
    return found


def test_an_attached_photo_is_on_the_todo_and_in_the_media(ada: Api, path: str) -> None:
    sent = photo(ada.sub or "", name="  tomatoes.jpg ")
    media_id = media_id_of(sent)
    answered = ada.post(path, sent)
    shown = {
        "media_id": media_id,
        "name": "tomatoes.jpg",
        "content_type": "image/jpeg",
        "size": 1024,
        "thumbnail_url": None,
    }
    assert (answered.status, answered.json()) == (201, shown)
    assert answered.headers["Location"] == f"https://api.example.test/media/{media_id}"
    assert attached(ada, path) == [shown]
    media = ada.get(f"/media/{media_id}").json()
    assert {name: media[name] for name in ("id", "key", "name", "size", "state", "reason", "thumbnails")} == {
        "id": media_id,
        "key": sent["key"],
        "name": "tomatoes.jpg",
        "size": 1024,
        "state": "uploaded",
        "reason": None,
        "thumbnails": [],
    }


def test_attaching_is_a_version_of_the_todo(ada: Api, path: str) -> None:
    ada.post(path, photo(ada.sub or ""))
    assert ada.get(path.removesuffix("/attachments")).headers["ETag"] == '"2"'


def test_twice_is_once(ada: Api, path: str) -> None:
    sent = photo(ada.sub or "")
    first, again = ada.post(path, sent), ada.post(path, sent)
    assert (first.status, first.body) == (again.status, again.body)
    assert len(attached(ada, path)) == 1
    assert ada.get(path.removesuffix("/attachments")).headers["ETag"] == '"2"'


def test_what_is_answered_is_what_is_attached(ada: Api, path: str) -> None:
    # given a photo that is attached already
    sent = photo(ada.sub or "")
    first = ada.post(path, sent)
    # when it is attached again under another name, which changes nothing
    again = ada.post(path, sent | {"name": "other.jpg", "size": 5})
    # then the answer does not pretend that it did
    assert again.json() == first.json() == attached(ada, path)[0]


def test_twenty_are_as_many_as_a_todo_holds(ada: Api, path: str) -> None:
    # given a full todo
    sent = [photo(ada.sub or "") for _ in range(MAX_ATTACHMENTS)]
    assert {ada.post(path, each).status for each in sent} == {201}
    # when one more comes
    over = photo(ada.sub or "")
    refused = ada.post(path, over)
    # then it is refused and leaves no row, while one that is there already is still there
    assert (refused.status, refused.json()["type"]) == (409, "urn:problem-type:too-many-attachments")
    assert ada.get(f"/media/{media_id_of(over)}").status == 404
    assert ada.post(path, sent[0]).status == 201
    assert len(attached(ada, path)) == MAX_ATTACHMENTS == 20
    # and taking one off makes room
    ada.delete(f"{path}/{media_id_of(sent[3])}")
    assert ada.post(path, over).status == 201


@pytest.mark.parametrize("owner", ["0b0b0b0b-0000-4000-8000-00000000b0b0", "x", "6f1a7c1e-0000-4000-8000-00000000ada"])
def test_a_key_under_anyone_elses_prefix_is_forbidden(ada: Api, path: str, owner: str) -> None:
    sent = photo(owner)
    refused = ada.post(path, sent)
    assert (refused.status, refused.json()["type"]) == (403, "urn:problem-type:forbidden")
    assert attached(ada, path) == []
    assert ada.get(f"/media/{media_id_of(sent)}").status == 404


@pytest.mark.parametrize(
    "key",
    [
        "users/{sub}/" + "0" * 25,
        "users/{sub}/" + "0" * 26 + "\n",
        "users/{sub}/" + "0" * 26 + "/..",
        "users/{sub}/../other/" + "0" * 26,
        "users/{sub}//" + "0" * 26,
        "/users/{sub}/" + "0" * 26,
        "users/{sub}x\n/" + "0" * 26,
        "thumbnails/{sub}/" + "0" * 26,
        "users/${{aws:PrincipalTag/sub}}/" + "0" * 26,
        "",
    ],
)
def test_what_is_no_key_of_ours_does_not_fit(ada: Api, path: str, key: str) -> None:
    refused = ada.post(path, photo("") | {"key": key.format(sub=ada.sub)})
    assert (refused.status, refused.json()["type"]) == (400, "urn:problem-type:invalid-body")
    assert [error["field"] for error in refused.json()["errors"]] == ["key"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"size": 0}, "size"),
        ({"size": 10 * 1024 * 1024 + 1}, "size"),
        ({"size": "1"}, "size"),
        ({"content_type": "image/svg+xml"}, "content_type"),
        ({"content_type": "text/html"}, "content_type"),
        ({"content_type": "IMAGE/PNG"}, "content_type"),
        ({"name": ""}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "n" * 256}, "name"),
        ({"owner_id": "bob"}, "owner_id"),
        ({"state": "ready"}, "state"),
        ({"thumbnail_url": "https://evil.example"}, "thumbnail_url"),
    ],
)
def test_each_field_has_its_limits(ada: Api, path: str, changes: dict[str, Any], field: str) -> None:
    refused = ada.post(path, photo(ada.sub or "") | changes)
    assert (refused.status, [error["field"] for error in refused.json()["errors"]]) == (400, [field])


def test_ten_mebibytes_are_the_largest_photo(ada: Api, path: str) -> None:
    assert ada.post(path, photo(ada.sub or "", size=10 * 1024 * 1024)).status == 201


def test_a_detached_photo_is_nowhere(ada: Api, path: str) -> None:
    kept, taken = photo(ada.sub or ""), photo(ada.sub or "")
    for each in (kept, taken):
        ada.post(path, each)
    assert ada.delete(f"{path}/{media_id_of(taken)}").status == 204
    assert [each["media_id"] for each in attached(ada, path)] == [media_id_of(kept)]
    assert ada.get(f"/media/{media_id_of(taken)}").status == 404
    assert ada.delete(f"{path}/{media_id_of(taken)}").status == 404


def test_a_detached_photo_stays_for_the_posts_that_name_it(ada: Api, path: str) -> None:
    # given a photo on a todo and in a post
    sent = photo(ada.sub or "")
    media_id = media_id_of(sent)
    ada.post(path, sent)
    service.keep(str(ada.sub), media_id, "tides")
    # when the todo lets it go
    assert ada.delete(f"{path}/{media_id}").status == 204
    # then the post still has it, for good
    assert attached(ada, path) == []
    row = Media.get(str(ada.sub), media_id)
    assert (row.posts, row.expires_at, row.is_attached, row.todo_id) == ({"tides"}, FOR_GOOD, False, None)
    # and once the post lets it go too, it has its last thirty days
    service.let_go(str(ada.sub), media_id, "tides")
    assert Media.get(str(ada.sub), media_id).expires_at < FOR_GOOD


def test_a_post_that_comes_to_name_the_photo_meanwhile_keeps_it(ada: Api, path: str) -> None:
    sent = photo(ada.sub or "")
    media_id = media_id_of(sent)
    ada.post(path, sent)

    def named() -> None:
        service.keep(str(ada.sub), media_id, "tides")

    with dynamodb_behind(lambda inner: Meanwhile(inner, "TransactWriteItems", named)):
        assert ada.delete(f"{path}/{media_id}").status == 204
    assert Media.get(str(ada.sub), media_id).posts == {"tides"}
    assert attached(ada, path) == []


def test_a_photo_whose_last_post_goes_meanwhile_is_nowhere(ada: Api, path: str) -> None:
    sent = photo(ada.sub or "")
    media_id = media_id_of(sent)
    ada.post(path, sent)
    service.keep(str(ada.sub), media_id, "tides")

    def let_go() -> None:
        service.let_go(str(ada.sub), media_id, "tides")

    with dynamodb_behind(lambda inner: Meanwhile(inner, "TransactWriteItems", let_go, call=1)):
        assert ada.delete(f"{path}/{media_id}").status == 204
    assert ada.get(f"/media/{media_id}").status == 404
    assert attached(ada, path) == []


def test_detaching_what_another_todo_has_does_nothing(ada: Api, path: str) -> None:
    sent = photo(ada.sub or "")
    ada.post(path, sent)
    other = ada.post("/todos", {"title": "other"}).json()["id"]
    assert ada.delete(f"/todos/{other}/attachments/{media_id_of(sent)}").status == 404
    assert ada.get(f"/media/{media_id_of(sent)}").status == 200


def test_nothing_is_attached_to_or_taken_off_a_todo_in_the_trash(ada: Api, path: str) -> None:
    sent = photo(ada.sub or "")
    ada.post(path, sent)
    ada.delete(path.removesuffix("/attachments"))
    assert ada.post(path, photo(ada.sub or "")).status == 404
    assert ada.post(path, sent).status == 404
    assert ada.delete(f"{path}/{media_id_of(sent)}").status == 404
    assert ada.get(f"/media/{media_id_of(sent)}").status == 200
    ada.post(path.replace("attachments", "restore"))
    assert len(attached(ada, path)) == 1


def test_nobody_touches_anyone_elses(ada: Api, bob: Api, path: str) -> None:
    sent = photo(ada.sub or "")
    ada.post(path, sent)
    assert bob.post(path, photo(bob.sub or "")).status == 404
    assert bob.delete(f"{path}/{media_id_of(sent)}").status == 404
    assert bob.get(f"/media/{media_id_of(sent)}").status == 404
    assert len(attached(ada, path)) == 1


def test_a_photo_whose_todo_goes_meanwhile_leaves_no_row(ada: Api, path: str, dynamodb: Any) -> None:
    def gone() -> None:
        ada.delete(path.removesuffix("/attachments"))

    with dynamodb_behind(lambda inner: Meanwhile(inner, "TransactWriteItems", gone)):
        assert ada.post(path, photo(ada.sub or "")).status == 404
    assert dynamodb.scan(TableName="mytodolist-test-media")["Count"] == 0


def test_an_unavailable_database_leaves_neither_half(ada: Api, path: str, dynamodb: Any) -> None:
    conflict = refusal("TransactionCanceledException", reasons=["None", "TransactionConflict"])
    with dynamodb_behind(lambda _: Scripted(conflict)):
        assert ada.post(path, photo(ada.sub or "")).status == 503
    assert attached(ada, path) == []
    assert dynamodb.scan(TableName="mytodolist-test-media")["Count"] == 0
