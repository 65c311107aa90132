"""A local DAX answers the key that it was started with, and no other."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from amazondax.SigV4Gen import generate_signature
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from chalicelib.store.dax import DaxTrouble
from chalicelib.store.dax_cluster import DaxCluster
from infra.local.dax.authorization import Authorization, Handshake
from infra.local.dax.process import DaxProcess
from tests.attacks.conftest import MINE, THEIRS, Laptop
from tests.attacks.requests import REGION, Caller

KEY, SECRET = "LKIAEXAMPLEEXAMPLE", "s" * 40
NOW = datetime(2026, 1, 1, tzinfo=UTC)
GET = {"TableName": MINE, "Key": {"pk": {"S": THEIRS}}}


@pytest.fixture(scope="module")
def dax(laptop: Laptop) -> Iterator[DaxProcess]:
    environment = {
        "AWS_ENDPOINT_URL": laptop.engine.url,
        "AWS_ACCESS_KEY_ID": laptop.engine.access_key,
        "AWS_SECRET_ACCESS_KEY": laptop.engine.secret_key,
        "AWS_DEFAULT_REGION": REGION,
    }
    with DaxProcess(environment) as running:
        yield running


def ask(dax: DaxProcess, keys: Credentials, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Read a row through Amazon's client, as the holder of these keys."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", keys.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", keys.secret_key)
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    if keys.token:
        monkeypatch.setenv("AWS_SESSION_TOKEN", keys.token)
    cluster = DaxCluster(dax.endpoint, REGION)
    try:
        return cluster.ask("GetItem", GET)
    finally:
        cluster.close()


def test_the_clusters_own_key_reads(dax: DaxProcess, laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    own = Credentials(laptop.engine.access_key, laptop.engine.secret_key)
    assert ask(dax, own, monkeypatch)["Item"]["words"] == {"S": "of theirs"}


def test_no_other_key_reads(
    dax: DaxProcess, laptop: Laptop, person: Caller, function: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a person's keys, a function's, a made-up one, and the right key with a wrong secret
    assert person.keys is not None
    assert function.keys is not None
    strangers = [person.keys, function.keys, Credentials(KEY, SECRET), Credentials(laptop.engine.access_key, SECRET)]
    for keys in strangers:
        # When each reads a row, then it is refused
        with pytest.raises((ClientError, DaxTrouble)):
            ask(dax, keys, monkeypatch)


def test_a_connection_that_is_not_authorized_gets_nothing(dax: DaxProcess) -> None:
    # Given the protocol's greeting, and a request for a table's key without a handshake
    greeting = b"\x67J7yne5G\x00\x67session\xa0\x00"
    with socket.create_connection(("127.0.0.1", dax.port), timeout=5) as caller:
        caller.sendall(greeting + b"\x01\x3a" + (742646398).to_bytes(4, "big") + b"\x44mine")
        # Then the answer is an error, and the connection ends
        answer = b"".join(iter(lambda: caller.recv(4096), b""))
    assert answer.startswith(b"\x84\x04\x18\x25")
    assert b"not authorized" in answer


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, None),
        ({"access_key": "LKIAOTHEROTHEROTHE"}, "no permission"),
        ({"signature": "0" * 64}, "does not match"),
        ({"token": "a token"}, "does not match"),
        ({"string_to_sign": ""}, "none of Signature Version 4"),
        ({"late": 16}, "expired"),
        ({"late": -16}, "expired"),
        ({"late": 14}, None),
        ({"secret": "t" * 40}, "does not match"),
        ({"service": "/dynamodb/"}, "not for DAX"),
        ({"host": "https://dynamodb.amazonaws.com"}, "another request"),
    ],
)
def test_every_part_of_the_handshake_counts(change: dict[str, Any], said: str | None) -> None:
    # Given the handshake of Amazon's client, with one part changed
    moment = NOW - timedelta(minutes=change.pop("late", 0))
    keys = Credentials(KEY, change.pop("secret", SECRET))
    host = change.pop("host", "https://dax.amazonaws.com")
    made = generate_signature(keys, host, REGION, b"", moment)
    text = made.string_to_sign.replace("/dax/", change.pop("service", "/dax/"))
    parts = {"access_key": KEY, "signature": made.signature, "string_to_sign": text, "token": "", **change}
    # When it is looked at
    refusal = Authorization(KEY, SECRET, now=lambda: NOW).refusal(Handshake(**parts))
    # Then only the unchanged one is taken
    assert (refusal is None) == (said is None)
    assert said is None or said in str(refusal)
