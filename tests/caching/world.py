"""The whole read path in one process: browsers, CloudFront, the stage cache, the application, DAX, and the site."""

import copy
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore.session
import msgspec

from app import app, blueprints
from chalicelib.blog.copies import StageAndEdge
from chalicelib.blog.events import on_posts_changed
from chalicelib.settings import settings
from chalicelib.store.dax import DaxFirst
from chalicelib.store.freshness import fresh_reads
from chalicelib.web.cors import headers_for
from infra.cache_settings import ROUTES, Kept, Route
from infra.edge_settings import API, BEHAVIOURS, Keeping, keeping
from infra.local.gateway.signatures import Signatures
from infra.local.gateway.stage_cache import RefreshRefusedError, StageCache
from tests.caching.cluster import Cluster
from tests.caching.layers import Answer, Browser, Edge, Headers
from tests.support.api import Api
from tests.support.api import Context as LambdaContext
from tests.support.seam import Around
from tests.support.site import MemorySite
from tests.unit.conftest import moto_tables

PEOPLE = {"ada": "6f1a7c1e-0000-4000-8000-00000000ada0", "bob": "0b0b0b0b-0000-4000-8000-00000000b0b0"}
DEVICES, ORIGINS = ("phone", "shared"), ("", "https://other.example.test")
PRIVATE = {(each.method, each.path) for routes in blueprints for each in routes.endpoints if each.private}
HOST = "abc.execute-api.eu-north-1.amazonaws.com"


@dataclass(frozen=True)
class Setup:
    """How the layers are set up; the defaults are the project's own."""

    routes: Mapping[Route, Kept | None] = field(default_factory=lambda: ROUTES)
    behaviours: Sequence[tuple[str, Keeping]] = BEHAVIOURS
    plain_reads: bool = True
    anybody_refreshes: bool = False
    # What the function forgets to refresh, by path, and what it does not tell CloudFront of.
    skipped: Callable[[str], bool] = lambda _: False
    untold: Callable[[str], bool] = lambda _: False
    # What an answer says of caching, by its path.
    says: Mapping[str, str] = field(default_factory=dict)
    # How the application asks DAX.
    dax: type[DaxFirst] = DaxFirst


_READ: dict[str, dict[str, Any]] = {}


class Remembering(Around):
    """Reads what was read since the last write from memory: the database itself has not changed, and is slow."""

    def _make_api_call(self, operation_name: str, operation_kwargs: Mapping[str, Any]) -> dict[str, Any]:
        if operation_name not in ("GetItem", "Query"):
            _READ.clear()
            return super()._make_api_call(operation_name, operation_kwargs)
        name = json.dumps([operation_name, operation_kwargs], sort_keys=True)
        if name not in _READ:
            _READ[name] = super()._make_api_call(operation_name, operation_kwargs)
        return copy.deepcopy(_READ[name])


class Seam(Around):
    """Behind all models: DynamoDB, until a world puts its DAX before it."""

    first: DaxFirst | None = None

    def _make_api_call(self, operation_name: str, operation_kwargs: Mapping[str, Any]) -> dict[str, Any]:
        return (self.first or self.inner)._make_api_call(operation_name, operation_kwargs)


class World:
    """Everything, at a time of its own; `tables` are empty ones to begin with. With a seam there is a DAX."""

    def __init__(self, tables: Any, setup: Setup | None = None, seam: Seam | None = None) -> None:
        moto_tables(tables)
        _READ.clear()
        self._setup = setup or Setup()
        self.now = 0.0
        if seam is not None:
            cached = {settings().posts_table, settings().post_tags_table}
            seam.first = self._setup.dax(seam.inner, Cluster(seam.inner, lambda: self.now), cached)
        self.site = MemorySite()
        signing = botocore.session.get_session().get_credentials()
        signatures = Signatures(signing.access_key, signing.secret_key, settings().aws_region)
        permits = (lambda *_: True) if self._setup.anybody_refreshes else signatures.made
        self._stage = StageCache(permits, self._setup.routes, lambda: self.now)
        plain = self._setup.plain_reads
        self.edge = Edge(self.origin, lambda: self.now, self._setup.behaviours, plain_reads=plain)
        self.browsers = {name: Browser(self.edge.get, lambda: self.now) for name in DEVICES}
        stage = msgspec.structs.replace(
            settings(),
            stage_cache_url=f"https://{HOST}{API}",
            distribution_id="E1",
            api_url=f"https://site.example.test{API}",
            allowed_origins=ORIGINS[1:],
        )
        self._copies = StageAndEdge(stage, self._refresh, self._invalidate)
        self._records = 0

    def ask(self, layer: str, url: str, headers: Headers) -> Answer:
        """Ask at a layer: `origin`, `edge`, or a browser by its name."""
        if layer == "origin":
            return self.origin(url, headers)
        return self.edge.get(url, headers) if layer == "edge" else self.browsers[layer].get(url, headers)

    def origin(self, url: str, headers: Headers) -> Answer:
        """Past CloudFront: the stage with its cache, or the site's bucket."""
        if not url.startswith(f"{API}/"):
            return self._page(url, headers)
        path = url.removeprefix(API)
        event = self._event("GET", path, headers)
        route = "GET", event["requestContext"]["resourcePath"]
        if route in PRIVATE and "authorizer" not in event["requestContext"]:
            return Answer(401, {"cache-control": "private, no-store"}, "")
        try:
            answer = self._stage.answer(event, url, lambda: self._function(event))
        except RefreshRefusedError:
            return Answer(403, {"cache-control": "private, no-store"}, "")
        headers = {name.lower(): value for name, value in answer["headers"].items()}
        if route[1] in self._setup.says:
            headers["cache-control"] = self._setup.says[route[1]]
        return Answer(answer["statusCode"], headers, answer["body"])

    def truth(self, url: str, person: str = "") -> Answer:
        """What somebody should see now, past every copy."""
        if not url.startswith(f"{API}/"):
            return self._page(url, {})
        with fresh_reads(wanted=True):
            headers = {"authorization": person} if person else {}
            answer = self._function(self._event("GET", url.removeprefix(API), headers))
        return Answer(answer["statusCode"], answer["headers"], answer["body"])

    def write(self, person: str, method: str, path: str, body: object = None) -> Any:
        """Write past every copy, as every write does."""
        return Api(app, PEOPLE[person], "authors").call(method, path, body)

    def post(self, slug: str) -> Any:
        """A post as it is stored, or None."""
        key = {"slug": {"S": slug}}
        return boto3.client("dynamodb").get_item(TableName=settings().posts_table, Key=key).get("Item")

    def deliver(self, slug: str, before: Any) -> None:
        """Let the stream's function see a change of a post."""
        self._records += 1
        after = self.post(slug)
        change = {"Keys": {"slug": {"S": slug}}, "SequenceNumber": str(self._records)}
        change |= {"OldImage": before} if before else {}
        change |= {"NewImage": after} if after else {}
        record = {"eventName": "MODIFY", "dynamodb": change}
        # No event function asks DAX.
        with fresh_reads(wanted=True):
            assert on_posts_changed({"Records": [record]}, self.site, self._copies) == {"batchItemFailures": []}

    def _refresh(self, url: str, headers: Headers) -> int:
        parts = urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        if self._setup.skipped(path):
            return 200
        lowered = {name.lower(): value for name, value in headers.items()}
        # Another process answers, which does ask DAX.
        return Context().run(self.origin, path, {**lowered, "host": parts.netloc}).status

    def _invalidate(self, paths: Sequence[str], _: str) -> None:
        self.edge.forget([path for path in paths if not self._setup.untold(path)])

    def _page(self, url: str, headers: Headers) -> Answer:
        content = self.site.pages.get(url)
        if content is None:
            return Answer(404, {}, "")
        tag = f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'
        told = {"etag": tag, "cache-control": keeping(url).cache_control}
        if headers.get("if-none-match") == tag:
            return Answer(304, told, "")
        return Answer(200, told, content.decode())

    def _event(self, method: str, path: str, headers: Headers) -> dict[str, Any]:
        person = headers.get("authorization", "")
        api = Api(app, PEOPLE[person], "authors") if person in PEOPLE else Api(app)
        return api.event(method, path, None, dict(headers))

    @staticmethod
    def _function(event: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = app(event, LambdaContext())
        return answer


def told(answer: Answer) -> object:
    """What a reader learns: not the cursor, which is made anew each time and leads to the same place."""
    if answer.status >= 400:
        return answer.status
    if not answer.body.startswith("{"):
        return answer.body
    body = json.loads(answer.body)
    return {**body, "next": body["next"] is not None} if "next" in body else body


def allowed_origin(origin: str) -> str:
    return headers_for(origin or None, settings().allowed_origins)["Access-Control-Allow-Origin"]
