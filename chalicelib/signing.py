"""Sign links and cursors, verify them, and name what is stored by a hash that needs a key.

The setting SIGNING_KEY is one key, or a key ring in JSON, as `make rotate-keys` writes it:
`{"digest_key": KEY, "signing_keys": [{"key": KEY, "signs_from": EPOCH_SECONDS}, ...]}`. A new key is in the ring for
an hour before it signs, so every function can verify by it when the first one signs by it.
"""

import hmac
from functools import cache

import msgspec

from chalicelib import clock
from chalicelib.settings import SettingsError, settings

# Longer than anything lives that has an end: cursors 24 hours, links that confirm 48.
RETIRED_SECONDS = 3 * 24 * 60 * 60


class SigningKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key, and the time from which it signs, in seconds since 1970."""

    key: str
    signs_from: int = 0


class KeyRing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key for names, which never changes since stored items have them, and keys for signatures, oldest first."""

    digest_key: str
    signing_keys: tuple[SigningKey, ...]

    def sign(self, message: bytes) -> bytes:
        """Return the HMAC-SHA256 of a message by the newest key whose time has come."""
        now = clock.epoch_seconds()
        key = next((each for each in reversed(self.signing_keys) if each.signs_from <= now), self.signing_keys[0])
        return _hmac(key.key, message)

    def is_signed(self, message: bytes, signature: bytes, *, for_ever: bool = False) -> bool:
        """Whether a key of the ring made the signature; a retired key counts for three days, or `for_ever`."""
        now = clock.epoch_seconds()
        ends = [each.signs_from + RETIRED_SECONDS for each in self.signing_keys[1:]]
        return any(
            hmac.compare_digest(signature, _hmac(each.key, message))
            for each, end in zip(self.signing_keys, [*ends, None], strict=True)
            if for_ever or end is None or now < end
        )

    def digest(self, message: bytes) -> bytes:
        """Return an HMAC-SHA256 that stays the same when keys are rotated."""
        return _hmac(self.digest_key, message)


def read_ring(text: str) -> KeyRing:
    """Read what SIGNING_KEY or the secret holds.

    Raises:
        SettingsError: it is empty, or JSON of another kind.
    """
    if not text:
        raise SettingsError("The environment lacks SIGNING_KEY.")
    if not text.startswith("{"):
        return KeyRing(text, (SigningKey(text),))
    try:
        ring = msgspec.json.decode(text, type=KeyRing)
    except msgspec.MsgspecError as error:
        raise SettingsError("SIGNING_KEY is no key ring: run make rotate-keys.") from error
    if not ring.signing_keys:
        raise SettingsError("SIGNING_KEY has no key that signs: run make rotate-keys.")
    return ring


@cache
def keys() -> KeyRing:
    """The key ring of this process."""
    return read_ring(settings().signing_key)


def _hmac(key: str, message: bytes) -> bytes:
    return hmac.digest(key.encode(), message, "sha256")
