"""Bodies that would grow, headers that were not signed, and headers sent twice."""

import gzip
import socket
import urllib.parse
from dataclasses import replace

import pytest
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest

from infra.local.engine import framing
from infra.local.engine.calls.bodies import MOST_INFLATED
from tests.attacks.conftest import MINE, Laptop
from tests.attacks.requests import REGION, Caller, Wire, operation

OWN = f"/attacked/users/{MINE}/photo"


def test_a_body_that_grows_is_not_inflated(laptop: Laptop, wire: Wire, without_keys: Caller) -> None:
    # Given 64 MB that are 64 KB in gzip
    bomb = gzip.compress(bytes(64 * 1024 * 1024), compresslevel=9)
    # When they are sent without a key, to an operation that may be compressed and to others
    for asked in (
        operation("cloudwatch", "PutMetricData"),
        operation("dynamodb", "GetItem"),
        operation("cognito-idp", "InitiateAuth"),
        operation("sts", "GetCallerIdentity"),
    ):
        answer = wire.send(without_keys, replace(asked.with_headers(Content_Encoding="gzip"), body=bomb))
        # Then they are refused before any key is asked for
        assert answer.status in (400, 413), answer.text


def test_what_may_be_compressed_may_be_compressed(laptop: Laptop, wire: Wire) -> None:
    # Given metrics of more than 10 KB, which AWS's clients compress
    metrics = [{"MetricName": f"metric-{number}", "Value": 1.0} for number in range(500)]
    # Then the engine takes them
    laptop.client("cloudwatch").put_metric_data(Namespace="attacks", MetricData=metrics)
    assert len(str(metrics)) < MOST_INFLATED


def test_a_body_is_never_larger_than_said(laptop: Laptop, wire: Wire) -> None:
    headers = {"Content-Type": "application/x-amz-json-1.0", "Content-Length": str(framing.MOST_UNSIGNED_BYTES + 1)}
    with socket.create_connection(("127.0.0.1", wire.port), timeout=10) as connection:
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        connection.sendall(f"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n{lines}\r\n".encode())
        assert connection.recv(64).startswith(b"HTTP/1.1 413")


def test_a_body_without_a_length_is_counted(laptop: Laptop, wire: Wire) -> None:
    piece = b"%x\r\n" % (1024 * 1024) + bytes(1024 * 1024) + b"\r\n"
    with socket.create_connection(("127.0.0.1", wire.port), timeout=10) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(framing.MOST_UNSIGNED_BYTES // (1024 * 1024) + 1):
            connection.sendall(piece)
        assert connection.recv(64).startswith(b"HTTP/1.1 413")


def presigned(caller: Caller, wire: Wire, method: str, path: str, headers: dict[str, str] | None = None) -> str:
    """The target of a presigned URL that covers these headers."""
    request = AWSRequest(method, f"http://127.0.0.1:{wire.port}{path}", headers=headers or {})
    S3SigV4QueryAuth(caller.keys, "s3", REGION, expires=60).add_auth(request)
    parts = urllib.parse.urlsplit(str(request.url))
    return f"{parts.path}?{parts.query}"


@pytest.mark.parametrize("header", ["x-amz-copy-source", "x-amz-acl", "x-amz-tagging", "x-amz-meta-owner"])
def test_a_presigned_url_takes_no_header_that_it_does_not_cover(
    header: str, laptop: Laptop, wire: Wire, person: Caller
) -> None:
    # Given a presigned URL for an object of one's own
    url = presigned(person, wire, "PUT", OWN)
    value = f"/attacked/users/{MINE}/one" if header == "x-amz-copy-source" else "private"
    # When a header is added to it
    answer = wire.raw("PUT", url, {header: value}, b"")
    # Then it is refused as S3 does, and without the header it is taken
    assert answer.status == 403
    assert "<Code>AccessDenied</Code>" in answer.text
    assert f"<HeadersNotSigned>{header}</HeadersNotSigned>" in answer.text
    assert wire.raw("PUT", url, {}, b"a photo").status == 200
    signed = presigned(person, wire, "PUT", OWN, {header: value})
    assert header == "x-amz-copy-source" or wire.raw("PUT", signed, {header: value}, b"x").status == 200


@pytest.mark.parametrize("header", ["x-amz-copy-source", "x-amz-acl"])
def test_a_signature_in_a_header_covers_them_too(header: str, laptop: Laptop, wire: Wire, person: Caller) -> None:
    asked = replace(operation("s3", "PutObject"), path=OWN, body=b"x")
    headers = person.signed(asked, wire.port)
    assert wire.raw("PUT", OWN, {**headers, header: "/attacked/private/one"}, b"x").status == 403
    assert wire.raw("PUT", OWN, headers, b"x").status == 200


@pytest.mark.parametrize(
    "name", ["Authorization", "X-Amz-Target", "X-Amz-Date", "X-Amz-Security-Token", "Content-Type"]
)
def test_a_header_that_says_who_or_what_is_sent_once(name: str, laptop: Laptop, wire: Wire, person: Caller) -> None:
    # Given a signed request
    asked = operation("dynamodb", "Query", {"TableName": MINE})
    headers = {**person.signed(asked, wire.port), "Host": f"127.0.0.1:{wire.port}"}
    lines = "".join(f"{each}: {value}\r\n" for each, value in headers.items())
    # When one of its headers is there twice
    with socket.create_connection(("127.0.0.1", wire.port), timeout=10) as connection:
        connection.sendall(f"POST / HTTP/1.1\r\n{lines}{name.lower()}: x\r\n\r\n".encode() + asked.body)
        # Then it is refused
        assert connection.recv(64).startswith(b"HTTP/1.1 400")
