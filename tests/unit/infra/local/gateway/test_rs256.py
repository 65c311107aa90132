"""RS256 by the standard library: what lenient verifiers have taken before, and joserfc's word for what is right."""

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import RSAKey

from infra.local.gateway.rs256 import SignatureError, public_keys, verified_claims
from tests.support.tokens import Signer, decoded, encoded

SIGNER = Signer("key")
HEADER = {"alg": "RS256", "kid": "key"}
KEY = public_keys({"keys": [SIGNER.jwk()]})["key"]
DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


def cube_root(number: int) -> int:
    """The largest number whose cube is not above `number`."""
    low, high = 0, 1 << (number.bit_length() // 3 + 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**3 <= number else (low, middle - 1)
    return low


def test_joserfc_and_this_read_the_same_claims() -> None:
    token = SIGNER.sign(HEADER, {"sub": "ada", "n": 1.5, "name": "Åda"})
    assert (
        verified_claims(token, KEY) == jwt.decode(token, RSAKey.import_key(SIGNER.jwk()), algorithms=["RS256"]).claims
    )


def test_a_forged_block_that_only_begins_as_it_should_is_refused() -> None:
    # given a public exponent of 3, by which a number whose cube begins with the right bytes can be found
    key = rsa.generate_private_key(3, 2048).public_key().public_numbers()
    signing = f"{encoded(HEADER)}.{encoded({'sub': 'mallory'})}"
    beginning = b"\x00\x01\xff\x00" + DIGEST_INFO + hashlib.sha256(signing.encode()).digest()
    root = cube_root(int.from_bytes(beginning + b"\xff" * (256 - len(beginning))))
    assert (root**3).to_bytes(256).startswith(beginning)
    # when its cube root is sent as the signature, then it is not taken
    with pytest.raises(SignatureError):
        verified_claims(f"{signing}.{encoded(root.to_bytes(256))}", (key.n, key.e))


def test_a_key_that_is_too_short_is_trusted_with_nothing() -> None:
    short = Signer("short", rsa.generate_private_key(65537, 1024))  # noqa: S505 - what is tested
    numbers = short.key.public_key().public_numbers()
    with pytest.raises(SignatureError):
        verified_claims(short.sign(HEADER, {"sub": "ada"}), (numbers.n, numbers.e))


@pytest.mark.parametrize("spelling", ["padded", "other unused bits", "a line break", "the other alphabet"])
def test_a_token_has_one_spelling(spelling: str) -> None:
    head, body, signature = SIGNER.sign(HEADER, {"sub": "ada?>"}).split(".")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = letters[letters.index(signature[-1]) ^ 1]
    assert decoded(signature[:-1] + other) == decoded(signature)
    changed = {
        "padded": signature + "==",
        "other unused bits": signature[:-1] + other,
        "a line break": f"{signature[:9]}\n{signature[9:]}",
        "the other alphabet": signature.replace("-", "+").replace("_", "/"),
    }[spelling]
    with pytest.raises(SignatureError):
        verified_claims(f"{head}.{body}.{changed}", KEY)


def test_a_signature_plus_the_modulus_is_another_number() -> None:
    head, body, signature = SIGNER.sign(HEADER, {"sub": "ada"}).split(".")
    larger = int.from_bytes(decoded(signature)) + KEY[0]
    with pytest.raises(SignatureError):
        verified_claims(f"{head}.{body}.{encoded(larger.to_bytes(257))}", KEY)


@given(st.binary(min_size=1, max_size=40), st.binary(min_size=1, max_size=8))
def test_numbers_of_any_length_are_read_from_a_key_set(modulus: bytes, exponent: bytes) -> None:
    key = {"kty": "RSA", "kid": "key", "n": encoded(modulus), "e": encoded(exponent)}
    assert public_keys({"keys": [key]}) == {"key": (int.from_bytes(modulus), int.from_bytes(exponent))}
