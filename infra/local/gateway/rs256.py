"""Verify tokens that are signed by RS256, with the standard library alone.

Chalice and the deployed requirements are then enough for `chalice local`. It verifies and never signs, so nothing here
handles a secret.
RFC 7515 (JSON Web Signature), RFC 7518 3.3 (RS256), RFC 8017 8.2.2 (verification of RSASSA-PKCS1-v1_5)
"""

import hashlib
import hmac
import json
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

# What precedes a SHA-256 digest in the encoded message: RFC 8017 9.2, note 1.
_SHA256_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")
# RFC 7518 3.3 asks for keys of 2048 bits or more.
_SMALLEST_BYTES = 256

PublicKey = tuple[int, int]


class SignatureError(Exception):
    """The token was not signed by this key, or is no token."""


def public_keys(key_set: Mapping[str, Any]) -> dict[str, PublicKey]:
    """Return the RSA keys of a JSON Web Key Set (RFC 7517) by their ids, each as modulus and exponent.

    Raises:
        ValueError, TypeError, KeyError, AttributeError: this is no set of RSA keys.
    """
    found = {str(key["kid"]): (_number(key["n"]), _number(key["e"])) for key in key_set["keys"] if key["kty"] == "RSA"}
    if not found:
        raise ValueError("a set without RSA keys")
    return found


def header(token: str) -> dict[str, Any]:
    """Read a token's protected header, unverified.

    Raises:
        SignatureError: this is no token.
    """
    first, _, rest = token.partition(".")
    if rest.count(".") != 1:
        raise SignatureError("A token has three parts.")
    return _object(first)


def verified_claims(token: str, key: PublicKey) -> dict[str, Any]:
    """Return the claims of a token that this key has signed.

    Raises:
        SignatureError: another key signed it, it was changed since, or its header asks for what is not known here.
    """
    protected = header(token)
    if protected.get("alg") != "RS256" or "crit" in protected:
        raise SignatureError("The header asks for more than RS256.")
    signed, _, signature = token.rpartition(".")
    if not _is_signed(signed.encode(), _bytes(signature), key):
        raise SignatureError("The signature is another's.")
    return _object(signed.partition(".")[2])


def _is_signed(message: bytes, signature: bytes, key: PublicKey) -> bool:
    modulus, exponent = key
    length = (modulus.bit_length() + 7) // 8
    number = int.from_bytes(signature)
    if length < _SMALLEST_BYTES or len(signature) != length or number >= modulus:
        return False
    ending = _SHA256_PREFIX + hashlib.sha256(message).digest()
    expected = b"\x00\x01" + b"\xff" * (length - len(ending) - 3) + b"\x00" + ending
    return hmac.compare_digest(pow(number, exponent, modulus).to_bytes(length), expected)


def _object(part: str) -> dict[str, Any]:
    try:
        found = json.loads(_bytes(part))
    except (ValueError, RecursionError) as error:
        raise SignatureError("A part of the token is no JSON.") from error
    if not isinstance(found, dict):
        raise SignatureError("A part of the token is no JSON object.")
    return found


def _bytes(part: str) -> bytes:
    try:
        decoded = b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise SignatureError("A part of the token is not base64url.") from error
    # Each part has one spelling only: no padding, no unused bits.
    if urlsafe_b64encode(decoded).rstrip(b"=").decode() != part:
        raise SignatureError("A part of the token is not base64url.")
    return decoded


def _number(part: str) -> int:
    return int.from_bytes(b64decode(part + "=" * (-len(part) % 4), altchars=b"-_"))
