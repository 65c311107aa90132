"""What the edge answers beside the distribution, so that one address is enough for a browser.

On AWS, Cognito, DynamoDB, S3 and CloudFront's API have addresses of their own, and there is no mailbox. Requests for
the first three go to the engine as they are, their signatures hold for path and host. None of this is for pages of
other origins.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import httpx

from infra.local.edge.cache import Cache
from infra.local.edge.messages import Request, Response, plain
from infra.local.edge.origins import send
from infra.local.edge.settings import DISTRIBUTION, EdgeSettings
from infra.local.engine.guard import TOKEN_HEADER
from infra.local.gateway.signatures import Signatures

MAILBOX = "/mailbox/"
INVALIDATIONS = f"/2020-05-31/distribution/{DISTRIBUTION}/invalidation"
# The operations of these services that a browser calls are named by this header.
_TARGET = re.compile(r"(?:AWSCognitoIdentity(?:Provider)?Service|DynamoDB_20120810)\.[A-Za-z]+")
_NAMESPACE = "{http://cloudfront.amazonaws.com/doc/2020-05-31/}"


@dataclass(frozen=True)
class AwsServices:
    """The services, and the cache that CloudFront's API invalidates."""

    http: httpx.AsyncClient
    settings: EdgeSettings
    cache: Cache

    async def answer(self, request: Request) -> Response | None:
        """Answer a request for a service, or return None for one that is the distribution's."""
        service = self._service(request)
        if service is None:
            return None
        origin = request.header("origin")
        if origin and origin not in (f"http://{request.header('host')}", *self.settings.origins):
            return plain(403, "Pages of other origins may not ask AWS's services here.")
        if service == "mailbox":
            return await self._mails()
        if service == "invalidations":
            return self._invalidated(request)
        # The engine takes browsers from the addresses that it knows; this one may come by a forwarded port.
        return await send(self.http, self.settings.engine, request.without("origin"))

    def _service(self, request: Request) -> str | None:
        if request.method == "POST" and request.path == "/" and _TARGET.fullmatch(request.header("x-amz-target")):
            return "engine"
        if request.path.split("/")[1] in self.settings.own_buckets:
            return "engine"
        if request.path == MAILBOX and "application/json" in request.header("accept"):
            return "mailbox"
        return "invalidations" if request.method == "POST" and request.path == INVALIDATIONS else None

    async def _mails(self) -> Response:
        try:
            answer = await self.http.get(self.settings.mail_url, headers={TOKEN_HEADER: self.settings.mail_token})
            messages = answer.raise_for_status().json()["messages"]
        except httpx.HTTPError:
            return _json(503, {"messages": [], "error": "The AWS engine does not answer."})
        return _json(200, {"messages": list(reversed(messages))})

    def _invalidated(self, request: Request) -> Response:
        """Answer CreateInvalidation, to holders of the installation's key alone."""
        access = self.settings.bucket
        signatures = Signatures(access["access_key"], access["secret_key"], "us-east-1", service="cloudfront")
        headers = {name: request.header(name) for name, _ in request.headers}
        if not signatures.made("POST", request.target, headers, request.body):
            return plain(403, "An invalidation must be signed with the key of this installation.")
        paths = _paths(request.body)
        if not paths:
            return plain(400, "An invalidation names paths that begin with a slash.")
        self.cache.invalidate(paths)
        xml = (
            '<?xml version="1.0"?><Invalidation xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/">'
            "<Id>LOCAL</Id><Status>Completed</Status></Invalidation>"
        )
        return Response([("content-type", "text/xml")], 201, xml.encode())


def _paths(body: bytes) -> Sequence[str]:
    try:
        batch = ET.fromstring(body)  # noqa: S314 - it is signed by this installation's own key
    except ET.ParseError:
        return []
    found = [unquote(each.text or "") for each in batch.iter(f"{_NAMESPACE}Path")]
    return found if all(path.startswith("/") for path in found) else []


def _json(status: int, content: object) -> Response:
    headers = [("content-type", "application/json"), ("cache-control", "no-store"), ("vary", "Accept")]
    return Response(headers, status, json.dumps(content).encode())
