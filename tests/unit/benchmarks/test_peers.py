"""What the peers share does the same work as the application: same checks, same item, same answers."""

import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from benchmarks import items
from chalicelib.media.model import Media
from chalicelib.todos import contract, writes
from chalicelib.web.problems import Problem
from chalicelib.web.validation import decode_body

PEERS = Path(items.__file__).with_name("peers")
MADE_UP = {"todo_id", "live_id", "created_at", "updated_at", "due_key"}


@pytest.fixture(scope="module")
def common() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("API_URL", "https://api.example.test")
        patched.setenv("SITE_URL", "https://site.example.test")
        spec = importlib.util.spec_from_file_location("peers_common", PEERS / "common.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield module


def is_accepted_by_ours(body: dict[str, Any]) -> bool:
    try:
        decode_body(json.dumps(body).encode(), contract.NewTodo)
    except Problem:
        return False
    return True


def is_accepted_by_peers(common: ModuleType, body: dict[str, Any]) -> bool:
    try:
        common.checked(body)
    except common.Invalid:
        return False
    return True


@pytest.mark.parametrize(
    ("body", "accepted"),
    [
        (items.new_todo(), True),
        ({"title": "a"}, True),
        ({"title": "a" * 500}, True),
        ({"title": "a" * 501}, False),
        ({"title": "   "}, False),
        ({"title": "two\nlines"}, False),
        ({"title": 1}, False),
        ({}, False),
        ({"title": "a", "colour": "red"}, False),
        ({"title": "a", "notes": "two\nlines"}, True),
        ({"title": "a", "notes": "\x00"}, False),
        ({"title": "a", "notes": "n" * 20_001}, False),
        ({"title": "a", "completed": "yes"}, False),
        ({"title": "a", "order": 2**31}, False),
        ({"title": "a", "order": True}, False),
        ({"title": "a", "order": None}, True),
        ({"title": "a", "due_at": "2026-11-02T09:00:00"}, False),
        ({"title": "a", "due_at": "tomorrow"}, False),
        ({"title": "a", "due_at": "2026-11-02T09:00:00Z"}, True),
        ({"title": "a", "tags": ["t"] * 11}, False),
        ({"title": "a", "tags": ["t" * 41]}, False),
        ({"title": "a", "tags": [""]}, False),
    ],
)
def test_the_peers_accept_what_ours_accepts(common: ModuleType, body: dict[str, Any], accepted: bool) -> None:  # noqa: FBT001
    assert is_accepted_by_ours(body) is accepted
    assert is_accepted_by_peers(common, body) is accepted


def test_the_peers_store_what_ours_stores(common: ModuleType) -> None:
    asked = items.new_todo()
    ours = writes.new_todo(items.OWNER, decode_body(json.dumps(asked).encode(), contract.NewTodo)).attribute_values
    theirs = common.new_item(items.OWNER, common.checked(asked))
    stored = {name: value for name, value in ours.items() if value is not None and name != "version"}
    assert set(theirs) == set(stored)
    for name in set(stored) - MADE_UP - {"attachments"}:
        assert theirs[name] == stored[name], name
    for name in MADE_UP:
        assert len(theirs[name]) == len(stored[name]), name
    assert re.fullmatch("[0-7][0-9A-HJKMNP-TV-Z]{25}", theirs["todo_id"])


def test_a_peers_photo_has_the_shape_of_ours(common: ModuleType) -> None:
    from chalicelib.media.routes import _shape  # noqa: PLC0415

    photo = Media.from_raw_data(items.photo())
    assert common.shape_photo(photo.attribute_values) == msgspec.to_builtins(_shape(photo))
