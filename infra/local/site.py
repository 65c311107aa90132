"""Serves the built site, /config.json and the mailbox on 127.0.0.1, as S3 behind CloudFront would.

`python -m infra.local.site --port 8080`; SITE_SETTINGS names the file with everything it needs to know.
"""

import argparse
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from infra.edge_settings import ELSEWHERE, keeping
from infra.local.engine.guard import TOKEN_HEADER
from infra.local.site_bucket import SiteBucket

CONFIG = "/config.json"


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """What the site serves; `mail_url` and `mail_token` reach the engine's sent mails."""

    files: Path
    config: Mapping[str, Any]
    mail_url: str
    mail_token: str
    bucket: Mapping[str, str]

    @classmethod
    def load(cls, path: Path) -> "SiteSettings":
        """Read the settings that the supervisor wrote."""
        stored = json.loads(path.read_text(encoding="utf-8"))
        return cls(Path(stored.pop("files")), **stored)

    def content_security_policy(self) -> str:
        """Scripts, styles and fonts from here alone; calls to the API and the engine."""
        endpoints = (self.config[f"{service}_endpoint"] for service in ("s3", "user_pool", "dynamodb"))
        engine = " ".join(dict.fromkeys(filter(None, endpoints)))
        return "; ".join(
            (
                "default-src 'none'",
                "script-src 'self'",
                "style-src 'self'",
                "font-src 'self'",
                "manifest-src 'self'",
                "worker-src 'self'",
                "frame-src 'self'",
                f"img-src 'self' blob: data: {engine}",
                f"connect-src 'self' {self.config['api']} {engine}",
                "base-uri 'none'",
                "form-action 'self'",
                "frame-ancestors 'none'",
            )
        )


class SiteHeaders:
    """Adds to every answer what CloudFront's response-headers policy adds."""

    def __init__(self, app: ASGIApp, policy: str) -> None:
        self._app = app
        self._headers = {
            b"content-security-policy": policy.encode(),
            b"cross-origin-opener-policy": b"same-origin",
            b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
            b"referrer-policy": b"strict-origin-when-cross-origin",
            b"x-content-type-options": b"nosniff",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                names = {name.lower() for name, _ in message["headers"]}
                message["headers"] += [pair for pair in self._headers.items() if pair[0] not in names]
            await send(message)

        await self._app(scope, receive, with_headers)


class SitePaths:
    """Makes leading slashes one slash and redirects paths of custom, as CloudFront's function CleanUrls does."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            # A redirect to //host would lead to another host.
            scope["path"] = path = "/" + scope["path"].lstrip("/\\")
            if elsewhere := ELSEWHERE.get(path):
                found = RedirectResponse(elsewhere, HTTPStatus.FOUND, headers={"Cache-Control": "max-age=300"})
                await found(scope, receive, send)
                return
        await self._app(scope, receive, send)


class SiteFiles(StaticFiles):
    """The build, with hashed assets for ever and pages fresh each time; then what the application has written."""

    def __init__(self, directory: Path, bucket: SiteBucket) -> None:
        super().__init__(directory=directory, html=True)
        self._bucket = bucket

    async def get_response(self, path: str, scope: Scope) -> Response:
        if "\0" in path:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        try:
            built = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != HTTPStatus.NOT_FOUND:
                raise
            built = Response("Not found", HTTPStatus.NOT_FOUND, media_type="text/plain")
        if built.status_code != HTTPStatus.NOT_FOUND:
            return built
        return await self._bucket.response(Request(scope)) or built

    def file_response(self, full_path: Any, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401 - Starlette's own
        response = super().file_response(full_path, *args, **kwargs)
        path = Path(full_path).relative_to(Path(str(self.directory)).resolve()).as_posix()
        response.headers["Cache-Control"] = keeping(f"/{path}").cache_control
        return response


def application(settings: SiteSettings) -> Starlette:
    """Build the site."""

    async def config(_: Request) -> Response:
        return JSONResponse(dict(settings.config), headers={"Cache-Control": keeping(CONFIG).cache_control})

    async def mailbox(request: Request) -> Response:
        if "application/json" not in request.headers.get("accept", ""):
            page = settings.files / "mailbox" / "index.html"
            return FileResponse(page, headers={"Cache-Control": keeping("/mailbox/").cache_control, "Vary": "Accept"})
        return await _mails(settings)

    return Starlette(
        routes=[
            Route(CONFIG, config),
            Route("/mailbox/", mailbox),
            Mount("/", SiteFiles(settings.files, SiteBucket(settings.bucket))),
        ],
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"], www_redirect=False),
            Middleware(SiteHeaders, policy=settings.content_security_policy()),
            Middleware(SitePaths),
            Middleware(GZipMiddleware, minimum_size=500),
        ],
    )


async def _mails(settings: SiteSettings) -> Response:
    async with httpx.AsyncClient(timeout=5) as client:
        try:
            answer = await client.get(settings.mail_url, headers={TOKEN_HEADER: settings.mail_token})
            answer.raise_for_status()
        except httpx.HTTPError:
            return JSONResponse({"messages": [], "error": "The AWS engine does not answer."}, status_code=503)
    newest_first = list(reversed(answer.json()["messages"]))
    return JSONResponse({"messages": newest_first}, headers={"Cache-Control": "no-store", "Vary": "Accept"})


def main(arguments: list[str]) -> int:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.site", description="The laptop's site.")
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args(arguments).port
    settings = SiteSettings.load(Path(os.environ["SITE_SETTINGS"]))
    uvicorn.run(application(settings), host="127.0.0.1", port=port, log_level="warning", access_log=False)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
