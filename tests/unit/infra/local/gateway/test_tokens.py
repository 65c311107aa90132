"""Only an ID token that this pool issued to this client passes; everything that resembles one does not."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
import time_machine

from infra.local.gateway.tokens import REFETCH_SECONDS, InvalidTokenError, KeySet, KeysUnavailableError, TokenVerifier
from tests.support.tokens import Pool, Signer, encoded, forgeries

POOL = Pool("pool-key")
OTHER_POOL = Pool("other-key", issuer="https://cognito-idp.eu-north-1.amazonaws.com/eu-north-1_other")
STRANGER = Signer("strange-key")
HEADER = {"kid": POOL.kid, "alg": "RS256"}
NOW = int(time.time())


def published(path: Path, *signers: Signer) -> str:
    """Publish public keys in a file, and return its address."""
    path.write_text(json.dumps({"keys": [signer.jwk() for signer in signers]}))
    return path.as_uri()


@pytest.fixture
def verifier(tmp_path: Path) -> TokenVerifier:
    keys = KeySet(published(tmp_path / "jwks.json", POOL, Pool("second-key")))
    return TokenVerifier(keys, POOL.issuer, POOL.client)


@pytest.mark.parametrize("scheme", ["", "Bearer ", "bearer ", "BEARER  "])
def test_a_genuine_id_token_passes_with_and_without_bearer(verifier: TokenVerifier, scheme: str) -> None:
    claims = verifier.claims(scheme + POOL.token())
    assert claims["sub"] == "ada"


def test_claims_are_handed_on_as_text_as_api_gateway_does(verifier: TokenVerifier) -> None:
    claims = verifier.claims(POOL.token())
    assert {name: claims[name] for name in ("cognito:groups", "email_verified", "aud")} == {
        "cognito:groups": "authors,admins",
        "email_verified": "true",
        "aud": "client",
    }
    assert claims["exp"].isdigit()
    assert all(isinstance(value, str) for value in claims.values())


FORGERIES = forgeries(POOL.token(), POOL.jwk(), STRANGER)


@pytest.mark.parametrize("done", FORGERIES)
def test_whatever_a_stranger_makes_of_it_is_refused(verifier: TokenVerifier, done: str) -> None:
    assert len(FORGERIES) > 30
    with pytest.raises(InvalidTokenError):
        verifier.claims(FORGERIES[done])


GENUINELY_SIGNED: dict[str, str] = {
    "expired": POOL.token(exp=NOW - 1),
    "expired long ago": POOL.token(exp=0),
    "never expires": POOL.token(exp=None),
    "expires in words": POOL.token(exp="tomorrow"),
    "issued in the future": POOL.token(iat=NOW + 3600),
    "issued never": POOL.token(iat=None),
    "not valid yet": POOL.token(nbf=NOW + 3600),
    "another pool's issuer": POOL.token(iss=OTHER_POOL.issuer),
    "no issuer": POOL.token(iss=None),
    "issuer with a slash": POOL.token(iss=POOL.issuer + "/"),
    "another client": POOL.token(aud="another"),
    "no audience": POOL.token(aud=None),
    "an empty audience": POOL.token(aud=""),
    "the client as client_id only": POOL.token(aud=None, client_id=POOL.client),
    "an access token": POOL.token(token_use="access"),
    "no token_use": POOL.token(token_use=None),
    "no sub": POOL.token(sub=None),
    "an empty sub": POOL.token(sub=""),
    "a claim's name in capitals": POOL.token(sub=None, SUB="ada"),
    "another pool's own": OTHER_POOL.token(),
    "another pool's under this one's kid": Pool(POOL.kid, OTHER_POOL.key).token(),
    "the other key's kid": POOL.sign(HEADER | {"kid": "second-key"}, POOL.claims()),
    "an unknown critical header": POOL.sign(HEADER | {"crit": ["evil"], "evil": True}, POOL.claims()),
    "a critical header that is missing": POOL.sign(HEADER | {"crit": ["b64"]}, POOL.claims()),
    "a list for claims": POOL.sign(HEADER, b"[]"),
    "no JSON for claims": POOL.sign(HEADER, b"{"),
    "nested too deeply": POOL.sign(HEADER, b"[" * 100_000),
    "its header in other words": encoded(b'{"kid": "pool-key", "alg": "RS256"}')
    + POOL.token()[POOL.token().index(".") :],
}


@pytest.mark.parametrize("lacks", GENUINELY_SIGNED)
def test_the_right_signature_alone_is_not_enough(verifier: TokenVerifier, lacks: str) -> None:
    with pytest.raises(InvalidTokenError):
        verifier.claims(GENUINELY_SIGNED[lacks])


WRONG = {
    "iss": {"iss": "https://elsewhere.example"},
    "aud": {"aud": ["another", "third"]},
    "token_use": {"token_use": "access"},
    "sub": {"sub": ["ada"]},
    "exp": {"exp": True},
    "iat": {"iat": NOW + 3600},
    "nbf": {"nbf": NOW + 3600},
}


@pytest.mark.parametrize("claim", WRONG)
def test_a_refusal_names_the_claim_that_is_wrong(verifier: TokenVerifier, claim: str) -> None:
    with pytest.raises(InvalidTokenError, match=rf"^{claim}$"):
        verifier.claims(POOL.token(**WRONG[claim]))


RIGHT: dict[str, dict[str, Any]] = {
    "for this client among others": {"aud": ["another", POOL.client]},
    "valid since this second": {"nbf": NOW, "iat": NOW},
    "times with fractions": {"exp": NOW + 0.5, "iat": NOW - 0.5, "nbf": NOW - 0.5},
}


@pytest.mark.parametrize("is_right", RIGHT)
def test_what_is_unusual_and_right_passes(verifier: TokenVerifier, is_right: str) -> None:
    with time_machine.travel(NOW, tick=False):
        assert verifier.claims(POOL.token(**RIGHT[is_right]))["sub"] == "ada"


@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_time_is_a_finite_number(verifier: TokenVerifier, name: str, value: float) -> None:
    with pytest.raises(InvalidTokenError, match=rf"^{name}$"):
        verifier.claims(POOL.token(**{name: value}))


def test_a_token_passes_until_its_last_second(verifier: TokenVerifier) -> None:
    with time_machine.travel(NOW, tick=False) as traveller:
        token = POOL.token()
        traveller.shift(3599)
        assert verifier.claims(token)["sub"] == "ada"
        traveller.shift(1)
        with pytest.raises(InvalidTokenError):
            verifier.claims(token)


def test_keys_are_fetched_once(tmp_path: Path) -> None:
    url = published(tmp_path / "jwks.json", POOL)
    verifier = TokenVerifier(KeySet(url), POOL.issuer, POOL.client)
    verifier.claims(POOL.token())
    (tmp_path / "jwks.json").unlink()
    assert verifier.claims(POOL.token())["sub"] == "ada"


def test_a_new_key_is_fetched_when_a_token_names_it_but_not_at_every_strangers_word(tmp_path: Path) -> None:
    # given a verifier that knows the pool's key, and a pool that then gets another one
    new = Pool("new-key")
    fetched: list[str] = []

    class Counting(KeySet):
        def _fetch(self) -> Any:
            fetched.append(self.url)
            return super()._fetch()

    keys = Counting(published(tmp_path / "jwks.json", POOL))
    verifier = TokenVerifier(keys, POOL.issuer, POOL.client)
    verifier.claims(POOL.token())
    published(tmp_path / "jwks.json", POOL, new)
    # when tokens with unknown keys come at once
    for unknown in (new, STRANGER, new):
        with pytest.raises(InvalidTokenError):
            verifier.claims(unknown.sign({"kid": unknown.kid, "alg": "RS256"}, POOL.claims()))
    # then nobody makes us fetch again
    assert len(fetched) == 1
    # and after some seconds the new key is known, by one fetch
    keys._fetched_at -= REFETCH_SECONDS + 1
    assert verifier.claims(new.token())["sub"] == "ada"
    assert verifier.claims(POOL.token())["sub"] == "ada"
    assert len(fetched) == 2


def test_a_removed_key_is_forgotten_with_the_next_fetch(tmp_path: Path) -> None:
    new = Pool("new-key")
    keys = KeySet(published(tmp_path / "jwks.json", POOL))
    verifier = TokenVerifier(keys, POOL.issuer, POOL.client)
    verifier.claims(POOL.token())
    published(tmp_path / "jwks.json", new)
    keys._fetched_at -= REFETCH_SECONDS + 1
    verifier.claims(new.token())
    with pytest.raises(InvalidTokenError):
        verifier.claims(POOL.token())


@pytest.mark.parametrize(
    "content", [None, "", "{", "[]", "{}", '{"keys": 5}', '{"keys": [{}]}', '{"keys": [{"kty": "RSA"}]}']
)
def test_without_the_pools_keys_no_token_is_judged(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "jwks.json"
    if content is not None:
        path.write_text(content)
    verifier = TokenVerifier(KeySet(path.as_uri()), POOL.issuer, POOL.client)
    with pytest.raises(KeysUnavailableError, match=r"jwks\.json$"):
        verifier.claims(POOL.token())
    # and as soon as they are there, it is
    published(path, POOL)
    assert verifier.claims(POOL.token())["sub"] == "ada"


def test_garbage_needs_no_keys_to_be_refused(tmp_path: Path) -> None:
    verifier = TokenVerifier(KeySet((tmp_path / "nowhere").as_uri()), POOL.issuer, POOL.client)
    with pytest.raises(InvalidTokenError):
        verifier.claims("garbage")
