"""Tokens of the links in mails: `base64url(payload) "." base64url(HMAC-SHA256(key, purpose NUL payload))`.

A token is good for one purpose only. Its payload can be read by whoever has the link, as the mail itself can.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from enum import StrEnum

import msgspec

from chalicelib import clock, signing


class Purpose(StrEnum):
    """What a link does."""

    CONFIRM = "confirm"
    LEAVE = "leave"


class InvalidToken(Exception):  # noqa: N818 - what it is
    """The token was changed, is for something else, or has expired."""


class Token(msgspec.Struct, array_like=True, forbid_unknown_fields=True, frozen=True):
    """What a link speaks of: an address, the sign-up that it came of, and when it ends, if ever."""

    email: str
    request_id: str
    expires_at: int | None = None


_decoder = msgspec.json.Decoder(Token)


def seal(purpose: Purpose, token: Token) -> str:
    """Write a token that nobody else can."""
    payload = msgspec.json.encode(token)
    return f"{_text(payload)}.{_text(signing.keys().sign(_message(purpose, payload)))}"


def unseal(purpose: Purpose, sealed: str) -> Token:
    """Read a token.

    Raises:
        InvalidToken: it was not sealed here for this purpose, or its time is over.
    """
    try:
        payload, signature = (_bytes(part) for part in sealed.split("."))
    except ValueError as error:
        raise InvalidToken("The token is malformed.") from error
    # A link to leave never ends, so neither do the keys that signed it.
    if not signing.keys().is_signed(_message(purpose, payload), signature, for_ever=purpose == Purpose.LEAVE):
        raise InvalidToken("The token was not made here for this.")
    token = _decoder.decode(payload)
    if token.expires_at is not None and token.expires_at <= clock.epoch_seconds():
        raise InvalidToken("The token has expired.")
    return token


def _message(purpose: Purpose, payload: bytes) -> bytes:
    return b"link\0" + purpose.encode() + b"\0" + payload


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    data = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    if _text(data) != text:
        raise ValueError("not canonical base64url")
    return data
