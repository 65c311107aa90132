"""The origins on this machine: the site bucket on the engine, and the API that `chalice local` serves."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import httpx
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from infra.local.edge.messages import Request, Response, end_to_end, plain

# CloudFront's own default for an origin.
SECONDS = 30.0


class Origin(Protocol):
    """Answers the edge's requests."""

    async def answer(self, request: Request) -> Response:
        """Return its answer; one that cannot be reached is a 502, one that is too slow a 504."""


def client() -> httpx.AsyncClient:
    """Return a client that asks this machine alone and leaves bodies as they are."""
    limits = httpx.Limits(max_connections=100, max_keepalive_connections=20)
    return httpx.AsyncClient(timeout=httpx.Timeout(SECONDS, connect=5), trust_env=False, limits=limits)


async def send(http: httpx.AsyncClient, base: str, request: Request) -> Response:
    """Send a request to an address as it is, and return the answer as it is."""
    url = httpx.URL(base).copy_with(raw_path=request.target.encode("latin-1"))
    accepted = [] if request.header("accept-encoding") else [("accept-encoding", "identity")]
    # The length is that of the body that is sent on, and is said once.
    told = [pair for pair in [*request.headers, *accepted] if pair[0] != "content-length"]
    sent = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in told]
    sent = sent if any(name == b"host" for name, _ in sent) else [(b"host", url.netloc), *sent]
    # The client's own headers would come on top of these.
    outgoing = httpx.Request(request.method, url, headers=[], content=request.body or None)
    lengths = [(name, value) for name, value in outgoing.headers.raw if name.lower() == b"content-length"]
    outgoing.headers = httpx.Headers([*sent, *lengths])
    try:
        incoming = await http.send(outgoing, stream=True)
        try:
            body = b"".join([piece async for piece in incoming.aiter_raw()])
        finally:
            await incoming.aclose()
    except httpx.TimeoutException:
        return plain(504, "The origin took too long.")
    except httpx.HTTPError:
        return plain(502, "The origin does not answer.")
    return Response(end_to_end(incoming.headers.raw), incoming.status_code, body)


@dataclass(frozen=True)
class BucketOrigin:
    """The site bucket; `lists` says whether the edge may list it, as the bucket's policy has it."""

    http: httpx.AsyncClient
    access: Mapping[str, str]
    lists: bool

    async def answer(self, request: Request) -> Response:
        """Return an object, by a signed request, as an origin access control sends it."""
        url = f"{self.access['endpoint']}/{self.access['bucket']}{request.path}"
        # Objects do not depend on queries, and the signature is not to depend on what a viewer sent.
        signed = AWSRequest(request.method, url, {"host": httpx.URL(url).netloc.decode()})
        for name in ("if-none-match", "if-modified-since", "range"):
            if request.header(name):
                signed.headers[name] = request.header(name)
        credentials = Credentials(self.access["access_key"], self.access["secret_key"])
        S3SigV4Auth(credentials, "s3", self.access["region"]).add_auth(signed)
        headers = [(name.lower(), str(value)) for name, value in signed.headers.items()]
        path = httpx.URL(url).raw_path.decode("latin-1")
        response = await send(self.http, self.access["endpoint"], Request(headers, request.method, path))
        if response.status == 404 and not self.lists:
            return plain(403, "Access denied: without s3:ListBucket S3 does not say whether an object exists.")
        # S3 varies answers by Origin for buckets with CORS rules alone; the engine says so of every answer.
        return response.without("vary")


@dataclass(frozen=True)
class ApiOrigin:
    """A stage of API Gateway: the stage's name is the first part of its paths, and its host its only name."""

    http: httpx.AsyncClient
    url: str
    domain: str
    stage: str

    async def answer(self, request: Request) -> Response:
        """Return the API's answer; requests for another host or stage are not the API's."""
        prefix = f"/{self.stage}"
        if request.header("host") != self.domain or not f"{request.path}/".startswith(f"{prefix}/"):
            return Response([("content-type", "application/json")], 403, b'{"message":"Forbidden"}')
        inner = Request(
            request.without("host").headers,
            request.method,
            request.path.removeprefix(prefix) or "/",
            request.query,
            request.body,
        )
        return await send(self.http, self.url, inner)


@dataclass
class Recorder:
    """An origin that answers what it is told to, and keeps what it was asked, for tests."""

    response: Response
    asked: list[Request] = field(default_factory=list)

    async def answer(self, request: Request) -> Response:
        """Return the one answer."""
        self.asked.append(request)
        await asyncio.sleep(0)
        return self.response
