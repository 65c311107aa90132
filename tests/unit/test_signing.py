"""Keys are rotated without a link, a cursor or a name of what is stored that stops to be right."""

import json
from collections.abc import Iterator

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import clock, signing
from chalicelib.mail import ledger
from chalicelib.settings import SettingsError
from chalicelib.signing import RETIRED_SECONDS, KeyRing, SigningKey, read_ring
from chalicelib.store import cursors
from chalicelib.subscribers.tokens import InvalidToken, Purpose, Token, seal, unseal
from infra.deploy.key_ring import BEFORE_SIGNING_SECONDS, MOST_KEYS, KeyRingError, rotated

NOW = 1_790_000_000
OLD = "the key of the first deploy"
READER = Token("ada@example.com", "01KANC8Z6Q5XW3T2V9R4M7B1YE")


@pytest.fixture
def clock_at() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> list[KeyRing]:
    """The process's key ring: what is last in the list."""
    rings = [read_ring(OLD)]
    monkeypatch.setattr(signing, "keys", lambda: rings[-1])
    return rings


def after_rotation(text: str = OLD) -> KeyRing:
    return read_ring(rotated(text, NOW, "another key"))


def test_a_single_key_signs_as_before_there_were_rings() -> None:
    assert read_ring(OLD) == KeyRing(OLD, (SigningKey(OLD),))


def test_a_new_key_verifies_an_hour_before_it_signs(clock_at: time_machine.Traveller) -> None:
    before, after = read_ring(OLD), after_rotation()
    assert after.sign(b"x") == before.sign(b"x")
    clock_at.shift(BEFORE_SIGNING_SECONDS)
    signed = after.sign(b"x")
    assert signed != before.sign(b"x")
    clock_at.move_to(NOW)
    assert after.is_signed(b"x", signed)


@pytest.mark.parametrize("rotations", [1, 2])
def test_links_and_cursors_of_before_during_and_after_a_rotation_are_right(
    clock_at: time_machine.Traveller, ring: list[KeyRing], rotations: int
) -> None:
    sealed: list[str] = []
    pages: list[str] = []

    def seal_one() -> None:
        sealed.append(seal(Purpose.LEAVE, READER))
        pages.append(cursors.seal({"id": {"S": "1"}}, "scope", signing.keys()) or "")

    seal_one()
    text = OLD
    for number in range(rotations):
        text = rotated(text, clock.epoch_seconds(), f"key {number}")
        ring.append(read_ring(text))
        seal_one()
        clock_at.shift(BEFORE_SIGNING_SECONDS + 1)
        seal_one()
    assert len(set(sealed)) == 1 + rotations
    assert [unseal(Purpose.LEAVE, each) for each in sealed] == [READER] * len(sealed)
    assert [cursors.unseal(each, "scope", signing.keys()) for each in pages] == [{"id": {"S": "1"}}] * len(pages)


def test_a_retired_key_confirms_nobody_and_still_lets_everybody_leave(
    clock_at: time_machine.Traveller, ring: list[KeyRing]
) -> None:
    # given links that somebody who has the old key has made
    never = NOW + 10 * RETIRED_SECONDS
    confirm, leave = seal(Purpose.CONFIRM, Token("eve@example.com", "1", never)), seal(Purpose.LEAVE, READER)
    ring.append(after_rotation())
    # when the old key has been retired for three days
    clock_at.shift(BEFORE_SIGNING_SECONDS + RETIRED_SECONDS - 1)
    assert unseal(Purpose.CONFIRM, confirm).email == "eve@example.com"
    clock_at.shift(1)
    # then
    with pytest.raises(InvalidToken):
        unseal(Purpose.CONFIRM, confirm)
    assert unseal(Purpose.LEAVE, leave) == READER


def test_names_of_deliveries_stay_so_that_no_mail_is_sent_twice(
    clock_at: time_machine.Traveller, ring: list[KeyRing]
) -> None:
    before = ledger.delivery_id("welcome", "ada@example.com")
    ring.append(after_rotation(rotated(OLD, NOW - RETIRED_SECONDS, "a key between")))
    clock_at.shift(2 * RETIRED_SECONDS)
    assert ledger.delivery_id("welcome", "ada@example.com") == before


def test_a_function_whose_clock_is_slow_signs_by_the_oldest_key(clock_at: time_machine.Traveller) -> None:
    ring = KeyRing("digest", (SigningKey("older", NOW + 1), SigningKey("newer", NOW + 2)))
    assert ring.sign(b"x") == read_ring("older").sign(b"x")


# What stands in mails that were sent, and must open as long as the keys stay.
SENT_LEAVE = (
    "WyJhZGFAZXhhbXBsZS5jb20iLCIwMUtBTkM4WjZRNVhXM1QyVjlSNE03QjFZRSIsbnVsbF0"
    ".EnXVzJokMVueqlj80YDNeOnW9EApLfYVnujF0MPCkmE"
)
SENT_CONFIRM = (
    "WyJhZGFAZXhhbXBsZS5jb20iLCIwMUtBTkM4WjZRNVhXM1QyVjlSNE03QjFZRSIsMTc5MDAwMDAwMF0"
    ".w9yDAko5lbSLvXgivWlal1_SiFU3bLUyLpq-UXRlhFk"
)


def test_links_in_mails_that_were_sent_long_ago_still_open(
    clock_at: time_machine.Traveller, ring: list[KeyRing]
) -> None:
    assert unseal(Purpose.LEAVE, SENT_LEAVE) == READER
    clock_at.shift(-1)
    assert unseal(Purpose.CONFIRM, SENT_CONFIRM) == Token(READER.email, READER.request_id, NOW)


def test_a_link_ends_with_its_last_second(clock_at: time_machine.Traveller, ring: list[KeyRing]) -> None:
    with pytest.raises(InvalidToken):
        unseal(Purpose.CONFIRM, SENT_CONFIRM)


@given(st.text(max_size=40), st.text(max_size=30), st.none() | st.integers(NOW + 1, 2 * NOW))
def test_a_link_opens_to_what_it_was_made_of(email: str, request_id: str, expires_at: int | None) -> None:
    token = Token(email, request_id, expires_at)
    with time_machine.travel(NOW, tick=False):
        assert [unseal(each, seal(each, token)) for each in Purpose] == [token, token]


def test_a_rotation_that_has_not_begun_to_sign_is_not_repeated() -> None:
    once = rotated(OLD, NOW, "another key")
    assert rotated(once, NOW + BEFORE_SIGNING_SECONDS - 1, "a third") == once
    assert len(read_ring(rotated(once, NOW + BEFORE_SIGNING_SECONDS, "a third")).signing_keys) == 3


def test_a_ring_fits_into_an_environment() -> None:
    text = OLD
    for number in range(20):
        text = rotated(text, NOW + number * 7200, f"{number:064}")
    ring = read_ring(text)
    assert (ring.digest_key, len(ring.signing_keys)) == (OLD, MOST_KEYS)
    # All variables of a function have 4 KB together.
    assert len(text) < 1024


@pytest.mark.parametrize("text", ["", "{", "{}", json.dumps({"digest_key": "a", "signing_keys": []}), '{"a": 1}'])
def test_what_is_no_ring_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="SIGNING_KEY"):
        read_ring(text)


def test_a_secret_that_is_no_ring_is_not_written_over() -> None:
    with pytest.raises(KeyRingError, match="signing-key"):
        rotated("{", NOW, "another key")
