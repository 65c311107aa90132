"""Addresses: one spelling for each mailbox, and nothing that no mail could be sent to."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.mail.addresses import LONGEST, InvalidAddress, normalise


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("ada@example.com", "ada@example.com"),
        ("  Ada@Example.COM\n", "ada@example.com"),
        ("ada+blog@example.com", "ada+blog@example.com"),
        ("o'brien_{x}~y@sub.example.co.uk", "o'brien_{x}~y@sub.example.co.uk"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@BU\u0308CHER.example", "ada@xn--bcher-kva.example"),
        ("ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"),
        ("ada@例え.テスト", "ada@xn--r8jz45g.xn--zckzah"),
        ("ada@example。com", "ada@example.com"),
        ("ada@a.b-c.d2", "ada@a.b-c.d2"),
    ],
)
def test_spellings_of_one_mailbox_are_one(typed: str, address: str) -> None:
    assert normalise(typed) == address


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ada",
        "@example.com",
        "ada@",
        "ada@example",
        "ada@@example.com",
        "ada@example.com@example.org",
        "ada@example.com,bob@example.com",
        "Ada <ada@example.com>",
        '"ada lovelace"@example.com',
        "ada..l@example.com",
        ".ada@example.com",
        "ada.@example.com",
        "ada@-example.com",
        "ada@example-.com",
        "ada@exa_mple.com",
        "ada@example..com",
        "ada@example.com.",
        "ada@[192.0.2.1]",
        "ada@192.0.2.1",
        "ada@example.123",
        "ada@straße.example",
        "ada@STRAẞE.example",
        "ada@a\u200db.example",
        "äda@example.com",
        "ada\n@example.com",
        "ada@example.com\nBcc: bob@example.com",
        "=?utf-8?q?ada?=@example.com",
        "ada@example.com\r\nBcc: bob@example.com",
        "ada\x00@example.com",
        "ada @example.com",
        "ada@exa mple.com",
        "ada@exa\u00a0mple.com",
        "ada@exa\u2028mple.com",
        f"{'a' * 65}@example.com",
        f"ada@{'a' * 64}.com",
        f"ada@{'a.' * 126}com",
        f"ada@{'ü' * 63}.{'ü' * 63}.{'ü' * 63}.example",
        "a" * 300,
        "ada@\ud800.example",
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(InvalidAddress):
        normalise(typed)


def test_the_longest_address_is_taken_and_one_more_letter_is_not() -> None:
    domain = f"{'b' * 63}.{'c' * 63}.{'d' * (LONGEST - 65 - 64 - 64 - 4)}.com"
    assert len(normalise(f"{'a' * 64}@{domain}")) == LONGEST
    with pytest.raises(InvalidAddress):
        normalise(f"{'a' * 64}@x{domain}")


@given(st.text())
def test_whatever_is_typed_becomes_an_address_or_is_refused(typed: str) -> None:
    try:
        address = normalise(typed)
    except InvalidAddress:
        return
    assert re.fullmatch(r"[\x21-\x7e]+", address)
    assert normalise(address) == address


@given(st.emails())
def test_every_ordinary_address_is_taken(typed: str) -> None:
    domain = typed.partition("@")[2]
    if domain.rpartition(".")[2][0].isalpha():
        assert normalise(typed) == typed.lower()
