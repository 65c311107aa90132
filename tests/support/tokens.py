"""ID tokens, genuine and forged: what can be made of the public keys, a key of one's own and others' tokens."""

import hmac
import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import RSAKey

Part = Mapping[str, Any]


def encoded(part: Part | bytes) -> str:
    data = part if isinstance(part, bytes) else json.dumps(dict(part), separators=(",", ":")).encode()
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def opened(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A token's header and claims, unverified."""
    header, claims, _ = token.split(".")
    return json.loads(decoded(header)), json.loads(decoded(claims))


@dataclass(frozen=True)
class Signer:
    """Somebody with an RSA key: a user pool, or a stranger."""

    kid: str
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    def sign(self, header: Part, claims: Part | bytes) -> str:
        signing = f"{encoded(header)}.{encoded(claims)}"
        return f"{signing}.{encoded(self.key.sign(signing.encode(), padding.PKCS1v15(), hashes.SHA256()))}"

    def jwk(self) -> dict[str, Any]:
        public = self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return {**RSAKey.import_key(public).as_dict(), "kid": self.kid, "alg": "RS256", "use": "sig"}


@dataclass(frozen=True)
class Pool(Signer):
    """A user pool that issues ID tokens to a client."""

    issuer: str = "https://cognito-idp.eu-north-1.amazonaws.com/eu-north-1_unit"
    client: str = "client"

    def claims(self, **changes: Any) -> dict[str, Any]:
        """An ID token's claims; a change to None leaves the claim out."""
        now = int(time.time())
        usual = {
            "sub": "ada",
            "iss": self.issuer,
            "aud": self.client,
            "token_use": "id",
            "cognito:groups": ["authors", "admins"],
            "email": "ada@example.com",
            "email_verified": True,
            "auth_time": now,
            "iat": now,
            "exp": now + 3600,
        }
        return {name: value for name, value in (usual | changes).items() if value is not None}

    def token(self, **changes: Any) -> str:
        return self.sign({"kid": self.kid, "alg": "RS256"}, self.claims(**changes))


def forgeries(token: str, public: Part, stranger: Signer) -> dict[str, str]:
    """What an attacker can make of a genuine token and the pool's public key, by what was done to it."""
    header, claims = opened(token)
    head, body, signature = token.split(".")
    pem = RSAKey.import_key(dict(public)).as_pem(private=False)
    bob = claims | {"sub": "0b0b0b0b-0000-4000-8000-00000000b0b0"}
    flipped = bytearray(decoded(signature))
    flipped[7] ^= 1
    own = {"alg": "RS256", "kid": header["kid"]}

    def hs256(secret: bytes, **more: str) -> str:
        signing = f"{encoded(header | {'alg': 'HS256'} | more)}.{encoded(claims)}"
        return f"{signing}.{encoded(hmac.digest(secret, signing.encode(), 'sha256'))}"

    return {
        "nothing": "",
        "only Bearer": "Bearer",
        "garbage": "garbage",
        "two dots": "..",
        "dots alone": "." * 50,
        "deep nesting": f"{encoded(b'[' * 5_000)}.{body}.{signature}",
        "header is a list": f"{encoded(b'[]')}.{body}.{signature}",
        "header is no JSON": f"{encoded(b'no')}.{body}.{signature}",
        "not ASCII": f"{head}.{body}.\u00e9",
        "cut short": token[:-8],
        "no signature": f"{head}.{body}.",
        "two parts": f"{head}.{body}",
        "four parts": f"{token}.{signature}",
        "two tokens": f"{token} {token}",
        "two tokens, by comma": f"{token}, {token}",
        "Bearer twice": f"Bearer Bearer {token}",
        "another scheme": f"Basic {token}",
        "altered payload": f"{head}.{encoded(bob)}.{signature}",
        "altered header": f"{encoded(header | {'typ': 'JWT', 'x': 1})}.{body}.{signature}",
        "altered signature": f"{head}.{body}.{encoded(bytes(flipped))}",
        "empty signature of zeros": f"{head}.{body}.{encoded(bytes(256))}",
        "alg none": f"{encoded(own | {'alg': 'none'})}.{encoded(bob)}.",
        "alg None": f"{encoded(own | {'alg': 'None'})}.{encoded(bob)}.",
        "alg none, signed": f"{encoded(own | {'alg': 'none'})}.{body}.{signature}",
        "no alg": stranger.sign({"kid": header["kid"]}, claims),
        "HS256 with the public key": hs256(pem),
        "HS256 with the public key's modulus": hs256(str(public["n"]).encode()),
        "HS256 with nothing": hs256(b""),
        "RS512": stranger.sign(own | {"alg": "RS512"}, claims),
        "PS256": stranger.sign(own | {"alg": "PS256"}, claims),
        "a stranger's key under the pool's kid": stranger.sign(own, bob),
        "a stranger's key under its own kid": stranger.sign(own | {"kid": stranger.kid}, bob),
        "no kid": stranger.sign({"alg": "RS256"}, bob),
        "kid is a path": stranger.sign(own | {"kid": "../../../dev/null"}, bob),
        "kid is a number": stranger.sign(own | {"kid": 7}, bob),
        "kid is null": stranger.sign(own | {"kid": None}, bob),
        "kid is a list": stranger.sign(own | {"kid": [header["kid"]]}, bob),
        "own jwk in the header": stranger.sign(own | {"jwk": stranger.jwk()}, bob),
        "own jku in the header": stranger.sign(own | {"jku": "https://evil.example/jwks.json"}, bob),
        "own x5u in the header": stranger.sign(own | {"x5u": "https://evil.example/cert.pem"}, bob),
        "unknown critical header": stranger.sign(own | {"crit": ["evil"], "evil": 1}, bob),
        "payload is no JSON": stranger.sign(own, b"no"),
    }
