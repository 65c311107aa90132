"""The edge over HTTP: an ASGI application for viewers on this machine."""

import re
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

from infra.local.edge.aws_services import AwsServices
from infra.local.edge.distribution import distribution
from infra.local.edge.edge import Edge
from infra.local.edge.lambda_function import LambdaFunction
from infra.local.edge.messages import Request, Response, end_to_end, plain
from infra.local.edge.origins import ApiOrigin, BucketOrigin, Origin, client
from infra.local.edge.settings import API_DOMAIN, API_STAGE, TEMPLATE, EdgeSettings
from infra.local.edge.template import read, resources

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MOST_BODY_BYTES = 100 * 1024 * 1024
# A name that was pointed at this machine must not make a page of its own one of ours.
_LOOPBACK = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?")


class Application:
    """Answers requests for a loopback name; the edge and its services are made when the server starts."""

    def __init__(self, settings: EdgeSettings, template: Path = TEMPLATE) -> None:
        self._settings = settings
        known = {**settings.parameters(), "SiteBucket": settings.bucket["bucket"]}
        self._distribution = distribution(resources(read(template), known, settings.bucket["region"]))
        self._http = client()
        origins: dict[str, Origin] = {
            "site": BucketOrigin(self._http, settings.bucket, self._distribution.lists_bucket),
            "api": ApiOrigin(self._http, settings.api, API_DOMAIN, API_STAGE),
        }
        self._functions = {
            name: LambdaFunction(origin.function, settings.function_environment())
            for name, origin in self._distribution.origins.items()
            if origin.function is not None
        }
        origins |= self._functions
        self._edge = Edge(self._distribution, origins)
        self._services = AwsServices(self._http, settings, self._edge.cache)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or follow the server's life."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await _send(send, scope["method"], await self._answer(scope, receive))
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def close(self) -> None:
        """End what runs."""
        await self._edge.close()
        for function in self._functions.values():
            await function.close()
        await self._http.aclose()

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        headers = end_to_end(scope["headers"])
        host = [value for name, value in headers if name == "host"]
        if len(host) != 1 or not _LOOPBACK.fullmatch(host[0].lower()):
            return plain(403, "This machine's edge answers to loopback names alone.")
        body = await _body(receive)
        if body is None:
            return plain(413, "The request is too large.")
        path, query = scope["raw_path"].decode("latin-1"), scope["query_string"].decode("latin-1")
        address = (scope.get("client") or ("127.0.0.1", 0))[0]
        request = Request(headers, scope["method"], path, query, body, address)
        if not path.startswith("/"):
            return plain(400, "The path must begin with a slash.")
        return await self._services.answer(request) or await self._edge.answer(request)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                await self.close()
                await send({"type": "lifespan.shutdown.complete"})
                return
            await send({"type": "lifespan.startup.complete"})


async def _body(receive: Receive) -> bytes | None:
    pieces, length = [], 0
    while True:
        message = await receive()
        pieces.append(message.get("body", b""))
        length += len(pieces[-1])
        if length > MOST_BODY_BYTES:
            return None
        if not message.get("more_body", False):
            return b"".join(pieces)


async def _send(send: Send, method: str, response: Response) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
    if response.status not in (204, 304) and method != "HEAD":
        headers.append((b"content-length", str(len(response.body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else response.body})
