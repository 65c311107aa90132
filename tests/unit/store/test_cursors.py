"""Cursors: opaque, signed, bound to their scope, and good for a day."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import msgspec
import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import clock
from chalicelib.signing import RETIRED_SECONDS, KeyRing, SigningKey, read_ring
from chalicelib.store.cursors import LIFETIME_SECONDS, MAX_LENGTH, InvalidCursor, _message, _text, seal, unseal

SECRET = read_ring("a key for cursors")
SCOPE = "todos ada open created"
KEY = {"user_id": {"S": "ada"}, "todo_id": {"S": "01KANC8Z6Q5XW3T2V9R4M7B1YE"}}
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

keys = st.dictionaries(
    st.text(min_size=1, max_size=20),
    st.fixed_dictionaries({"S": st.text(max_size=60)}) | st.fixed_dictionaries({"N": st.integers().map(str)}),
    max_size=4,
)
scopes = st.text(max_size=60)


def sealed(key: dict[str, Any] = KEY, scope: str = SCOPE, secret: KeyRing = SECRET) -> str:
    cursor = seal(key, scope, secret)
    assert cursor is not None
    return cursor


def test_no_key_has_no_cursor_and_no_cursor_no_key() -> None:
    assert seal(None, SCOPE, SECRET) is None
    assert unseal(None, SCOPE, SECRET) is None


@given(keys, scopes)
def test_a_cursor_opens_to_the_key_it_was_made_of(key: dict[str, Any], scope: str) -> None:
    assert unseal(sealed(key, scope), scope, SECRET) == key


def test_a_cursor_is_text_for_a_query_and_does_not_show_its_scope() -> None:
    cursor = sealed()
    assert set(cursor) <= {*ALPHABET, "."}
    assert b"open created" not in urlsafe_b64decode(cursor.partition(".")[0] + "==")


def test_any_flipped_bit_closes_it() -> None:
    cursor = sealed()
    raw = [bytearray(urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in cursor.split(".")]
    for part in raw:
        for place in range(len(part) * 8):
            part[place // 8] ^= 1 << place % 8
            with pytest.raises(InvalidCursor):
                unseal(".".join(_text(bytes(each)) for each in raw), SCOPE, SECRET)
            part[place // 8] ^= 1 << place % 8
    assert unseal(".".join(_text(bytes(each)) for each in raw), SCOPE, SECRET) == KEY


def test_any_other_character_closes_it() -> None:
    # The last character of each part has bits that decoding drops: only its canonical form may pass.
    cursor = sealed()
    for place, right in enumerate(cursor):
        for other in ALPHABET + "=+/. \n":
            if other != right:
                with pytest.raises(InvalidCursor):
                    unseal(cursor[:place] + other + cursor[place + 1 :], SCOPE, SECRET)


def test_any_truncation_closes_it() -> None:
    cursor = sealed()
    for length in range(len(cursor)):
        for part in (cursor[:length], cursor[length + 1 :]):
            with pytest.raises(InvalidCursor):
                unseal(part, SCOPE, SECRET)


@given(scopes, scopes)
def test_another_scope_closes_it(one: str, other: str) -> None:
    cursor = sealed(KEY, one)
    if one == other:
        assert unseal(cursor, other, SECRET) == KEY
    else:
        with pytest.raises(InvalidCursor, match="not issued for this request"):
            unseal(cursor, other, SECRET)


def test_a_scope_cannot_be_stretched_into_the_payload() -> None:
    # given a payload that begins with what ends a longer scope
    payload = msgspec.json.encode([clock.epoch_seconds(), KEY])
    forged = f"{_text(payload)}.{_text(SECRET.sign(_message(payload, 'todos ada' + chr(0) + 'x')))}"
    with pytest.raises(InvalidCursor):
        unseal(forged, "todos ada", SECRET)


def test_another_key_closes_it() -> None:
    with pytest.raises(InvalidCursor):
        unseal(sealed(secret=read_ring("another")), SCOPE, SECRET)


def test_parts_of_two_cursors_make_none() -> None:
    one, other = sealed(), sealed({"user_id": {"S": "bob"}})
    with pytest.raises(InvalidCursor):
        unseal(f"{other.split('.')[0]}.{one.split('.')[1]}", SCOPE, SECRET)


@pytest.mark.parametrize(("age", "opens"), [(0, True), (LIFETIME_SECONDS, True), (LIFETIME_SECONDS + 1, False)])
def test_a_day_is_all_it_lives(age: int, *, opens: bool) -> None:
    with time_machine.travel("2026-11-21T09:00:00Z", tick=False) as traveller:
        cursor = sealed()
        traveller.shift(age)
        if opens:
            assert unseal(cursor, SCOPE, SECRET) == KEY
        else:
            with pytest.raises(InvalidCursor, match="too old"):
                unseal(cursor, SCOPE, SECRET)


def test_a_cursor_of_an_earlier_release_still_opens() -> None:
    # given what an earlier release sealed
    payload = (
        "WzE3OTAwMDAwMDAseyJ1c2VyX2lkIjp7IlMiOiJhZGEifSwidG9kb19pZCI6eyJTIjoiMDFLQU5DOFo2UTVYVzNUMlY5UjRNN0IxWUUifX1d"
    )
    with time_machine.travel(1_790_000_000, tick=False):
        assert unseal(f"{payload}.EqnQxL2V9UYG18fk7V0eF6AsVVnd85AZChpgHCdD1t4", SCOPE, SECRET) == KEY


def test_whoever_has_a_key_that_was_retired_makes_no_cursor() -> None:
    with time_machine.travel(1_790_000_000, tick=False) as traveller:
        ring = KeyRing("digest", (SigningKey("old"), SigningKey("new", 1_790_000_000)))
        traveller.shift(RETIRED_SECONDS - 1)
        assert unseal(sealed(secret=read_ring("old")), SCOPE, ring) == KEY
        traveller.shift(1)
        with pytest.raises(InvalidCursor, match="not issued for this request"):
            unseal(sealed(secret=read_ring("old")), SCOPE, ring)


def test_the_longest_cursor_opens_and_a_longer_one_does_not() -> None:
    # given keys whose payloads have as many characters as a cursor may have, and the next number that base64 has
    longest, longer = (sealed({"id": {"S": "a" * (length - 28)}}) for length in (1536, 1537))
    assert [len(each.partition(".")[0]) for each in (longest, longer)] == [MAX_LENGTH, MAX_LENGTH + 2]
    # then
    assert unseal(longest, SCOPE, SECRET) is not None
    with pytest.raises(InvalidCursor):
        unseal(longer, SCOPE, SECRET)


@pytest.mark.parametrize(
    "text",
    ["", ".", "a", "a.b.c", "..", "é.é", "\ud800.a", "a" * (MAX_LENGTH + 1) + ".a", "a." + "a" * (MAX_LENGTH + 1)],
)
def test_what_is_no_cursor_at_all_is_refused(text: str) -> None:
    with pytest.raises(InvalidCursor, match=r"^The cursor (is malformed|was not issued for this request)\.$"):
        unseal(text, SCOPE, SECRET)


def test_padding_is_not_part_of_a_cursor() -> None:
    payload, signature = sealed().split(".")
    padded = urlsafe_b64encode(urlsafe_b64decode(signature + "=" * (-len(signature) % 4))).decode()
    assert padded != signature
    with pytest.raises(InvalidCursor):
        unseal(f"{payload}.{padded}", SCOPE, SECRET)


@given(st.text(max_size=200))
def test_no_text_does_worse_than_an_invalid_cursor(text: str) -> None:
    with pytest.raises(InvalidCursor):
        unseal(text, SCOPE, SECRET)
