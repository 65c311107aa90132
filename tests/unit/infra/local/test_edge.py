"""The edge's own door: loopback names, AWS's services for its own pages, and invalidations for holders of the key."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from infra.local.edge.app import Application
from infra.local.edge.aws_services import INVALIDATIONS, AwsServices
from infra.local.edge.cache import Cache
from infra.local.edge.messages import Request, Response
from infra.local.edge.settings import EdgeSettings

BUCKET = {
    "bucket": "site",
    "region": "us-east-1",
    "endpoint": "http://engine",
    "access_key": "LKIA1",
    "secret_key": "secret",
}
MEDIA, OWN_ORIGIN = "media-bucket", "http://127.0.0.1:9000"
SETTINGS = EdgeSettings(
    "http://api", "http://engine", BUCKET, (MEDIA,), ("http://127.0.0.1:8081",), "http://engine/_local/mail", "token"
)
TARGET = "AWSCognitoIdentityProviderService.InitiateAuth"
BATCH = (
    '<InvalidationBatch xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/">'
    "<Paths><Quantity>2</Quantity><Items><Path>/blog/</Path><Path>/api/posts?*</Path></Items></Paths>"
    "<CallerReference>1</CallerReference></InvalidationBatch>"
)


class Mails(httpx.AsyncByteStream):
    """A body that is read as it comes."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b'{"messages": [{"subject": "first"}, {"subject": "second"}]}'


class Engine:
    """An engine that keeps what it is asked."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return httpx.Response(200, stream=Mails())


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def cache() -> Cache:
    kept = Cache(lambda: 0.0)
    for target in ("/blog/", "/blog/one/index.html", "/api/posts", "/api/posts?tag=a"):
        kept.keep((target,), Response([], 200), 60)
    return kept


def ask(engine: Engine, cache: Cache, request: Request) -> Response | None:
    async def asked() -> Response | None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(engine.answer)) as http:
            return await AwsServices(http, SETTINGS, cache).answer(request)

    return asyncio.run(asked())


def request(method: str, path: str, body: bytes = b"", **headers: str) -> Request:
    named = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return Request([("host", "127.0.0.1:9000"), *named], method, path, "", body)


def signed(body: bytes, secret: str = BUCKET["secret_key"]) -> Request:
    made = AWSRequest("POST", f"http://127.0.0.1:9000{INVALIDATIONS}", {"host": "127.0.0.1:9000"}, body)
    SigV4Auth(Credentials("LKIA1", secret), "cloudfront", "us-east-1").add_auth(made)
    headers = [(name.lower(), str(value)) for name, value in made.headers.items()]
    return Request(headers, "POST", INVALIDATIONS, "", body)


@pytest.mark.parametrize(
    "sent",
    [
        request("POST", "/", b"{}", x_amz_target=TARGET, origin=OWN_ORIGIN, authorization="signed"),
        request("POST", "/", b"{}", x_amz_target="DynamoDB_20120810.Query"),
        request("PUT", f"/{MEDIA}/users/1/photo", b"photo", origin="http://127.0.0.1:8081"),
    ],
    ids=lambda sent: sent.target,
)
def test_a_browsers_calls_of_aws_reach_the_engine_as_they_were_signed(
    engine: Engine, cache: Cache, sent: Request
) -> None:
    answer = ask(engine, cache, sent)
    assert answer is not None
    (asked,) = engine.asked
    assert (asked.method, asked.url.raw_path.decode(), asked.content) == (sent.method, sent.path, sent.body)
    assert (asked.headers["host"], asked.headers.get("authorization", "")) == (
        "127.0.0.1:9000",
        sent.header("authorization"),
    )
    assert "origin" not in asked.headers


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:3000", "null", "http://localhost:9000"])
def test_pages_of_other_origins_reach_no_service(engine: Engine, cache: Cache, origin: str) -> None:
    for sent in (
        request("POST", "/", b"{}", x_amz_target=TARGET, origin=origin),
        request("GET", f"/{MEDIA}/users/1/photo", origin=origin),
        request("GET", "/mailbox/", accept="application/json", origin=origin),
        request("POST", INVALIDATIONS, origin=origin),
    ):
        answer = ask(engine, cache, sent)
        assert answer is not None
        assert answer.status == 403
    assert engine.asked == []


@pytest.mark.parametrize(
    "sent",
    [
        request("GET", "/", x_amz_target=TARGET),
        request("POST", "/", x_amz_target="Lambda_20150331.Invoke"),
        request("POST", "/other", x_amz_target=TARGET),
        request("GET", "/another-bucket/key"),
        request("GET", "/mailbox/", accept="text/html"),
        request("GET", INVALIDATIONS),
    ],
    ids=str,
)
def test_the_rest_is_the_distributions(engine: Engine, cache: Cache, sent: Request) -> None:
    assert ask(engine, cache, sent) is None


def test_the_mailbox_shows_the_newest_mail_first(engine: Engine, cache: Cache) -> None:
    answer = ask(engine, cache, request("GET", "/mailbox/", accept="application/json"))
    assert answer is not None
    assert answer.body.index(b"second") < answer.body.index(b"first")
    assert engine.asked[0].headers["x-engine-token"] == "token"


def test_an_invalidation_drops_the_copies_that_it_names(engine: Engine, cache: Cache) -> None:
    answer = ask(engine, cache, signed(BATCH.encode()))
    assert answer is not None
    assert answer.status == 201
    assert [
        target
        for target in ("/blog/", "/blog/one/index.html", "/api/posts", "/api/posts?tag=a")
        if cache.find((target,))
    ] == [
        "/blog/one/index.html",
        "/api/posts",
    ]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (lambda: signed(BATCH.encode(), secret="another"), 403),
        (lambda: request("POST", INVALIDATIONS, BATCH.encode()), 403),
        (lambda: signed(b"<not xml"), 400),
        (lambda: signed(BATCH.replace("/blog/", "blog").encode()), 400),
    ],
)
def test_a_wrong_invalidation_drops_nothing(
    engine: Engine, cache: Cache, sent: Callable[[], Request], status: int
) -> None:
    # A signature is good for five minutes, and tests are collected long before the last one runs.
    answer = ask(engine, cache, sent())
    assert answer is not None
    assert answer.status == status
    assert cache.find(("/blog/",)) is not None


def test_a_body_that_was_not_signed_drops_nothing(engine: Engine, cache: Cache) -> None:
    sent = signed(BATCH.encode())
    answer = ask(engine, cache, Request(sent.headers, "POST", sent.path, "", sent.body.replace(b"/blog/", b"/*")))
    assert answer is not None
    assert answer.status == 403


@pytest.mark.parametrize(
    ("hosts", "status"),
    [
        (["127.0.0.1:9000"], 301),
        (["localhost"], 301),
        (["[::1]:8080"], 301),
        (["evil.example"], 403),
        (["127.0.0.1.evil.example"], 403),
        (["localhost", "evil.example"], 403),
        ([], 403),
    ],
)
def test_the_edge_answers_to_loopback_names_alone(hosts: list[str], status: int) -> None:
    sent: list[Any] = []
    scope = {
        "type": "http",
        "method": "GET",
        "raw_path": b"/blog",
        "query_string": b"",
        "headers": [(b"host", host.encode()) for host in hosts],
        "client": ("127.0.0.1", 1),
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    async def asked() -> None:
        application = Application(SETTINGS)
        await application(scope, receive, send)
        await application.close()

    asyncio.run(asked())
    assert sent[0]["status"] == status
