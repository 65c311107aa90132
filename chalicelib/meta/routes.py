"""The routes that describe the API."""

from collections.abc import Iterable
from typing import Any

import msgspec

from chalicelib.settings import settings
from chalicelib.web.endpoints import Endpoint
from chalicelib.web.http import Reply, Request
from chalicelib.web.routes import Routes

TITLE = "MyTodoList & MyBlog"
VERSION = "0.1.0"
_AN_HOUR = "public, max-age=3600"


class Health(msgspec.Struct, frozen=True):
    """The API answers."""

    status: str
    stage: str


def describing(others: Iterable[Routes]) -> Routes:
    """Routes that describe the `others` and themselves."""
    routes = Routes(__name__)

    @routes.endpoint("GET", "/health", returns={200: Health}, private=False, cache_control="no-store")
    def health(_: Request) -> Reply:
        """Say that the API answers."""
        return Reply(200, Health("ok", settings().stage))

    @routes.endpoint("GET", "/openapi.json", returns={200: {"type": "object"}}, private=False, cache_control=_AN_HOUR)
    def openapi_document(_: Request) -> Reply:
        """Describe the API by OpenAPI 3.1."""
        return Reply(200, describe([endpoint for each in (*others, routes) for endpoint in each.endpoints]))

    return routes


def describe(endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    """Build the OpenAPI document of this stage."""
    from chalicelib.web import openapi  # noqa: PLC0415 - one route of all needs it

    return openapi.document(endpoints, title=TITLE, version=VERSION, server=settings().api_url)
