"""The key ring of a stage's secret: a new key in, the oldest out. `chalicelib/signing.py` says how it is used."""

import msgspec

from chalicelib.settings import SettingsError
from chalicelib.signing import KeyRing, SigningKey, read_ring

# By then every function has the new key, and verifies by it.
BEFORE_SIGNING_SECONDS = 3600
# All variables of a function have 4 096 bytes together.
MOST_KEYS = 6


class KeyRingError(Exception):
    """The secret holds no key ring; the message says what to do."""


def rotated(text: str, now: int, new_key: str) -> str:
    """Return the secret's text with one key more, which signs an hour from now on; a key that waits already is enough.

    Raises:
        KeyRingError: the secret is neither a key nor a key ring.
    """
    try:
        ring = read_ring(text)
    except SettingsError as error:
        raise KeyRingError(
            "The secret STAGE-signing-key holds no key ring. Put an earlier version of it back: "
            "aws secretsmanager update-secret-version-stage."
        ) from error
    if is_waiting(ring, now):
        return text
    keys = (*ring.signing_keys, SigningKey(new_key, now + BEFORE_SIGNING_SECONDS))
    return msgspec.json.encode(KeyRing(ring.digest_key, keys[-MOST_KEYS:])).decode()


def is_waiting(ring: KeyRing, now: int) -> bool:
    """Whether the newest key does not sign yet."""
    return ring.signing_keys[-1].signs_from > now
