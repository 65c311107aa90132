"""Saved files are noticed by their times, and files that come and go while looking are no surprise."""

import os
from pathlib import Path

import pytest

from infra.local.watch import fingerprint


@pytest.fixture
def code(tmp_path: Path) -> Path:
    (tmp_path / "package" / "deeper").mkdir(parents=True)
    for name in ("app.py", "package/one.py", "package/deeper/two.py", "package/page.html"):
        (tmp_path / name).write_text("")
        os.utime(tmp_path / name, ns=(0, 1_000_000))
    return tmp_path


def look(code: Path) -> int:
    return fingerprint([code / "app.py", code / "package"])


def test_nothing_saved_is_nothing_new(code: Path) -> None:
    assert look(code) == look(code)


@pytest.mark.parametrize("name", ["app.py", "package/one.py", "package/deeper/two.py"])
def test_a_saved_file_is_noticed(code: Path, name: str) -> None:
    before = look(code)
    os.utime(code / name, ns=(0, 1_000_001))
    assert look(code) != before


def test_a_new_a_removed_and_a_renamed_file_are_noticed(code: Path) -> None:
    seen = {look(code)}
    (code / "package" / "three.py").write_text("")
    seen.add(look(code))
    (code / "package" / "three.py").rename(code / "package" / "four.py")
    seen.add(look(code))
    (code / "package" / "one.py").unlink()
    seen.add(look(code))
    assert len(seen) == 4


def test_a_page_is_not_code(code: Path) -> None:
    before = look(code)
    os.utime(code / "package" / "page.html", ns=(0, 5))
    assert look(code) == before


def test_a_link_to_nowhere_and_a_missing_file_do_not_stop_the_watch(code: Path) -> None:
    # given an editor's lock, which is a link that leads nowhere
    before = look(code)
    (code / "package" / ".#one.py").symlink_to("somebody@somewhere.4711")
    assert look(code) != before
    # and a file that is just being replaced
    (code / "app.py").unlink()
    assert look(code) == look(code)
