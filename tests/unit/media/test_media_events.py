"""The functions that events reach: uploads, changes of media rows, and todos that expire."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from chalicelib import clock
from chalicelib.media import service
from chalicelib.media.contract import NewAttachment
from chalicelib.media.events import on_media_changed, on_todos_removed, on_upload_jobs
from chalicelib.media.model import READY, REJECTED, Media, object_key
from chalicelib.media.pictures import NOT_A_PHOTO
from chalicelib.todos import attachments
from chalicelib.todos import service as todos
from chalicelib.todos.contract import NewTodo, TodoChanges
from chalicelib.todos.model import Todo
from tests.images.corpus import SVG, encoded, small
from tests.support.seam import Recorder, Scripted, dynamodb_behind, refusal
from tests.unit.media.buckets import Buckets
from tests.unit.media.uploads_of import batch, event, through_topic, told_of

ADA = "6f1a7c1e-0000-4000-8000-00000000ada0"
MEDIA, THUMBNAILS = "mytodolist-test-media", "mytodolist-test-thumbnails"
DONE: Mapping[str, Any] = {"batchItemFailures": []}
GARDEN = encoded(small(), "JPEG")
HOUSE = encoded(small("RGB", (90, 60)), "PNG")

pytestmark = pytest.mark.usefixtures("tables")


def changed(old: Any, new: Any, *, by_ttl: bool = False) -> Any:
    """What a stream of NEW_AND_OLD_IMAGES says of one change."""
    image = new or old
    change = {"Keys": image, "SequenceNumber": "1", "SizeBytes": 1, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    change |= {"OldImage": old} if old else {}
    change |= {"NewImage": new} if new else {}
    name = "REMOVE" if not new else "MODIFY" if old else "INSERT"
    service_did = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
    return {"Records": [{"eventName": name, "dynamodb": change, "userIdentity": service_did if by_ttl else None}]}


@dataclass
class World:
    """A person's photos as the functions see them, and the streams that follow the tables."""

    buckets: Buckets = field(default_factory=Buckets)
    sent: int = 0

    def new_todo(self) -> str:
        return todos.create(ADA, NewTodo(title="With a photo")).todo.todo_id

    def todo(self, todo_id: str) -> Todo:
        return todos.get(ADA, todo_id)

    def thumbnail(self, todo_id: str, media_id: str) -> str | None:
        found = self.todo(todo_id).attachments.as_dict()[media_id].get("thumbnail")
        assert found is None or isinstance(found, str)
        return found

    def upload(self, media_id: str, body: bytes) -> Any:
        """Send bytes, and have the function told of it; returns what it was told."""
        self.sent += 1
        kept = self.buckets.receive(MEDIA, object_key(ADA, media_id), body)
        return told_of(object_key(ADA, media_id), sequencer=f"{self.sent:016X}", etag=kept.etag)

    def work(self, said: Any) -> None:
        with self.follows(said["Records"][0]["s3"]["object"]["key"].rpartition("/")[2]):
            assert on_upload_jobs(batch(said), self.buckets) == DONE

    def attach(self, todo_id: str, media_id: str) -> None:
        photo = NewAttachment(key=object_key(ADA, media_id), name="garden.jpg", content_type="image/jpeg", size=5)
        with self.follows(media_id):
            attachments.attach(ADA, todo_id, photo)

    def detach(self, todo_id: str, media_id: str) -> None:
        with self.follows(media_id):
            attachments.detach(ADA, todo_id, media_id)

    @contextmanager
    def follows(self, media_id: str) -> Iterator[None]:
        """Let the media table's stream tell of what changes, until nothing changes any more."""
        before = self.media_row(media_id)
        yield
        after = self.media_row(media_id)
        while before != after:
            assert on_media_changed(changed(before, after), self.buckets) == DONE
            before, after = after, self.media_row(media_id)

    def media_row(self, media_id: str) -> Any:
        return self.raw("mytodolist-test-media", {"owner_id": {"S": ADA}, "media_id": {"S": media_id}})

    def todo_row(self, todo_id: str) -> Any:
        return self.raw("mytodolist-test-todos", {"user_id": {"S": ADA}, "todo_id": {"S": todo_id}})

    def raw(self, table: str, key: Any) -> Any:
        with closing(boto3.client("dynamodb")) as dynamodb:
            return dynamodb.get_item(TableName=table, Key=key).get("Item")


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def media_id() -> str:
    return clock.new_id()


class TestUploadJobs:
    def test_a_photo_becomes_thumbnails(self, world: World, media_id: str) -> None:
        assert on_upload_jobs(batch(world.upload(media_id, GARDEN)), world.buckets) == DONE
        row = service.find(ADA, media_id)
        assert row is not None
        assert (row.state, row.width, row.height) == (READY, 300, 200)
        assert len(world.buckets.keys(THUMBNAILS)) == 6

    def test_through_the_envelope_of_a_topic_too(self, world: World, media_id: str) -> None:
        on_upload_jobs(batch(through_topic(world.upload(media_id, GARDEN))), world.buckets)
        assert len(world.buckets.keys(THUMBNAILS)) == 6

    def test_a_script_in_disguise_is_deleted_and_its_owner_reads_why(self, world: World, media_id: str) -> None:
        assert on_upload_jobs(batch(world.upload(media_id, SVG)), world.buckets) == DONE
        row = service.find(ADA, media_id)
        assert row is not None
        assert (row.state, row.reason) == (REJECTED, NOT_A_PHOTO)
        assert world.buckets.objects == {}

    def test_what_is_no_photos_key_is_deleted_and_the_log_does_not_say_whose(
        self, world: World, media_id: str, logged: StringIO
    ) -> None:
        # Given a page and a photo's neighbour under a person's prefix, and something newer at the key of a third
        keys = [f"users/{ADA}/a.html", f"users/{ADA}/{media_id}/x", f"users/{ADA}/newer"]
        kept = [world.buckets.receive(MEDIA, key, b"<script>") for key in keys]
        newer = world.buckets.receive(MEDIA, keys[2], b"<b>")
        # When the function is told of them
        told = [told_of(key, etag=each.etag) for key, each in zip(keys, kept, strict=True)]
        assert on_upload_jobs(batch(*told, *told[:1]), world.buckets) == DONE
        # Then what it was told of is gone
        assert world.buckets.keys(MEDIA) == [keys[2]]
        assert on_upload_jobs(batch(told_of(keys[2], etag=newer.etag)), world.buckets) == DONE
        assert world.buckets.keys(MEDIA) == []
        assert "upload deleted" in logged.getvalue()
        assert ADA not in logged.getvalue()

    def test_its_own_output_makes_nothing(self, world: World, media_id: str) -> None:
        # Given thumbnails, and a bucket of theirs that by mistake tells of them
        on_upload_jobs(batch(world.upload(media_id, GARDEN)), world.buckets)
        written = world.buckets.keys(THUMBNAILS)
        world.buckets.changes.clear()
        told = [told_of(key, bucket=THUMBNAILS) for key in written]
        # When the function is told
        with dynamodb_behind(Recorder) as recorder:
            assert on_upload_jobs(batch(*told), world.buckets) == DONE
        # Then it reads nothing and writes nothing
        assert recorder.calls == []
        assert world.buckets.changes == []

    def test_one_bad_message_holds_up_nobody(self, world: World, media_id: str) -> None:
        answer = on_upload_jobs(
            batch("not from S3", world.upload(media_id, GARDEN), event("s3/test-event")), world.buckets
        )
        assert answer == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}
        assert len(world.buckets.keys(THUMBNAILS)) == 6

    def test_a_database_that_is_away_means_again_later(self, world: World, media_id: str) -> None:
        said = world.upload(media_id, GARDEN)
        with dynamodb_behind(lambda _: Scripted(refusal("ThrottlingException"))):
            answer = on_upload_jobs(batch(said), world.buckets)
        assert answer == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}
        assert on_upload_jobs(batch(said), world.buckets) == DONE
        assert len(world.buckets.keys(THUMBNAILS)) == 6

    @hypothesis_settings(max_examples=150)
    @given(st.lists(st.text() | st.recursive(st.none() | st.text(), st.lists).map(json.dumps), max_size=4))
    def test_no_message_breaks_the_function(self, bodies: list[str]) -> None:
        answer = on_upload_jobs(batch(*bodies), Buckets())
        assert len(answer["batchItemFailures"]) <= len(bodies)

    @hypothesis_settings(max_examples=100)
    @given(
        st.dictionaries(
            st.sampled_from(["eventSource", "eventName", "s3"]),
            st.sampled_from(["aws:s3", "ObjectCreated:Put"])
            | st.dictionaries(st.sampled_from(["bucket", "object"]), st.none() | st.dictionaries(st.text(), st.text())),
        )
    )
    def test_no_record_breaks_the_function(self, record: dict[str, Any]) -> None:
        answer = on_upload_jobs(batch({"Records": [record]}), Buckets())
        assert len(answer["batchItemFailures"]) <= 1


class TestThumbnailOnTheTodo:
    def test_an_upload_that_is_ready_after_attaching(self, world: World, media_id: str) -> None:
        todo_id, said = world.new_todo(), world.upload(media_id, GARDEN)
        world.attach(todo_id, media_id)
        assert world.thumbnail(todo_id, media_id) is None
        world.work(said)
        thumbnail = world.thumbnail(todo_id, media_id)
        assert thumbnail is not None
        assert thumbnail.endswith("/160.webp")
        assert thumbnail in world.buckets.keys(THUMBNAILS)

    def test_an_upload_that_is_ready_before_attaching(self, world: World, media_id: str) -> None:
        todo_id = world.new_todo()
        world.work(world.upload(media_id, GARDEN))
        world.attach(todo_id, media_id)
        assert world.thumbnail(todo_id, media_id) in world.buckets.keys(THUMBNAILS)

    def test_nobody_who_is_editing_is_told_that_someone_was_first(self, world: World, media_id: str) -> None:
        todo_id, said = world.new_todo(), world.upload(media_id, GARDEN)
        world.attach(todo_id, media_id)
        before = world.todo(todo_id)
        world.work(said)
        after = world.todo(todo_id)
        assert (after.version, after.updated_at) == (before.version, before.updated_at)
        todos.change(ADA, todo_id, TodoChanges(title="Changed"), before.version)
        assert world.thumbnail(todo_id, media_id) is not None

    def test_a_photo_that_is_replaced_shows_the_new_one(self, world: World, media_id: str) -> None:
        todo_id = world.new_todo()
        world.work(world.upload(media_id, GARDEN))
        world.attach(todo_id, media_id)
        old = world.thumbnail(todo_id, media_id)
        world.work(world.upload(media_id, HOUSE))
        assert world.thumbnail(todo_id, media_id) != old
        assert old not in world.buckets.keys(THUMBNAILS)
        assert len(world.buckets.keys(THUMBNAILS)) == 6

    def test_a_photo_that_is_replaced_by_none_shows_none(self, world: World, media_id: str) -> None:
        todo_id = world.new_todo()
        world.work(world.upload(media_id, GARDEN))
        world.attach(todo_id, media_id)
        world.work(world.upload(media_id, SVG))
        assert world.thumbnail(todo_id, media_id) is None
        assert world.buckets.objects == {}

    def test_a_rejected_photo_has_no_thumbnail_and_costs_the_todo_no_write(self, world: World, media_id: str) -> None:
        todo_id, said = world.new_todo(), world.upload(media_id, SVG)
        world.attach(todo_id, media_id)
        on_upload_jobs(batch(said), world.buckets)
        row = world.media_row(media_id)
        before = {name: value for name, value in row.items() if name != "reason"}
        with dynamodb_behind(Recorder) as recorder:
            on_media_changed(changed(before, row), world.buckets)
        assert recorder.calls == []
        assert world.thumbnail(todo_id, media_id) is None

    def test_seen_twice_it_is_set_once(self, world: World, media_id: str) -> None:
        todo_id = world.new_todo()
        world.attach(todo_id, media_id)
        before = world.media_row(media_id)
        on_upload_jobs(batch(world.upload(media_id, GARDEN)), world.buckets)
        after = world.media_row(media_id)
        for _ in range(2):
            assert on_media_changed(changed(before, after), world.buckets) == DONE
        row = world.todo_row(todo_id)
        assert on_media_changed(changed(before, after), world.buckets) == DONE
        assert world.todo_row(todo_id) == row

    def test_a_todo_in_the_trash_has_it_when_it_comes_back(self, world: World, media_id: str) -> None:
        todo_id, said = world.new_todo(), world.upload(media_id, GARDEN)
        world.attach(todo_id, media_id)
        todos.trash(ADA, todo_id)
        world.work(said)
        todos.restore(ADA, todo_id)
        assert world.thumbnail(todo_id, media_id) is not None

    def test_a_photo_that_was_taken_off_meanwhile_does_not_come_back(self, world: World, media_id: str) -> None:
        todo_id = world.new_todo()
        world.work(world.upload(media_id, GARDEN))
        world.attach(todo_id, media_id)
        row = world.media_row(media_id)
        world.detach(todo_id, media_id)
        assert on_media_changed(changed(None, row), world.buckets) == DONE
        assert world.todo(todo_id).attachments.as_dict() == {}

    def test_a_todo_that_is_no_more_is_no_failure(self, world: World, media_id: str) -> None:
        world.work(world.upload(media_id, GARDEN))
        row = world.media_row(media_id) | {"todo_id": {"S": clock.new_id()}}
        assert on_media_changed(changed(None, row), world.buckets) == DONE

    def test_a_database_that_is_away_means_again_later(self, world: World, media_id: str) -> None:
        todo_id = world.new_todo()
        world.attach(todo_id, media_id)
        on_upload_jobs(batch(world.upload(media_id, GARDEN)), world.buckets)
        with dynamodb_behind(lambda _: Scripted(refusal("ThrottlingException"))):
            answer = on_media_changed(changed(None, world.media_row(media_id)), world.buckets)
        assert answer == {"batchItemFailures": [{"itemIdentifier": "1"}]}


class TestDeletion:
    def test_a_photo_that_is_taken_off_is_deleted(self, world: World, media_id: str) -> None:
        todo_id = world.new_todo()
        world.work(world.upload(media_id, GARDEN))
        world.attach(todo_id, media_id)
        world.detach(todo_id, media_id)
        assert world.buckets.objects == {}
        assert service.find(ADA, media_id) is None

    def test_an_expired_todo_takes_its_photos_along(self, world: World) -> None:
        todo_id, photos = world.new_todo(), [clock.new_id() for _ in range(3)]
        for each in photos:
            world.work(world.upload(each, GARDEN))
            world.attach(todo_id, each)
        expired = changed(world.todo_row(todo_id), None, by_ttl=True)
        with ExitStack() as streams:
            for each in photos:
                streams.enter_context(world.follows(each))
            assert on_todos_removed(expired) == DONE
        assert world.buckets.objects == {}
        assert [service.find(ADA, each) for each in photos] == [None, None, None]

    def test_it_leaves_a_photo_to_the_posts_that_name_it(self, world: World, media_id: str) -> None:
        todo_id = world.new_todo()
        world.attach(todo_id, media_id)
        service.keep(ADA, media_id, "tides")
        assert on_todos_removed(changed(world.todo_row(todo_id), None, by_ttl=True)) == DONE
        photo = service.get(ADA, media_id)
        assert (photo.posts, photo.todo_id, photo.is_attached) == ({"tides"}, None, False)

    def test_it_leaves_a_photo_that_is_on_another_todo_by_now(self, world: World, media_id: str) -> None:
        first, second = world.new_todo(), world.new_todo()
        world.attach(first, media_id)
        expired = changed(world.todo_row(first), None, by_ttl=True)
        attachments.detach(ADA, first, media_id)
        world.attach(second, media_id)
        assert on_todos_removed(expired) == DONE
        assert service.get(ADA, media_id).todo_id == second

    def test_only_time_takes_photos_along(self, world: World, media_id: str) -> None:
        todo_id = world.new_todo()
        world.attach(todo_id, media_id)
        row = world.todo_row(todo_id)
        for happened in (changed(row, None), changed(None, row), changed(row, row)):
            assert on_todos_removed(happened) == DONE
        assert service.get(ADA, media_id).todo_id == todo_id

    def test_a_todo_without_photos_is_no_work(self, world: World) -> None:
        expired = changed(world.todo_row(world.new_todo()), None, by_ttl=True)
        with dynamodb_behind(Recorder) as recorder:
            assert on_todos_removed(expired) == DONE
        assert recorder.calls == []

    def test_a_database_that_is_away_means_again_later(self, world: World, media_id: str) -> None:
        todo_id = world.new_todo()
        world.attach(todo_id, media_id)
        expired = changed(world.todo_row(todo_id), None, by_ttl=True)
        with dynamodb_behind(lambda _: Scripted(refusal("ValidationException"))):
            answer = on_todos_removed(expired)
        assert answer == {"batchItemFailures": [{"itemIdentifier": "1"}]}
        assert on_todos_removed(expired) == DONE
        assert service.find(ADA, media_id) is None


class TestOnePhotoOneTodo:
    def test_a_photo_is_on_one_todo_at_a_time(self, world: World, media_id: str) -> None:
        first, second = world.new_todo(), world.new_todo()
        world.attach(first, media_id)
        with pytest.raises(attachments.AttachedElsewhere):
            world.attach(second, media_id)
        assert world.todo(second).attachments.as_dict() == {}
        row = service.find(ADA, media_id)
        assert isinstance(row, Media)
        assert row.todo_id == first

    def test_attaching_again_to_the_same_todo_changes_nothing(self, world: World, media_id: str) -> None:
        todo_id = world.new_todo()
        world.work(world.upload(media_id, GARDEN))
        world.attach(todo_id, media_id)
        before = world.todo_row(todo_id)
        world.attach(todo_id, media_id)
        assert world.todo_row(todo_id) == before
