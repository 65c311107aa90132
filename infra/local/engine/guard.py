"""The engine's front door: which requests reach it at all.

A program on this machine may call the engine with a signature. A web page may call it only from an allowed
origin, whatever host name the page reached 127.0.0.1 by. The emulator's own `/_ministack/*` administration is
closed; `/_local/*` offers the three things the laptop cloud needs, reset and mail to holders of the token only.

Follows: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html (what a signed request is) and
the Fetch standard on `Host`, `Origin` and preflights.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol

from infra.local.engine import framing

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

TOKEN_HEADER = "x-engine-token"  # noqa: S105 - a header's name
_HOST = re.compile(r"(?:(?:[a-z0-9-]+\.)*localhost|(?:[a-z0-9-]+\.)*127\.0\.0\.1)(?::\d+)?")
# Custom resources report back with the random token CloudFormation gave them.
_CALLBACKS = ("/_ministack/cfn-response/", "/_ministack/cfn-signal/")
# Cognito's hosted sign-in: served for every pool, with a fixed one-time code and no lock-out.
_HOSTED_PAGES = re.compile(r"/(login|logout|oauth2/.*|saml2/.*)")
_ALLOWED = b"access-control-allow-origin"
_TOO_LARGE = {"__type": "RequestEntityTooLargeException", "message": "The body is larger than the engine takes."}
_OWN_CORS = "/_aws/execute-api/"


def admin_token(secret_key: str) -> str:
    """What `X-Engine-Token` must hold: known to whoever holds the root secret, and not the secret itself."""
    return hmac.new(secret_key.encode(), b"local engine administration", hashlib.sha256).hexdigest()


class Admin(Protocol):
    """What `/_local/*` does."""

    def health(self) -> object: ...

    def mail(self) -> list[dict[str, object]]: ...

    async def reset(self) -> None: ...


class Guard:
    """An ASGI application that lets through what may pass to `app`, and answers `/_local/*` itself."""

    def __init__(self, app: App, admin: Admin, *, origins: frozenset[str], token: str) -> None:
        self._app = app
        self._admin = admin
        self._origins = origins
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = _headers(scope)
        origin = headers.get("origin")
        refusal = self._refusal(scope, headers, origin)
        if refusal is not None:
            await answer(send, 403, {"__type": "AccessDeniedException", "message": refusal})
            return
        unclear = framing.unclear(scope)
        if unclear is not None:
            await answer(send, 400, {"__type": "InvalidRequest", "message": unclear})
            return
        most = framing.most_bytes(headers, scope["query_string"])
        if int(headers.get("content-length", "0")) > most:
            await answer(send, 413, _TOO_LARGE)
            return
        try:
            await self._admitted(scope, headers, framing.bounded(receive, most), send)
        except framing.BodyTooLargeError:
            await answer(send, 413, _TOO_LARGE)

    async def _admitted(self, scope: Scope, headers: dict[str, str], receive: Receive, send: Send) -> None:
        if scope["path"].startswith("/_local/"):
            await self._local(scope, headers, send)
        elif scope["path"].startswith(_OWN_CORS) or ".execute-api." in headers["host"]:
            await self._app(scope, receive, send)
        else:
            await self._app(scope, receive, _for_caller(send, headers))

    def _refusal(self, scope: Scope, headers: dict[str, str], origin: str | None) -> str | None:
        if not _HOST.fullmatch(headers.get("host", "").lower()):
            return "The engine answers only to loopback host names."
        if origin is not None and origin not in self._origins:
            return "This origin may not call the engine."
        path = scope["path"]
        if path.startswith(("/_ministack/", "/_localstack/")) and not path.startswith(_CALLBACKS):
            return "The emulator's own administration is closed."
        if _HOSTED_PAGES.fullmatch(path):
            return "The hosted sign-in pages are closed."
        return None

    async def _local(self, scope: Scope, headers: dict[str, str], send: Send) -> None:
        request = (scope["method"], scope["path"])
        if request == ("GET", "/_local/health"):
            await answer(send, 200, self._admin.health())
        elif not hmac.compare_digest(headers.get(TOKEN_HEADER, "").encode(), self._token.encode()):
            await answer(send, 403, {"message": f"{TOKEN_HEADER} is missing or wrong."})
        elif request == ("GET", "/_local/mail"):
            await answer(send, 200, {"messages": self._admin.mail()})
        elif request == ("POST", "/_local/reset"):
            await self._admin.reset()
            await answer(send, 200, {"reset": True})
        else:
            await answer(send, 404, {"message": "No such endpoint."})


async def answer(send: Send, status: int, body: object) -> None:
    payload = json.dumps(body).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(payload)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": payload})


def _headers(scope: Scope) -> dict[str, str]:
    """Header values by lower-case name; a name sent twice is joined, so a second Host never passes."""
    found: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _for_caller(send: Send, headers: dict[str, str]) -> Send:
    """Name the allowed caller where the emulator's CORS answer says `*`; no browser, no CORS answer.

    DynamoDB and Cognito let pages read their refusals too; the emulator's own say nothing of origins.
    """
    exact = {
        _ALLOWED: headers.get("origin", "").encode("latin-1"),
        b"access-control-allow-headers": headers.get("access-control-request-headers", "").encode("latin-1"),
    }

    async def reply(message: Message) -> None:
        if message["type"] == "http.response.start":
            named = [
                (name, exact.get(name.lower(), value) if value == b"*" else value) for name, value in message["headers"]
            ]
            kept = [(name, value) for name, value in named if value or name.lower() not in exact]
            if "origin" in headers and "x-amz-target" in headers and all(name.lower() != _ALLOWED for name, _ in kept):
                kept.append((_ALLOWED, exact[_ALLOWED]))
            message = {**message, "headers": [*kept, (b"vary", b"Origin")]}
        await send(message)

    return reply
