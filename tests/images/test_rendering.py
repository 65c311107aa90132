"""The renderer's process: what it may take, what it knows, and what its end means."""

import signal
import time

import msgspec
import pytest

from chalicelib.media.pictures import NOT_A_PHOTO, TOO_DEMANDING, Rejected, Rendered
from chalicelib.media.rendering import Limits, RenderingFailed, environment, judged, render
from tests.images.corpus import CORPUS, encoded, small


def test_a_photo_comes_back_as_thumbnails() -> None:
    outcome = render(encoded(small(), "JPEG"))
    assert isinstance(outcome, Rendered)
    assert (outcome.width, outcome.height, len(outcome.pictures)) == (300, 200, 6)


def test_a_file_that_is_none_comes_back_with_the_reason() -> None:
    assert render(b"no photo") == Rejected(NOT_A_PHOTO)


def test_a_decoder_that_does_not_end_is_ended() -> None:
    endless, started = CORPUS["many-scans.jpg"].make(), time.monotonic()
    assert render(endless, Limits(wall_seconds=0.5)) == Rejected(TOO_DEMANDING)
    assert time.monotonic() - started < 5


def test_a_renderer_that_cannot_start_is_no_fault_of_the_photo() -> None:
    with pytest.raises(RenderingFailed):
        render(encoded(small(), "JPEG"), Limits(memory_bytes=1 << 80))


@pytest.mark.parametrize("crash", [signal.SIGXCPU, signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE])
def test_a_crash_is_the_photos(crash: signal.Signals) -> None:
    assert judged(-crash, b"") == Rejected(TOO_DEMANDING)


@pytest.mark.parametrize("status", [-signal.SIGKILL, 1, 2, 127])
def test_any_other_end_is_an_error(status: int) -> None:
    with pytest.raises(RenderingFailed):
        judged(status, b"")


@pytest.mark.parametrize("answer", [b"", b"\xff", msgspec.msgpack.encode({"type": "Rendered", "width": "wide"})])
def test_so_is_an_answer_of_another_kind(answer: bytes) -> None:
    with pytest.raises(RenderingFailed):
        judged(0, answer)


def test_the_renderer_knows_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", "/var/lang/lib")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "worth stealing")
    known = environment()
    assert set(known) == {"PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "MALLOC_ARENA_MAX"}
    assert known["LD_LIBRARY_PATH"] == "/var/lang/lib"
