"""The real client's other requests, and what else can happen on the wire."""

import itertools
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from amazondax import AmazonDaxClient
from botocore.config import Config
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from chalicelib.store.dax import DaxTrouble
from chalicelib.store.dax_cluster import DaxCluster
from infra.local.dax import process
from infra.local.dax.process import DaxFailedError, DaxProcess
from tests.dax.conftest import POSTS, TAGS

EVERY_TYPE: dict[str, Any] = {
    "text": {"S": "ü水𐅑"},
    "empty": {"S": ""},
    "number": {"N": "-12345678901234567890.0123456789"},
    "large": {"N": "18446744073709551616"},
    "bytes": {"B": b"\x00\xff"},
    "yes": {"BOOL": True},
    "no": {"BOOL": False},
    "nothing": {"NULL": True},
    "texts": {"SS": ["a", "b"]},
    "numbers": {"NS": ["1", "2.5"]},
    "list": {"L": [{"N": "1"}, {"L": []}, {"M": {"deep": {"SS": ["x"]}}}]},
    "map": {"M": {"z": {"S": "last"}, "a": {"M": {}}}},
}
_numbers = itertools.count(1)


@pytest.fixture
def client(dynamodb: Any, shared_dax: DaxProcess) -> Iterator[Any]:
    """Amazon's client, as it is."""
    config = Config(connect_timeout=1, read_timeout=5, retries={"max_attempts": 0})
    with AmazonDaxClient(endpoint_url=shared_dax.endpoint, region_name="eu-north-1", config=config) as opened:
        yield opened


@pytest.fixture
def key() -> dict[str, Any]:
    return {"slug": {"S": f"wire-{next(_numbers)}"}}


def test_every_type_arrives_as_it_was_sent(client: Any, dynamodb: Any, key: dict[str, Any]) -> None:
    client.put_item(TableName=POSTS, Item={**key, **EVERY_TYPE})
    stored = dynamodb.get_item(TableName=POSTS, Key=key, ConsistentRead=True)["Item"]
    assert stored == {**key, **EVERY_TYPE}
    for consistent in (True, False, False):
        assert client.get_item(TableName=POSTS, Key=key, ConsistentRead=consistent)["Item"] == stored


def test_paths_of_a_projection(client: Any, key: dict[str, Any]) -> None:
    client.put_item(TableName=POSTS, Item={**key, **EVERY_TYPE})
    found = client.get_item(TableName=POSTS, Key=key, ProjectionExpression="list[2].deep, map.z, absent[3].b")
    assert found["Item"] == {"list": {"L": [{"M": {"deep": {"SS": ["x"]}}}]}, "map": {"M": {"z": {"S": "last"}}}}


def test_what_a_write_returns(client: Any, key: dict[str, Any]) -> None:
    client.put_item(TableName=POSTS, Item={**key, "a": {"N": "1"}, "b": {"S": "x"}})
    changing = {
        "UpdateExpression": "SET a = a + :n",
        "ExpressionAttributeValues": {":n": {"N": "2"}},
        "TableName": POSTS,
        "Key": key,
    }
    assert client.update_item(**changing) == {}
    changed = client.update_item(**changing, ReturnValues="UPDATED_NEW")
    assert changed["Attributes"] == {"a": {"N": "5"}}
    whole = client.update_item(**changing, ReturnValues="ALL_NEW")
    assert whole["Attributes"] == {**key, "a": {"N": "7"}, "b": {"S": "x"}}
    replaced = client.put_item(TableName=POSTS, Item={**key, "c": {"S": "y"}}, ReturnValues="ALL_OLD")
    assert replaced["Attributes"] == whole["Attributes"]
    gone = client.delete_item(TableName=POSTS, Key=key, ReturnValues="ALL_OLD")
    assert gone["Attributes"] == {**key, "c": {"S": "y"}}
    assert client.get_item(TableName=POSTS, Key=key) == {}


def test_a_transaction_of_reads(client: Any, key: dict[str, Any]) -> None:
    client.put_item(TableName=POSTS, Item={**key, "a": {"N": "1"}, "b": {"S": "x"}})
    absent = {"tag": {"S": "nobody"}, "feed_key": {"S": "1"}}
    answer = client.transact_get_items(
        TransactItems=[
            {"Get": {"TableName": POSTS, "Key": key}},
            {"Get": {"TableName": TAGS, "Key": absent}},
        ]
    )
    assert answer["Responses"] == [{"Item": {**key, "a": {"N": "1"}, "b": {"S": "x"}}}, {}]
    part = {"Get": {"TableName": POSTS, "Key": key, "ProjectionExpression": "b"}}
    assert client.transact_get_items(TransactItems=[part])["Responses"] == [{"Item": {"b": {"S": "x"}}}]


def test_a_scan_counts_and_pages(client: Any, key: dict[str, Any]) -> None:
    slug = key["slug"]["S"]
    for number in range(3):
        client.put_item(TableName=POSTS, Item={"slug": {"S": f"{slug}-{number}"}, "of": {"S": slug}})
    asked = {
        "TableName": POSTS,
        "FilterExpression": "#o = :o",
        "ExpressionAttributeNames": {"#o": "of"},
        "ExpressionAttributeValues": {":o": {"S": slug}},
    }
    assert client.scan(**asked, Select="COUNT")["Count"] == 3
    found, start = [], {}
    while True:
        page = client.scan(**asked, Limit=5, **start)
        found += [item["slug"]["S"] for item in page["Items"]]
        if "LastEvaluatedKey" not in page:
            break
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    assert sorted(found) == [f"{slug}-{number}" for number in range(3)]


REFUSALS = {
    "ResourceNotFoundException": ("GetItem", {"TableName": "nowhere", "Key": {"slug": {"S": "x"}}}),
    "ValidationException": (
        "UpdateItem",
        {"TableName": POSTS, "Key": {"slug": {"S": "x"}}, "UpdateExpression": "SET slug = version"},
    ),
    "ConditionalCheckFailedException": (
        "PutItem",
        {"TableName": POSTS, "Item": {"slug": {"S": "x"}}, "ConditionExpression": "attribute_exists(version)"},
    ),
}


@pytest.mark.parametrize("code", REFUSALS)
def test_refusals_read_as_botocores(code: str, dynamodb: Any, shared_dax: DaxProcess) -> None:
    cluster = DaxCluster(shared_dax.endpoint, "eu-north-1")
    operation, request = REFUSALS[code]
    with pytest.raises(ClientError) as past_dax:
        dynamodb._make_api_call(operation, request)
    with pytest.raises(ClientError) as through_dax:
        cluster.ask(operation, request)
    cluster.close()
    refusal = through_dax.value.response
    assert refusal["Error"]["Code"] == past_dax.value.response["Error"]["Code"] == code
    assert refusal["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert type(through_dax.value) is ClientError


def test_over_tls_only_a_certificate_that_is_trusted(
    tmp_path: Path,
    dynamodb: Any,
    start_dax: Callable[..., DaxProcess],
    monkeypatch: pytest.MonkeyPatch,
    key: dict[str, Any],
) -> None:
    certificate = tmp_path / "localhost.pem"
    certificate.write_bytes(signed_by_itself("localhost"))
    dax = start_dax(certificate=certificate)
    assert dax.endpoint.startswith("daxs://")
    stranger = DaxCluster(dax.endpoint, "eu-north-1")
    with pytest.raises(DaxTrouble):
        stranger.ask("GetItem", {"TableName": POSTS, "Key": key})
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    trusting = DaxCluster(dax.endpoint, "eu-north-1")
    trusting.ask("PutItem", {"TableName": POSTS, "Item": {**key, "a": {"S": "b"}}})
    assert trusting.ask("GetItem", {"TableName": POSTS, "Key": key})["Item"] == {**key, "a": {"S": "b"}}
    trusting.close()


def signed_by_itself(name: str) -> bytes:
    secret = ec.generate_private_key(ec.SECP256R1())
    named, now = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]), datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(named)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(secret, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return certificate.public_bytes(encoding) + secret.private_bytes(encoding, *plain)


@pytest.mark.parametrize("said", [b"GET / HTTP/1.1\r\n\r\n", b"\x63abc\x00\xf6\xa0\x00", b""])
def test_whoever_speaks_otherwise_is_let_go(said: bytes, shared_dax: DaxProcess) -> None:
    with socket.create_connection(("127.0.0.1", shared_dax.port), timeout=5) as caller:
        caller.sendall(said)
        caller.shutdown(socket.SHUT_WR)
        assert caller.recv(1) == b""


def test_a_cluster_that_refuses_is_trouble(start_dax: Callable[..., DaxProcess], key: dict[str, Any]) -> None:
    dax = start_dax()
    assert dax.tell("refusing") == "refusing"
    with pytest.raises(DaxTrouble):
        DaxCluster(dax.endpoint, "eu-north-1").ask("GetItem", {"TableName": POSTS, "Key": key})


def test_it_dies_when_it_is_told_to(start_dax: Callable[..., DaxProcess]) -> None:
    dax = start_dax()
    assert dax.tell("die") == ""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", dax.port), timeout=5)


def test_one_that_says_nothing_is_not_waited_for(
    start_dax: Callable[..., DaxProcess], monkeypatch: pytest.MonkeyPatch
) -> None:
    dax = start_dax()
    monkeypatch.setattr(process, "ANSWER_SECONDS", 0.5)
    # Stopped by the system, with all its threads, it neither answers nor ends.
    child = dax._running()
    child.send_signal(signal.SIGSTOP)
    _, status = os.waitpid(child.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    assert dax.tell("counts") == ""


def test_what_a_client_has_learnt_of_names_holds_after_a_restart(
    start_dax: Callable[..., DaxProcess], dynamodb: Any, key: dict[str, Any]
) -> None:
    # Given a client that knows the number of its item's attribute names
    dax = start_dax()
    with closing(DaxCluster(dax.endpoint, "eu-north-1")) as old, closing(DaxCluster(dax.endpoint, "eu-north-1")) as new:
        before = {"TableName": POSTS, "Item": {**key, "a": {"S": "1"}, "b": {"S": "2"}}}
        old.ask("PutItem", before)
        old.ask("GetItem", {"TableName": POSTS, "Key": key})

        # When the cluster starts again, and another client is the first to name attributes
        dax.kill()
        dax.start()
        item = {**key, "c": {"S": "3"}, "d": {"S": "4"}}
        new.ask("PutItem", {"TableName": POSTS, "Item": item})

        # Then the first takes no names for others, neither when it reads nor when it writes
        assert asked_in_vain_at_first(old, {"TableName": POSTS, "Key": key})["Item"] == item
        old.ask("PutItem", before)
        assert dynamodb.get_item(TableName=POSTS, Key=key, ConsistentRead=True)["Item"] == before["Item"]


def asked_in_vain_at_first(cluster: DaxCluster, request: dict[str, Any]) -> dict[str, Any]:
    """Ask a cluster until the client has noticed that it is there again."""
    deadline = time.monotonic() + 20
    while True:
        try:
            return cluster.ask("GetItem", request)
        except DaxTrouble:
            assert time.monotonic() < deadline, "the client does not come back"
            time.sleep(0.1)


def test_a_port_that_is_taken_is_said_at_once(environment: dict[str, str], shared_dax: DaxProcess) -> None:
    second = DaxProcess(environment)
    second.port = shared_dax.port
    with pytest.raises(DaxFailedError):
        second.start()
