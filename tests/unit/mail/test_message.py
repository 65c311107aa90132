"""Mails as they go over the wire: whatever anybody typed, no header of theirs is in it."""

from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import compat32, default
from typing import cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.mail import message
from chalicelib.mail.message import LONGEST_SUBJECT, NAME, Mail, build, mailbox, one_line

SENDER = "blog@example.com"
ONE_CLICK = f"https://api.example.test/subscribers/unsubscribe?token={'x' * 300}"
PLAIN_HEADERS = {"from", "to", "subject", "auto-submitted", "mime-version", "content-type"}

anything = st.text(st.characters(exclude_categories=()), max_size=400)


def parsed(raw: bytes) -> EmailMessage:
    return cast("EmailMessage", message_from_bytes(raw, policy=default))


def text_of(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def mail(**changes: str) -> Mail:
    return Mail(**({"to": "ada@example.com", "subject": "Tides", "text": "Sea", "html": "<p>Sea</p>"} | changes))


def test_a_mail_says_the_same_as_text_and_as_html() -> None:
    # given a mail in more letters than ASCII has
    written = parsed(
        build(mail(subject="Über Gezeiten", text="Bücher 例え 🌊\n", html="<p>Bücher 例え 🌊</p>\n"), SENDER)
    )
    # then both parts hold them
    assert written.get_content_type() == "multipart/alternative"
    assert written["Subject"] == "Über Gezeiten"
    assert (written["From"], written["To"]) == (f"{NAME} <{SENDER}>", "ada@example.com")
    assert text_of(written, "plain") == "Bücher 例え 🌊\r\n"
    assert text_of(written, "html") == "<p>Bücher 例え 🌊</p>\r\n"


def test_a_mail_is_seven_bit_with_short_lines() -> None:
    raw = build(mail(text="ü" * 5000, html="é" * 5000, subject="ß" * 150), SENDER)
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 78


def test_a_mail_answers_no_holiday_notice() -> None:
    assert parsed(build(mail(), SENDER))["Auto-Submitted"] == "auto-generated"


def test_a_mail_without_a_way_out_has_no_header_for_it() -> None:
    assert set(map(str.lower, parsed(build(mail(), SENDER)).keys())) == PLAIN_HEADERS


def test_the_way_out_is_one_line_as_mail_programs_read_it() -> None:
    raw = build(mail(unsubscribe=ONE_CLICK), SENDER)
    assert f"\r\nList-Unsubscribe: <{ONE_CLICK}>\r\n".encode() in raw
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw


def test_the_folding_of_the_way_out_is_the_same_as_text() -> None:
    assert message._POLICY.fold("List-Unsubscribe", f"<{ONE_CLICK}>") == f"List-Unsubscribe: <{ONE_CLICK}>\r\n"
    assert message._POLICY.fold("Subject", "Tides") == "Subject: Tides\r\n"


def test_an_address_that_no_header_can_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="line break"):
        build(mail(to="ada@example.com\nBcc: bob@example.com"), SENDER)
    with pytest.raises(ValueError, match="line break"):
        build(mail(unsubscribe="https://api.example.test/\r\nBcc: bob@example.com"), SENDER)
    with pytest.raises(ValueError, match="ASCII"):
        build(mail(unsubscribe="https://api.example.test/ü"), SENDER)
    with pytest.raises(ValueError, match="ASCII"):
        build(mail(to="=?utf-8?q?ada?=@example.com"), SENDER)


# RFC 2047 encoded words that hold a line break and a header, as `email` of Python 3.11.7 decodes them.
ENCODED_HEADERS = [
    "Hello =?utf-8?q?=0d=0aBcc:_x@example.com?=",
    "=?utf-8?b?DQpCY2M6IHhAZXhhbXBsZS5jb20=?=",
    "=?utf-8?q?=0aBcc:_x@example.com?= =?utf-8?q?=0a=0aBody?=",
    "=?us-ascii*en?q?=0d=0aBcc:_x@example.com?=",
    "=?utf-8?q?=0d=0aBcc:_x@example.com",
    "ü =?iso-8859-1?q?=0d=0aBcc:_x@example.com?=" + " tide" * 40,
]


@pytest.mark.parametrize("subject", ENCODED_HEADERS)
def test_an_encoded_word_in_a_subject_is_text(subject: str) -> None:
    # when a mail has a subject that looks like an encoded word
    raw = build(mail(subject=subject), SENDER)
    # then no header comes of it
    lines = raw.split(b"\r\n\r\n")[0].split(b"\r\n")
    names = [line.partition(b":")[0].decode().lower() for line in lines if not line.startswith(b" ")]
    assert sorted(names) == sorted(PLAIN_HEADERS)
    # and a mail program that decodes the subject once shows what was typed
    head = message_from_bytes(raw, policy=compat32)
    assert str(make_header(decode_header(head["Subject"]))) == one_line(subject)


def test_a_name_of_a_sender_is_quoted_and_encoded() -> None:
    assert parsed(build(mail(), '"Tides, Inc." <ines@example.com>'))["From"] == '"Tides, Inc." <ines@example.com>'
    assert parsed(build(mail(), "Inés <ines@example.com>"))["From"] == "Inés <ines@example.com>"


def test_a_sender_with_a_name_keeps_it() -> None:
    assert mailbox("Ines <ines@example.com>") == "Ines <ines@example.com>"


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("Tides", "Tides"),
        (" Tides\r\nBcc: bob@example.com ", "Tides Bcc: bob@example.com"),
        ("a\x00b\x1fc\x7fd\x85e\u2028f\u2029g\th", "a b c d e f g h"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("\ud800", "?"),
        ("a" * 500, "a" * LONGEST_SUBJECT),
        ("\n", ""),
    ],
)
def test_a_subject_is_one_line(typed: str, line: str) -> None:
    assert one_line(typed) == line


@given(subject=anything, text=anything, html=anything)
@example(subject="Tides\r\nBcc: bob@example.com", text="\r\n.\r\n", html="--===\r\n")
@example(subject="=?utf-8?q?Bcc=3A?= x" * 20, text="", html="")
@example(subject="a" * 77 + " =?", text="", html="")
def test_nothing_that_anybody_typed_becomes_a_header(subject: str, text: str, html: str) -> None:
    # given whatever letters there are, and some that are none
    raw = build(mail(subject=subject, text=text, html=html, unsubscribe=ONE_CLICK), SENDER)
    # when the mail is read as a mail program reads it
    written = parsed(raw)
    # then it has the headers that it always has, each once, and goes where it should
    names = [name.lower() for name in written.keys()]  # noqa: SIM118 - a mail may have a header twice
    assert sorted(names) == sorted(PLAIN_HEADERS | {"list-unsubscribe", "list-unsubscribe-post"})
    assert written["To"] == "ada@example.com"
    assert [part.get_content_type() for part in written.iter_parts()] == ["text/plain", "text/html"]
    assert raw.isascii()
    # and the text is whole, but for line ends
    expected = text.encode("utf-8", "replace").decode()
    assert "".join(text_of(written, "plain").split()) == "".join(expected.split())


@given(anything)
def test_a_subject_arrives_as_it_was_written(subject: str) -> None:
    line = one_line(subject)
    written = parsed(build(mail(subject=subject), SENDER))
    # Encoded words may swallow or add a space at their seams; no other letter changes.
    assert "".join(str(written["Subject"]).split()) == "".join(line.split())
