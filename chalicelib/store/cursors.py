"""Cursors: where a list goes on, opaque to the client, signed, and bound to the caller and the query.

A cursor is `base64url(payload) "." base64url(HMAC-SHA256(key, scope NUL payload))`; the payload is the
LastEvaluatedKey and the time of issue. The scope is never sent: it is what the caller must ask again with.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec

from chalicelib import clock
from chalicelib.signing import KeyRing
from chalicelib.store.errors import StoreError
from chalicelib.store.pages import Key

LIFETIME_SECONDS = 24 * 60 * 60
MAX_LENGTH = 2048


class InvalidCursor(StoreError):  # noqa: N818 - what the client sent
    """The cursor was changed, is another caller's, belongs to another query, or is too old."""


class _Payload(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    issued_at: int
    key: Key


_decoder = msgspec.json.Decoder(_Payload)


def seal(key: Key | None, scope: str, keys: KeyRing) -> str | None:
    """Turn a LastEvaluatedKey into a cursor; None stays None."""
    if key is None:
        return None
    payload = msgspec.json.encode(_Payload(clock.epoch_seconds(), key))
    return f"{_text(payload)}.{_text(keys.sign(_message(payload, scope)))}"


def unseal(cursor: str | None, scope: str, keys: KeyRing) -> Key | None:
    """Turn a cursor back into the key to start after; None stays None.

    Raises:
        InvalidCursor: the cursor was not sealed here for this scope within the last 24 hours.
    """
    if cursor is None:
        return None
    try:
        payload_text, signature_text = cursor.split(".")
        payload, signature = _bytes(payload_text), _bytes(signature_text)
    except ValueError as error:
        raise InvalidCursor("The cursor is malformed.") from error
    if not keys.is_signed(_message(payload, scope), signature):
        raise InvalidCursor("The cursor was not issued for this request.")
    opened = _decoder.decode(payload)
    if clock.epoch_seconds() - opened.issued_at > LIFETIME_SECONDS:
        raise InvalidCursor("The cursor is too old.")
    return opened.key


def _message(payload: bytes, scope: str) -> bytes:
    return b"cursor\0" + scope.encode() + b"\0" + payload


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    if len(text) > MAX_LENGTH:
        raise ValueError("too long")
    data = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    if _text(data) != text:
        raise ValueError("not canonical base64url")
    return data
