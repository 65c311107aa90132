"""Uploads that nothing ever uses go after thirty days; whatever was on a todo or in a post stays."""

from typing import Any

import pytest
import time_machine

from chalicelib import clock
from chalicelib.blog.events import on_posts_changed
from chalicelib.media import service
from chalicelib.media.events import on_media_changed, on_upload_jobs
from chalicelib.media.model import FOR_GOOD, UNUSED_SECONDS, Media, object_key
from tests.images.corpus import encoded, small
from tests.support.api import Api
from tests.support.seam import Meanwhile, Recorder, dynamodb_behind
from tests.support.site import MemorySite
from tests.unit.media.buckets import Buckets
from tests.unit.media.uploads_of import batch, told_of

MEDIA, THUMBNAILS = "mytodolist-test-media", "mytodolist-test-thumbnails"
DONE = {"batchItemFailures": []}
NOON = "2026-11-21T12:00:00Z"
PHOTO = encoded(small(size=(30, 20)), "JPEG")


@pytest.fixture
def buckets() -> Buckets:
    return Buckets()


def upload(author: Api, media_id: str, buckets: Buckets, sequencer: str = "01") -> None:
    key = object_key(str(author.sub), media_id)
    kept = buckets.receive(MEDIA, key, PHOTO)
    assert on_upload_jobs(batch(told_of(key, sequencer=sequencer, etag=kept.etag)), buckets) == DONE


def attach(author: Api, media_id: str) -> None:
    todo = author.post("/todos", {"title": "With a photo"}).json()["id"]
    photo = {"key": object_key(str(author.sub), media_id), "name": "a.jpg", "content_type": "image/jpeg", "size": 5}
    assert author.post(f"/todos/{todo}/attachments", photo).status == 201


def changed(model: Any, before: Any, after: Any) -> Any:
    """What a table's stream says of one change."""
    images = {"OldImage": before, "NewImage": after}
    change = {"Keys": {}, "SequenceNumber": "1", **{name: image for name, image in images.items() if image}}
    some = after or before
    change["Keys"] = {name: some[name] for name in model}
    return {"Records": [{"eventName": "MODIFY" if after else "REMOVE", "dynamodb": change}]}


def post_image(dynamodb: Any, slug: str) -> Any:
    return dynamodb.get_item(TableName="mytodolist-test-posts", Key={"slug": {"S": slug}})["Item"]


def expires_at(author: Api, media_id: str) -> int | None:
    found = Media.get(str(author.sub), media_id).expires_at
    return None if found is None else int(found)


def test_an_upload_that_nothing_uses_has_thirty_days(author: Api, buckets: Buckets) -> None:
    # given an upload
    media_id = clock.new_id()
    with time_machine.travel(NOON, tick=False) as now:
        upload(author, media_id, buckets)
        assert expires_at(author, media_id) == clock.epoch_seconds() + UNUSED_SECONDS
        # when it is told of once more, later
        now.shift(60)
        upload(author, media_id, buckets, "02")
        # then it has no more time than before
        assert expires_at(author, media_id) == clock.epoch_seconds() - 60 + UNUSED_SECONDS
        # when its time is over
        now.shift(UNUSED_SECONDS - 60)
        # then it counts as absent, although DynamoDB has not got round to it
        assert author.get(f"/media/{media_id}").status == 404
        assert author.get("/media").json()["items"] == []
        assert service.find(str(author.sub), media_id) is None
    # and when DynamoDB has, then its bytes are gone too
    row = Media.get(str(author.sub), media_id)
    image = row.to_dynamodb_dict()
    row.delete()
    assert on_media_changed(changed(("owner_id", "media_id"), image, None), buckets) == DONE
    assert buckets.keys(MEDIA) == buckets.keys(THUMBNAILS) == []


@pytest.mark.parametrize("first", ["upload", "attach"])
def test_a_photo_on_a_todo_stays_whichever_was_first(author: Api, buckets: Buckets, first: str) -> None:
    media_id = clock.new_id()
    steps = [lambda: upload(author, media_id, buckets), lambda: attach(author, media_id)]
    for step in steps if first == "upload" else reversed(steps):
        step()
    assert expires_at(author, media_id) == FOR_GOOD
    assert author.get(f"/media/{media_id}").json()["state"] == "ready"


@pytest.mark.parametrize("names", ["cover", "text"])
@pytest.mark.parametrize("first", ["upload", "post"])
def test_a_photo_in_a_post_stays_whichever_was_first(
    author: Api, buckets: Buckets, dynamodb: Any, names: str, first: str
) -> None:
    # given a draft that names a photo
    media_id = clock.new_id()
    draft = {"cover": media_id} if names == "cover" else {"body": f"Look:\n\n![The sea](photo:{media_id})"}
    author.post("/posts", {"title": "Tides", **draft})

    def saved() -> None:
        image = post_image(dynamodb, "tides")
        assert on_posts_changed(changed(("slug",), None, image), MemorySite()) == DONE

    steps = [lambda: upload(author, media_id, buckets), saved]
    # when its upload and its post are told of, in any order
    for step in steps if first == "upload" else reversed(steps):
        step()
    # then it stays
    assert expires_at(author, media_id) == FOR_GOOD
    shown = author.get(f"/media/{media_id}").json()
    assert (shown["state"], shown["name"]) == ("ready", None)
    # and a removal that is told of late does not take it away
    late = {"owner_id": {"S": author.sub}, "media_id": {"S": media_id}}
    assert on_media_changed(changed(("owner_id", "media_id"), late, None), buckets) == DONE
    assert buckets.exists(MEDIA, object_key(str(author.sub), media_id))


def test_a_draft_keeps_what_is_new_in_it_and_a_publication_all(author: Api, dynamodb: Any) -> None:
    # given a draft with a photo, whose rows the stream told of
    old, new = clock.new_id(), clock.new_id()
    author.post("/posts", {"title": "Tides", "body": f"![a](photo:{old})"})
    before = post_image(dynamodb, "tides")
    # when another comes in
    author.patch("/posts/tides", {"body": f"![a](photo:{old}) ![b](photo:{new}) photo:{new} photo:nothing"})
    after = post_image(dynamodb, "tides")
    with dynamodb_behind(Recorder) as database:
        on_posts_changed(changed(("slug",), before, after), MemorySite())
    # then that one is kept
    assert database.operations == ["UpdateItem"]
    assert expires_at(author, new) == FOR_GOOD
    # when it is published, then all are
    author.post("/posts/tides/publish")
    on_posts_changed(changed(("slug",), after, post_image(dynamodb, "tides")), MemorySite())
    assert expires_at(author, old) == FOR_GOOD


def test_keeping_again_writes_nothing(author: Api) -> None:
    media_id = clock.new_id()
    with time_machine.travel(NOON, tick=False) as now:
        service.keep(str(author.sub), media_id, "tides")
        before = Media.get(str(author.sub), media_id).to_dynamodb_dict()
        now.shift(60)
        service.keep(str(author.sub), media_id, "tides")
    assert Media.get(str(author.sub), media_id).to_dynamodb_dict() == before


def test_a_photo_whose_time_is_over_stays_if_it_is_put_on_a_todo_before_it_is_gone(
    author: Api, buckets: Buckets
) -> None:
    media_id = clock.new_id()
    with time_machine.travel(NOON, tick=False) as now:
        upload(author, media_id, buckets)
        now.shift(UNUSED_SECONDS)
        attach(author, media_id)
        assert author.get(f"/media/{media_id}").json()["state"] == "ready"


class Stream:
    """Follows the posts of an author, and tells of each as the stream does."""

    def __init__(self, author: Api, dynamodb: Any) -> None:
        self.author = author
        self._dynamodb = dynamodb
        self._told: dict[str, Any] = {}

    def tell(self, slug: str) -> Any:
        """Handle what became of a post since it was last told of; return the event."""
        key = {"slug": {"S": slug}}
        now = self._dynamodb.get_item(TableName="mytodolist-test-posts", Key=key).get("Item")
        event = changed(("slug",), self._told.get(slug), now)
        self._told[slug] = now
        assert on_posts_changed(event, MemorySite()) == DONE
        return event

    def write(self, slug: str, **draft: Any) -> Any:
        """Begin a draft, or change it, and tell of it."""
        if slug in self._told:
            assert self.author.patch(f"/posts/{slug}", draft).status == 200
        else:
            assert self.author.post("/posts", {"title": slug, "slug": slug, **draft}).status == 201
        return self.tell(slug)

    def do(self, slug: str, action: str) -> Any:
        """Publish or take back, and tell of it."""
        assert self.author.post(f"/posts/{slug}/{action}").status == 200
        return self.tell(slug)

    def delete(self, slug: str) -> Any:
        assert self.author.delete(f"/posts/{slug}").status == 204
        return self.tell(slug)


@pytest.fixture
def stream(author: Api, dynamodb: Any) -> Stream:
    return Stream(author, dynamodb)


def naming(media_id: str) -> str:
    return f"![The sea](photo:{media_id})"


@pytest.mark.parametrize("draft", [lambda photo: {"cover": photo}, lambda photo: {"body": naming(photo)}])
def test_a_photo_of_a_deleted_post_has_thirty_days_again(stream: Stream, buckets: Buckets, draft: Any) -> None:
    # given a photo in a draft
    photo = clock.new_id()
    upload(stream.author, photo, buckets)
    stream.write("tides", **draft(photo))
    assert expires_at(stream.author, photo) == FOR_GOOD
    # when the draft is deleted
    with time_machine.travel(NOON, tick=False) as now:
        gone = stream.delete("tides")
        assert expires_at(stream.author, photo) == clock.epoch_seconds() + UNUSED_SECONDS
        # and that is told of once more, later, then it has no more time than before
        now.shift(60)
        assert on_posts_changed(gone, MemorySite()) == DONE
        assert expires_at(stream.author, photo) == clock.epoch_seconds() - 60 + UNUSED_SECONDS


def test_a_photo_that_leaves_a_draft_stays_while_readers_see_it(stream: Stream) -> None:
    # given a published post with a photo in its text
    text = clock.new_id()
    stream.write("tides", body=naming(text))
    stream.do("tides", "publish")
    # when the draft loses it, then it stays, since readers see it
    stream.write("tides", body="Nothing")
    assert expires_at(stream.author, text) == FOR_GOOD
    # when the post is taken back, then it goes
    stream.do("tides", "unpublish")
    assert expires_at(stream.author, text) != FOR_GOOD


def test_a_photo_goes_when_a_publication_shows_it_no_longer(stream: Stream) -> None:
    photo = clock.new_id()
    stream.write("tides", body=naming(photo))
    stream.do("tides", "publish")
    stream.write("tides", body="Nothing")
    stream.do("tides", "publish")
    assert expires_at(stream.author, photo) != FOR_GOOD


def test_a_photo_that_another_post_names_stays(stream: Stream) -> None:
    # given a photo in two posts
    photo = clock.new_id()
    stream.write("tides", body=naming(photo))
    stream.write("shores", cover=photo)
    # when one is deleted, and that is told of twice, then it stays
    gone = stream.delete("tides")
    on_posts_changed(gone, MemorySite())
    assert expires_at(stream.author, photo) == FOR_GOOD
    # when the other lets it go too, then it goes
    stream.write("shores", cover=None)
    assert expires_at(stream.author, photo) != FOR_GOOD


def test_a_photo_that_two_posts_let_go_at_once_goes(stream: Stream) -> None:
    # given a photo in two posts, of which one has noted that it is gone and not yet looked whether it was the last
    photo = clock.new_id()
    stream.write("tides", body=naming(photo))
    stream.write("shores", body=naming(photo))
    owner = str(stream.author.sub)

    def other() -> None:
        service.let_go(owner, photo, "shores")

    with dynamodb_behind(lambda inner: Meanwhile(inner, "UpdateItem", other)):
        service.let_go(owner, photo, "tides")
    assert expires_at(stream.author, photo) != FOR_GOOD


def test_a_photo_on_a_todo_stays_whatever_posts_do(stream: Stream) -> None:
    photo = clock.new_id()
    attach(stream.author, photo)
    stream.write("tides", body=naming(photo))
    stream.delete("tides")
    assert expires_at(stream.author, photo) == FOR_GOOD


def test_a_record_that_comes_late_lets_nothing_go(stream: Stream) -> None:
    # given a photo that left a draft and came back
    photo = clock.new_id()
    stream.write("tides", body=naming(photo))
    left = stream.write("tides", body="Nothing")
    assert expires_at(stream.author, photo) != FOR_GOOD
    stream.write("tides", body=naming(photo))
    # when its leaving is told of once more, then it stays
    assert on_posts_changed(left, MemorySite()) == DONE
    assert expires_at(stream.author, photo) == FOR_GOOD


def test_a_photo_that_was_let_go_may_be_used_again(stream: Stream) -> None:
    photo = clock.new_id()
    stream.write("tides", body=naming(photo))
    stream.delete("tides")
    stream.write("shores", body=naming(photo))
    assert expires_at(stream.author, photo) == FOR_GOOD
