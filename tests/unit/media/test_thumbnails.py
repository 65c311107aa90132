"""What becomes of uploads: whatever the order, however often, and whoever deletes meanwhile."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from chalicelib import clock
from chalicelib.media import service, thumbnails
from chalicelib.media.contract import MAX_BYTES, NewAttachment
from chalicelib.media.model import READY, REJECTED, UPLOADED, Media, object_key
from chalicelib.media.pictures import (
    DAMAGED,
    EDGES,
    EMPTY,
    GONE,
    NOT_A_PHOTO,
    TOO_LARGE,
    TOO_MANY_PIXELS,
    Outcome,
    Picture,
    Rejected,
    Rendered,
)
from chalicelib.media.rendering import RenderingFailed
from chalicelib.media.uploads import Upload, comparable
from chalicelib.todos import attachments
from chalicelib.todos import service as todos
from chalicelib.todos.contract import NewTodo
from tests.support.seam import Recorder, dynamodb_behind
from tests.unit.media.buckets import Buckets

ADA = "6f1a7c1e-0000-4000-8000-00000000ada0"
MEDIA, THUMBNAILS = "mytodolist-test-media", "mytodolist-test-thumbnails"

pytestmark = pytest.mark.usefixtures("tables")


def rendered(photo: bytes) -> Outcome:
    """Stand in for the renderer: what a photo shows is written in it."""
    if photo.startswith(b"bad "):
        return Rejected(photo[4:].decode())
    kinds = ("image/webp", "image/jpeg")
    made = [Picture(edge, kind, edge, edge // 2, photo) for edge in EDGES for kind in kinds]  # type: ignore[arg-type]
    return Rendered(3000, 1500, tuple(made))


@dataclass
class Photo:
    """One key of the media bucket, and everything that happens to it."""

    buckets: Buckets = field(default_factory=Buckets)
    owner: str = ADA
    media_id: str = field(default_factory=clock.new_id)
    sent: int = 0

    @property
    def key(self) -> str:
        return object_key(self.owner, self.media_id)

    @property
    def row(self) -> Media | None:
        return service.find(self.owner, self.media_id)

    @property
    def thumbnails(self) -> list[str]:
        return self.buckets.keys(THUMBNAILS)

    @property
    def is_kept(self) -> bool:
        return self.buckets.exists(MEDIA, self.key)

    def sends(self, body: bytes, content_type: str = "image/jpeg") -> Upload:
        """The person sends bytes; what S3 will say of it."""
        self.sent += 1
        kept = self.buckets.receive(MEDIA, self.key, body, content_type)
        return Upload(self.owner, self.media_id, comparable(f"{self.sent:016X}"), kept.etag)

    def deletes(self) -> None:
        self.buckets.objects.pop((MEDIA, self.key), None)

    def attaches(self) -> str:
        todo = todos.create(self.owner, NewTodo(title="With a photo")).todo
        photo = NewAttachment(key=self.key, name="garden.jpg", content_type="image/jpeg", size=5)
        attachments.attach(self.owner, todo.todo_id, photo)
        return todo.todo_id

    def make(self, upload: Upload, render: Callable[[bytes], Outcome] = rendered) -> None:
        thumbnails.make(upload, self.buckets, render)

    def shows(self) -> bytes:
        """The bytes that the row's thumbnails show; they must all be there, and no others."""
        assert self.row is not None
        assert sorted(each.key for each in self.row.thumbnails) == self.thumbnails
        [body] = {self.buckets.objects[THUMBNAILS, key].body for key in self.thumbnails}
        return body


@pytest.fixture
def photo() -> Photo:
    return Photo()


class TestReady:
    def test_thumbnails_are_written_and_the_row_names_them(self, photo: Photo) -> None:
        upload = photo.sends(b"garden")
        photo.make(upload)
        assert photo.row is not None
        assert (photo.row.state, photo.row.width, photo.row.height) == (READY, 3000, 1500)
        prefix = f"users/{ADA}/{photo.media_id}/{upload.sequencer}"
        assert [(each.key, each.content_type, each.width, each.height) for each in photo.row.thumbnails] == [
            (f"{prefix}/1280.webp", "image/webp", 1280, 640),
            (f"{prefix}/1280.jpg", "image/jpeg", 1280, 640),
            (f"{prefix}/640.webp", "image/webp", 640, 320),
            (f"{prefix}/640.jpg", "image/jpeg", 640, 320),
            (f"{prefix}/160.webp", "image/webp", 160, 80),
            (f"{prefix}/160.jpg", "image/jpeg", 160, 80),
        ]
        assert photo.shows() == b"garden"
        assert photo.is_kept

    def test_objects_have_the_type_of_their_bytes(self, photo: Photo) -> None:
        photo.make(photo.sends(b"garden"))
        types = {
            key.rpartition(".")[2]: photo.buckets.objects[THUMBNAILS, key].content_type for key in photo.thumbnails
        }
        assert types == {"webp": "image/webp", "jpg": "image/jpeg"}

    def test_an_upload_before_its_todo_invents_no_name(self, photo: Photo) -> None:
        photo.make(photo.sends(b"garden"))
        assert photo.row is not None
        assert photo.row.name is None
        assert photo.row.created_at is not None

    def test_it_is_known_before_it_is_on_a_todo(self, photo: Photo) -> None:
        with pytest.raises(Media.DoesNotExist):
            service.get(ADA, photo.media_id)
        photo.make(photo.sends(b"garden"))
        assert service.get(ADA, photo.media_id).state == READY
        assert [each.media_id for each in service.list_media(ADA, 10, None).items] == [photo.media_id]

    def test_attaching_keeps_what_the_upload_became(self, photo: Photo) -> None:
        photo.make(photo.sends(b"garden"))
        todo_id = photo.attaches()
        assert photo.row is not None
        assert (photo.row.state, photo.row.name, photo.row.todo_id) == (READY, "garden.jpg", todo_id)
        assert photo.shows() == b"garden"

    def test_the_upload_keeps_what_attaching_wrote(self, photo: Photo) -> None:
        upload = photo.sends(b"garden")
        todo_id = photo.attaches()
        assert photo.row is not None
        assert photo.row.state == UPLOADED
        photo.make(upload)
        assert (photo.row.state, photo.row.name, photo.row.todo_id) == (READY, "garden.jpg", todo_id)

    @pytest.mark.parametrize("said", ["image/jpeg", "IMAGE/PNG", "image/webp; charset=binary", " image/gif"])
    def test_the_bytes_decide_not_which_photo_type_was_said(self, photo: Photo, said: str) -> None:
        photo.make(photo.sends(b"garden", said))
        assert photo.row is not None
        assert photo.row.state == READY


class TestRejected:
    @pytest.mark.parametrize("reason", [DAMAGED, TOO_MANY_PIXELS])
    def test_a_photo_that_cannot_be_opened_stays_its_owners(self, photo: Photo, reason: str) -> None:
        photo.make(photo.sends(b"bad " + reason.encode()))
        assert photo.row is not None
        assert (photo.row.state, photo.row.reason, photo.row.thumbnails) == (REJECTED, reason, [])
        assert photo.is_kept

    @pytest.mark.parametrize("reason", [NOT_A_PHOTO, EMPTY])
    def test_what_is_no_photo_goes(self, photo: Photo, reason: str) -> None:
        photo.make(photo.sends(b"bad " + reason.encode()))
        assert photo.row is not None
        assert (photo.row.state, photo.row.reason) == (REJECTED, reason)
        assert not photo.is_kept

    def test_a_file_over_the_limit_goes_without_being_read(self, photo: Photo) -> None:
        photo.make(photo.sends(bytes(MAX_BYTES + 1)), render=unexpected)
        assert photo.row is not None
        assert (photo.row.state, photo.row.reason) == (REJECTED, TOO_LARGE)
        assert not photo.is_kept

    def test_a_file_at_the_limit_is_read(self, photo: Photo) -> None:
        photo.make(photo.sends(bytes(MAX_BYTES)))
        assert photo.row is not None
        assert photo.row.state == READY

    @pytest.mark.parametrize("said", ["text/html", "image/svg+xml", "application/octet-stream", "", "image/jpegx"])
    def test_a_file_sent_as_something_else_goes_without_being_read(self, photo: Photo, said: str) -> None:
        photo.make(photo.sends(b"garden", said), render=unexpected)
        assert photo.row is not None
        assert (photo.row.state, photo.row.reason) == (REJECTED, NOT_A_PHOTO)
        assert not photo.is_kept

    def test_deletion_that_failed_is_done_by_the_next_attempt(self, photo: Photo) -> None:
        # Given the row was written and the object is still there
        upload = photo.sends(b"bad " + NOT_A_PHOTO.encode())
        photo.make(upload)
        photo.buckets.receive(MEDIA, photo.key, b"bad " + NOT_A_PHOTO.encode())
        # When the message comes again
        photo.make(upload, render=unexpected)
        assert not photo.is_kept

    def test_only_what_was_judged_is_deleted(self, photo: Photo) -> None:
        upload = photo.sends(b"bad " + NOT_A_PHOTO.encode())

        def replaced_meanwhile(body: bytes) -> Outcome:
            photo.sends(b"garden")
            return rendered(body)

        photo.make(upload, replaced_meanwhile)
        assert photo.buckets.objects[MEDIA, photo.key].body == b"garden"

    def test_a_renderer_that_fails_leaves_everything_as_it_was(self, photo: Photo) -> None:
        upload = photo.sends(b"garden")
        with pytest.raises(RenderingFailed):
            photo.make(upload, failing)
        assert photo.row is None
        assert photo.buckets.changes == []
        photo.make(upload)
        assert photo.shows() == b"garden"


class TestAgain:
    @pytest.mark.parametrize("body", [b"garden", b"bad " + DAMAGED.encode()])
    def test_the_same_message_twice_writes_once(self, photo: Photo, body: bytes) -> None:
        upload = photo.sends(body)
        photo.make(upload)
        before = list(photo.buckets.changes)
        with dynamodb_behind(Recorder) as recorder:
            photo.make(upload, render=unexpected)
        assert photo.buckets.changes == before
        assert recorder.operations == ["GetItem"]

    def test_a_later_upload_replaces_an_earlier_one(self, photo: Photo) -> None:
        photo.make(photo.sends(b"garden"))
        old = photo.row
        photo.make(photo.sends(b"house"))
        assert old is not None
        assert photo.row is not None
        thumbnails.discard_replaced(old, photo.row, photo.buckets)
        assert photo.shows() == b"house"

    def test_an_earlier_upload_that_comes_late_changes_nothing(self, photo: Photo) -> None:
        first, second = photo.sends(b"garden"), photo.sends(b"house")
        photo.make(second)
        photo.make(first, render=unexpected)
        assert photo.shows() == b"house"

    def test_ready_is_not_overwritten_by_an_earlier_rejection(self, photo: Photo) -> None:
        first, second = photo.sends(b"bad " + NOT_A_PHOTO.encode()), photo.sends(b"house")
        photo.make(second)
        photo.make(first)
        assert photo.shows() == b"house"
        assert photo.is_kept

    def test_rejection_is_not_overwritten_by_an_earlier_photo(self, photo: Photo) -> None:
        first, second = photo.sends(b"garden"), photo.sends(b"bad " + DAMAGED.encode())
        photo.make(second)
        photo.make(first)
        assert photo.row is not None
        assert (photo.row.state, photo.row.reason, photo.thumbnails) == (REJECTED, DAMAGED, [])

    def test_a_rejected_photo_that_is_sent_anew_is_ready(self, photo: Photo) -> None:
        photo.make(photo.sends(b"bad " + DAMAGED.encode()))
        photo.make(photo.sends(b"garden"))
        assert photo.row is not None
        assert (photo.row.state, photo.row.reason) == (READY, None)

    def test_a_ready_photo_that_is_replaced_by_none_is_rejected(self, photo: Photo) -> None:
        photo.make(photo.sends(b"garden"))
        photo.make(photo.sends(b"bad " + DAMAGED.encode()))
        assert photo.row is not None
        assert (photo.row.state, photo.row.thumbnails, photo.row.width) == (REJECTED, [], None)

    def test_whoever_is_overtaken_at_work_takes_back_what_it_wrote(self, photo: Photo) -> None:
        first = photo.sends(b"garden")

        def overtaken(body: bytes) -> Outcome:
            photo.make(photo.sends(b"house"))
            return rendered(body)

        photo.make(first, overtaken)
        assert photo.shows() == b"house"

    def test_the_same_upload_twice_at_once_keeps_its_thumbnails(self, photo: Photo) -> None:
        upload = photo.sends(b"garden")

        def at_once(body: bytes) -> Outcome:
            photo.make(upload)
            return rendered(body)

        photo.make(upload, at_once)
        assert photo.shows() == b"garden"


class TestGone:
    def test_an_upload_that_is_gone_leaves_nothing(self, photo: Photo) -> None:
        upload = photo.sends(b"garden")
        photo.deletes()
        photo.make(upload, render=unexpected)
        assert photo.row is None
        assert photo.buckets.objects == {}

    def test_if_it_is_on_a_todo_the_person_reads_why(self, photo: Photo) -> None:
        upload = photo.sends(b"garden")
        photo.attaches()
        photo.deletes()
        photo.make(upload, render=unexpected)
        assert photo.row is not None
        assert (photo.row.state, photo.row.reason, photo.row.name) == (REJECTED, GONE, "garden.jpg")

    @pytest.mark.parametrize("is_attached", [True, False])
    def test_the_same_wrong_file_sent_twice_keeps_its_reason(self, photo: Photo, *, is_attached: bool) -> None:
        # Given the first was judged and deleted, and with it the second, whose bytes are the same
        first, second = (photo.sends(b"bad " + NOT_A_PHOTO.encode()) for _ in range(2))
        if is_attached:
            photo.attaches()
        photo.make(first)
        photo.make(second, render=unexpected)
        assert photo.row is not None
        assert (photo.row.state, photo.row.reason) == (REJECTED, NOT_A_PHOTO)

    def test_a_row_that_nobody_attached_goes_with_its_object(self, photo: Photo) -> None:
        photo.make(photo.sends(b"garden"))
        later = photo.sends(b"house")
        photo.deletes()
        photo.make(later)
        assert photo.row is None
        assert photo.thumbnails == []

    def test_thumbnails_of_an_attempt_that_broke_off_go_too(self, photo: Photo) -> None:
        upload = photo.sends(b"garden")
        photo.buckets.put(THUMBNAILS, f"{photo.key}/{upload.sequencer}/160.webp", b"garden", "image/webp")
        photo.deletes()
        photo.make(upload)
        assert photo.buckets.objects == {}

    @pytest.mark.parametrize("body", [b"garden", b"bad " + DAMAGED.encode(), b"bad " + NOT_A_PHOTO.encode()])
    def test_taken_off_while_at_work_leaves_nothing(self, photo: Photo, body: bytes) -> None:
        # Given a photo on a todo, whose upload is being worked on
        upload = photo.sends(body)
        todo_id = photo.attaches()

        def taken_off_meanwhile(body: bytes) -> Outcome:
            attachments.detach(ADA, todo_id, photo.media_id)
            thumbnails.discard(ADA, photo.media_id, photo.buckets)
            return rendered(body)

        # When it is taken off, and all that belonged to it is deleted, before the work is done
        photo.make(upload, taken_off_meanwhile)
        assert photo.row is None
        # Then the removal of the row that came too late takes its thumbnails along
        thumbnails.discard(ADA, photo.media_id, photo.buckets)
        assert photo.buckets.objects == {}

    def test_taken_off_but_not_yet_deleted_while_at_work_leaves_nothing(self, photo: Photo) -> None:
        upload = photo.sends(b"garden")
        todo_id = photo.attaches()

        def taken_off_meanwhile(body: bytes) -> Outcome:
            attachments.detach(ADA, todo_id, photo.media_id)
            return rendered(body)

        photo.make(upload, taken_off_meanwhile)
        # When the stream comes with the removal only now, and then with that of the row which nobody attached
        thumbnails.discard(ADA, photo.media_id, photo.buckets)
        assert photo.row is None
        thumbnails.discard(ADA, photo.media_id, photo.buckets)
        assert photo.buckets.objects == {}


class TestDiscard:
    def test_original_and_thumbnails_go_and_no_one_elses(self, photo: Photo) -> None:
        other = Photo(photo.buckets)
        for each in (photo, other):
            each.make(each.sends(b"garden"))
        todo_id = photo.attaches()
        attachments.detach(ADA, todo_id, photo.media_id)
        thumbnails.discard(ADA, photo.media_id, photo.buckets)
        assert not photo.is_kept
        assert other.is_kept
        assert all(key.startswith(f"{other.key}/") for key in photo.thumbnails)
        assert len(photo.thumbnails) == 6

    def test_twice_is_once(self, photo: Photo) -> None:
        photo.make(photo.sends(b"garden"))
        thumbnails.discard(ADA, photo.media_id, photo.buckets)
        thumbnails.discard(ADA, photo.media_id, photo.buckets)
        assert photo.buckets.objects == {}

    def test_a_photo_that_is_on_a_todo_again_stays(self, photo: Photo) -> None:
        photo.make(photo.sends(b"garden"))
        photo.attaches()
        thumbnails.discard(ADA, photo.media_id, photo.buckets)
        assert photo.shows() == b"garden"
        assert photo.is_kept


def unexpected(_: bytes) -> Outcome:
    raise AssertionError("Nothing is rendered here.")


def failing(_: bytes) -> Outcome:
    raise RenderingFailed("It did not start.")


BODIES = (b"garden", b"house", b"bad " + DAMAGED.encode(), b"bad " + NOT_A_PHOTO.encode())


class TestAnyOrder:
    @hypothesis_settings(max_examples=25)
    @given(st.data(), st.lists(st.sampled_from(BODIES), min_size=1, max_size=4), st.integers(0, 8))
    def test_when_all_is_told_the_row_shows_the_last_upload(
        self, data: st.DataObject, bodies: Sequence[bytes], attached_after: int
    ) -> None:
        # Given some uploads to one key, each told of once or more, in any order, and attached some time
        photo = Photo()
        uploads = [photo.sends(body) for body in bodies]
        again = data.draw(st.lists(st.sampled_from(uploads), max_size=4))
        messages = data.draw(st.permutations([*uploads, *again]))
        # When all is done
        for number, upload in enumerate(messages):
            if number == attached_after:
                photo.attaches()
            before = photo.row
            photo.make(upload)
            if before is not None and photo.row is not None:
                thumbnails.discard_replaced(before, photo.row, photo.buckets)
        # Then the last upload decides, and nothing else is left
        assert photo.row is not None
        last = rendered(bodies[-1])
        if isinstance(last, Rendered):
            assert photo.row.state == READY
            assert photo.shows() == bodies[-1]
        else:
            assert (photo.row.state, photo.row.reason, photo.thumbnails) == (REJECTED, last.reason, [])
        assert photo.is_kept == (bodies[-1] != BODIES[3])
