"""Asks the deployed stage the few questions that a broken release cannot answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from time import monotonic, sleep
from typing import Any

import httpx
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from infra.deploy import api
from infra.deploy.aws import Aws
from infra.deploy.config import plans
from infra.deploy.site import CONFIG
from infra.deploy.stage import API_STAGE, Stage

# A new distribution takes minutes to be everywhere; an API a few seconds.
SITE_SECONDS = 600.0
API_SECONDS = 45.0
# An engine on this machine answers as soon as it can.
LOCAL_SECONDS = 3.0
_PAUSE_SECONDS = 2.0


class SmokeError(Exception):
    """The stage answers otherwise than it should; the message names the question and the answer."""


@dataclass(frozen=True)
class Live:
    """Where a stage answers. An engine has no CloudFront: its API is asked itself, with the key CloudFront shows it."""

    aws: Aws
    stage: Stage
    outputs: Mapping[str, str]
    api_id: str
    key: str

    @property
    def api_url(self) -> str:
        """The API past CloudFront."""
        return api.base_url(self.aws, self.api_id)

    @property
    def site_api_url(self) -> str:
        """The API as people's browsers reach it."""
        return self.api_url if self.aws.endpoint else f"{self.outputs['SiteUrl']}/{API_STAGE}"


def live(aws: Aws, stage: Stage, outputs: Mapping[str, str], api_id: str) -> Live:
    """Find out where the stage answers."""
    key = api.find_key(aws, plans(stage)[0].name)
    if key is None:
        raise SmokeError(f"There is no API key {plans(stage)[0].name}: make deploy STAGE={stage.name}")
    return Live(aws, stage, outputs, api_id, key.value)


def ask_api(where: Live) -> list[str]:
    """Ask the API itself; return what was found in order.

    Raises:
        SmokeError: an answer is wrong, and stayed so for a while.
    """
    with httpx.Client(base_url=where.api_url, headers={"x-api-key": where.key}, timeout=30) as client:
        questions: tuple[tuple[str, Callable[[], str | None]], ...] = (
            ("the API is well, and this stage's", lambda: _is_well(client, where.stage.name)),
            ("it lists posts", lambda: _is(client.get("/posts"), 200, "items")),
            ("it wants a token for todos", lambda: _is(client.get("/todos"), 401, "title")),
            ("it refuses a forged token", lambda: _is(client.get("/todos", headers=_FORGED), 401, "title")),
            ("it says so where there is nothing", lambda: _is(client.get("/nothing-here"), 404, "title")),
            ("its tables answer it, as it tells internal callers", lambda: _reaches_tables(client, where)),
            ("it tells nobody else", lambda: _is(client.get(_INTERNAL), 404, "title")),
            (
                "public routes want the key",
                lambda: _is(client.get("/posts", headers=_NO_KEY), 403, "title"),
            ),
        )
        patience = LOCAL_SECONDS if where.aws.endpoint else API_SECONDS
        return [_answered(question, ask, patience) for question, ask in questions]


def ask_site(where: Live) -> list[str]:
    """Ask through CloudFront, or look into the bucket where there is none.

    Raises:
        SmokeError: an answer is wrong, and stayed so until CloudFront must have heard.
    """
    if where.aws.endpoint:
        return [_answered(f"/{key} is there", partial(_is_there, where, key), 0.0) for key in _PAGES]
    site = where.outputs["SiteUrl"]
    with httpx.Client(base_url=site, timeout=30) as client:
        questions: tuple[tuple[str, Callable[[], str | None]], ...] = (
            ("the site shows its front page", lambda: _is_page(client.get("/"))),
            ("the blog shows its front page", lambda: _is_page(client.get("/blog/"))),
            ("the site shows its page for what does not exist", lambda: _is_page(client.get("/nothing-here/"), 404)),
            ("/config.json is this stage's", lambda: _is_config(client.get(f"/{CONFIG}"), where)),
            ("the API answers through the site", lambda: _is(client.get(f"/{API_STAGE}/health"), 200, "stage")),
        )
        return [_answered(question, ask, SITE_SECONDS) for question, ask in questions]


_INTERNAL = "/internal/health"
_NO_KEY = {"x-api-key": "none"}
_FORGED = {"Authorization": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."}
_PAGES = ("index.html", "404.html", "assets.json", CONFIG, "blog/index.html", "blog/feed.atom", "sitemap.xml")


def _answered(question: str, ask: Callable[[], str | None], seconds: float) -> str:
    deadline = monotonic() + seconds
    while (wrong := _tried(ask)) is not None:
        if monotonic() >= deadline:
            raise SmokeError(f"Not so: {question}. {wrong}")
        sleep(_PAUSE_SECONDS)
    return question


def _tried(ask: Callable[[], str | None]) -> str | None:
    try:
        return ask()
    except httpx.HTTPError as error:
        return f"{type(error).__name__}: {error}"


def _is(answer: httpx.Response, status: int, member: str) -> str | None:
    if answer.status_code != status:
        return f"{answer.request.method} {answer.request.url.path} answered {answer.status_code} instead of {status}."
    return None if member in _json(answer) else f"{answer.request.url.path} answered without {member!r}."


def _is_well(client: httpx.Client, stage: str) -> str | None:
    answer = client.get("/health")
    wrong = _is(answer, 200, "stage")
    if wrong is not None:
        return wrong
    said = _json(answer)["stage"]
    return None if said == stage else f"It says that it is {said}."


def _reaches_tables(client: httpx.Client, where: Live) -> str | None:
    request = AWSRequest("GET", f"{where.api_url}{_INTERNAL}")
    SigV4Auth(where.aws.session.get_credentials(), "execute-api", where.aws.region).add_auth(request)
    return _is(client.get(_INTERNAL, headers=dict(request.headers.items())), 200, "tables")


def _is_page(answer: httpx.Response, status: int = 200) -> str | None:
    if answer.status_code != status or "text/html" not in answer.headers.get("content-type", ""):
        return f"{answer.request.url.path} answered {answer.status_code} {answer.headers.get('content-type', '')}."
    lacking = [name for name in ("content-security-policy", "strict-transport-security") if name not in answer.headers]
    return f"{answer.request.url.path} has no {' and no '.join(lacking)}." if lacking else None


def _is_config(answer: httpx.Response, where: Live) -> str | None:
    said = _json(answer).get("stage")
    return None if said == where.stage.name else f"/{CONFIG} says that the stage is {said!r}."


def _is_there(where: Live, key: str) -> str | None:
    s3 = where.aws.client("s3")
    try:
        s3.head_object(Bucket=where.outputs["SiteBucket"], Key=key)
    except s3.exceptions.ClientError as error:
        return str(error)
    return None


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
