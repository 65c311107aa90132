"""The secrets of an installation: made up once, and readable by their owner alone."""

import json
import stat
from pathlib import Path

import pytest

from infra.local.keys import Keys, load_or_make, write_privately


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_keys_are_made_once_and_stay(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "keys.json"
    made = load_or_make(path)
    assert load_or_make(path) == made
    assert mode(path) == 0o600


def test_no_two_installations_share_a_key(tmp_path: Path) -> None:
    one, other = (load_or_make(tmp_path / name) for name in ("one", "other"))
    assert not {one.access_key, one.secret_key, one.signing_key} & {
        other.access_key,
        other.secret_key,
        other.signing_key,
    }
    assert len(one.secret_key) >= 40 <= len(one.signing_key)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"access_key": "a"}', '"text"', "null", '{"x": 1}'])
def test_a_file_that_holds_no_keys_is_replaced(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content)
    made = load_or_make(path)
    assert Keys(**json.loads(path.read_text())) == made


def test_a_replaced_file_is_closed_to_others_even_if_it_was_open(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text("x" * 10_000)
    path.chmod(0o644)
    load_or_make(path)
    assert mode(path) == 0o600
    assert len(path.read_text()) < 500


def test_private_text_is_closed_before_it_is_written(tmp_path: Path) -> None:
    # given a file that anybody may read, held open by somebody
    path = tmp_path / "settings.json"
    path.write_text("old and long")
    path.chmod(0o666)
    # when it is written privately
    write_privately(path, "new")
    # then it is the new text, for its owner
    assert (path.read_text(), mode(path)) == ("new", 0o600)
