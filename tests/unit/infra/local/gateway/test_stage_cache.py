"""The local gateway's stage cache: who gets whose answer, for how long, and who may have it made anew."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from chalice.config import Config

from app import app
from infra.cache_settings import LARGEST_ANSWER_BYTES, Kept
from infra.local.gateway.requests import LocalGateway
from infra.local.gateway.signatures import Signatures
from infra.local.gateway.stage_cache import HIT, MISS, RefreshRefusedError, StageCache
from infra.local.layout import ROOT
from tests.support.api import Api

HOST, KEY, SECRET = "127.0.0.1:8000", "LKIAUNIT", "secret"
ROUTES = {
    ("GET", "/posts"): Kept(60, ("querystring.tag", "header.Origin")),
    ("GET", "/posts/{slug}"): Kept(60, ("path.slug",)),
    ("GET", "/todos"): None,
}


def signed(path: str, *, key: str = KEY, secret: str = SECRET, service: str = "execute-api") -> dict[str, str]:
    """The headers of a signed request for a fresh answer."""
    request = AWSRequest("GET", f"http://{HOST}{path}", {"cache-control": "max-age=0", "host": HOST})
    SigV4Auth(Credentials(key, secret), service, "eu-north-1").add_auth(request)
    return {name.lower(): value for name, value in request.headers.items()}


@dataclass
class Stage:
    """A cache before a function that numbers its answers."""

    seconds: float = 0.0
    status: int = 200
    runs: int = 0
    cache: StageCache = field(init=False)

    def __post_init__(self) -> None:
        self.cache = StageCache(Signatures(KEY, SECRET, "eu-north-1").made, ROUTES, lambda: self.seconds)

    def get(self, path: str, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.cache.answer(Api(app).event("GET", path, None, named), path, self._run)

    def run_of(self, path: str, **headers: str) -> int:
        """Which run of the function an answer is of."""
        return int(self.get(path, **headers)["body"])

    def _run(self) -> dict[str, Any]:
        self.runs += 1
        return {"statusCode": self.status, "headers": {"ETag": f'"{self.runs}"'}, "body": str(self.runs)}


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_an_answer_is_repeated_to_whoever_asks_the_same(stage: Stage) -> None:
    assert stage.get("/posts?tag=a", authorization="ada")["headers"] == {"ETag": '"1"', "X-Cache": MISS}
    assert stage.get("/posts?tag=a", authorization="bob")["headers"] == {"ETag": '"1"', "X-Cache": HIT}


def test_every_key_tells_answers_apart(stage: Stage) -> None:
    asked = [
        stage.run_of("/posts"),
        stage.run_of("/posts?tag=a"),
        stage.run_of("/posts?tag=b"),
        stage.run_of("/posts?tag=a", Origin="https://a.example"),
        stage.run_of("/posts/a"),
        stage.run_of("/posts/b"),
    ]
    assert asked == [1, 2, 3, 4, 5, 6]
    assert stage.run_of("/posts?tag=a", origin="https://a.example") == 4


def test_what_is_no_key_tells_nothing_apart(stage: Stage) -> None:
    assert stage.run_of("/posts?tag=a") == stage.run_of("/posts?tag=b&tag=a&limit=1") == 1


def test_an_empty_key_is_the_same_as_none(stage: Stage) -> None:
    assert stage.run_of("/posts") == stage.run_of("/posts?tag=") == stage.run_of("/posts", Origin="") == 1


def test_a_large_answer_is_kept_and_a_larger_one_is_not(stage: Stage) -> None:
    for size, layers in ((LARGEST_ANSWER_BYTES, [MISS, HIT]), (LARGEST_ANSWER_BYTES + 1, [MISS, MISS])):
        event = Api(app).event("GET", f"/posts?tag={size}", None, {})
        told = [
            stage.cache.answer(event, "/posts", lambda: {"statusCode": 200, "headers": {}, "body": " " * size})  # noqa: B023
            for _ in range(2)
        ]
        assert [each["headers"]["X-Cache"] for each in told] == layers


def test_an_answer_lasts_for_its_seconds(stage: Stage) -> None:
    assert stage.run_of("/posts") == 1
    stage.seconds = 59.9
    assert stage.run_of("/posts") == 1
    stage.seconds = 60.0
    assert stage.run_of("/posts") == 2


def test_a_route_that_is_not_kept_always_reaches_the_function(stage: Stage) -> None:
    assert [stage.run_of("/todos"), stage.run_of("/todos")] == [1, 2]
    assert stage.get("/todos")["headers"]["X-Cache"] == MISS
    # Nor does anybody need a permission to see what is fresh anyway.
    assert stage.run_of("/todos", cache_control="max-age=0") == 4


@pytest.mark.parametrize("status", [400, 404, 500])
def test_errors_are_not_repeated(stage: Stage, status: int) -> None:
    stage.status = status
    assert [stage.run_of("/posts"), stage.run_of("/posts")] == [1, 2]


def test_whoever_may_has_an_answer_made_anew_for_everybody(stage: Stage) -> None:
    assert stage.run_of("/posts?tag=a") == 1
    assert stage.run_of("/posts?tag=a", **signed("/posts?tag=a")) == 2
    assert stage.run_of("/posts?tag=a") == 2


def test_an_answer_that_has_become_an_error_is_gone(stage: Stage) -> None:
    assert stage.run_of("/posts/a") == 1
    stage.status = 404
    assert stage.get("/posts/a", **signed("/posts/a"))["statusCode"] == 404
    assert stage.get("/posts/a")["statusCode"] == 404


@pytest.mark.parametrize("directive", ["max-age=0", "no-transform, Max-Age = 0"])
def test_a_stranger_is_refused_and_changes_nothing(stage: Stage, directive: str) -> None:
    assert stage.run_of("/posts") == 1
    with pytest.raises(RefreshRefusedError):
        stage.get("/posts", cache_control=directive)
    assert stage.run_of("/posts", cache_control="no-cache") == 1


FORGERIES: Mapping[str, Callable[[], dict[str, str]]] = {
    "another's key": lambda: signed("/posts", key="LKIAOTHER"),
    "the key with another's secret": lambda: signed("/posts", secret="guessed"),
    "for another path": lambda: signed("/posts?tag=a"),
    "for another service": lambda: signed("/posts", service="s3"),
    "nothing at all": lambda: {"cache-control": "max-age=0"},
    "a token": lambda: {"cache-control": "max-age=0", "authorization": "Bearer a.b.c"},
    "a changed header": lambda: {**signed("/posts"), "host": "elsewhere"},
    "no time": lambda: {**signed("/posts"), "x-amz-date": "now"},
}


@pytest.mark.parametrize("forged", FORGERIES)
def test_a_signature_that_is_none_refreshes_nothing(stage: Stage, forged: str) -> None:
    with pytest.raises(RefreshRefusedError):
        stage.get("/posts", **FORGERIES[forged]())


def test_a_signed_header_must_be_there() -> None:
    headers = signed("/posts")
    del headers["cache-control"]
    assert not Signatures(KEY, SECRET, "eu-north-1").made("GET", "/posts", headers)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_signature_of_another_time_is_none(minutes: int) -> None:
    headers = signed("/posts")
    assert Signatures(KEY, SECRET, "eu-north-1").made("GET", "/posts", headers)
    then = Signatures(KEY, SECRET, "eu-north-1", lambda: datetime.now(UTC) + timedelta(minutes=minutes))
    assert not then.made("GET", "/posts", headers)


def test_a_signature_says_which_method_it_is_for() -> None:
    assert not Signatures(KEY, SECRET, "eu-north-1").made("POST", "/posts", signed("/posts"))


def test_a_signature_lasts_for_five_minutes() -> None:
    headers = signed("/posts")
    signed_at = datetime.strptime(headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    for seconds, is_one in ((-301, False), (-300, True), (300, True), (301, False)):
        now = signed_at + timedelta(seconds=seconds)
        signatures = Signatures(KEY, SECRET, "eu-north-1", lambda now=now: now)  # type: ignore[misc]
        assert signatures.made("GET", "/posts", headers) is is_one


def test_only_the_host_and_the_time_have_to_be_signed() -> None:
    request = AWSRequest("GET", f"http://{HOST}/posts", {"host": HOST})
    SigV4Auth(Credentials(KEY, SECRET), "execute-api", "eu-north-1").add_auth(request)
    headers = {name.lower(): value for name, value in request.headers.items()}
    signatures = Signatures(KEY, SECRET, "eu-north-1")
    assert signatures.made("GET", "/posts", headers)
    assert signatures.made("GET", "/posts", headers | {"user-agent": "any"})


def test_a_signature_is_of_one_body() -> None:
    request = AWSRequest("POST", f"http://{HOST}/posts", {"host": HOST}, b"one")
    SigV4Auth(Credentials(KEY, SECRET), "execute-api", "eu-north-1").add_auth(request)
    headers = {name.lower(): value for name, value in request.headers.items()}
    signatures = Signatures(KEY, SECRET, "eu-north-1")
    assert signatures.made("POST", "/posts", headers, b"one")
    assert not any(signatures.made("POST", "/posts", headers, body) for body in (b"other", b""))


@pytest.mark.parametrize("moment", ["20261129T256161Z", "20261129", "now"])
def test_a_signature_of_a_time_that_there_is_not_is_none(moment: str) -> None:
    # given a request that who has the key signs with such a time
    signer = SigV4Auth(Credentials(KEY, SECRET), "execute-api", "eu-north-1")
    headers = {"host": HOST, "x-amz-date": moment}
    request = AWSRequest("GET", f"http://{HOST}/posts", headers)
    request.context["timestamp"] = moment
    signature = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    scope = f"{KEY}/{moment[:8]}/eu-north-1/execute-api/aws4_request"
    authorization = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host;x-amz-date, Signature={signature}"
    # then
    signatures = Signatures(KEY, SECRET, "eu-north-1")
    assert not signatures.made("GET", "/posts", headers | {"authorization": authorization})


@pytest.mark.parametrize("missing", ["authorization", "x-amz-date"])
def test_without_a_signature_or_its_time_there_is_none(missing: str) -> None:
    headers = signed("/posts")
    del headers[missing]
    assert not Signatures(KEY, SECRET, "eu-north-1").made("GET", "/posts", headers)


@pytest.fixture
def gateway() -> Iterator[LocalGateway]:
    """The laptop's gateway with a cache."""
    LocalGateway.cache = StageCache(Signatures(KEY, SECRET, "eu-north-1").made)
    yield LocalGateway(app, Config.create(lambda_timeout=29))
    LocalGateway.cache = None


def test_the_gateway_says_which_layer_answered(gateway: LocalGateway, tables: None) -> None:
    asked = [gateway.handle_request("GET", "/posts", {}, None)["headers"]["X-Cache"] for _ in range(2)]
    assert asked == [MISS, HIT]


def test_the_gateway_refuses_strangers_as_the_stage_does(gateway: LocalGateway, tables: None) -> None:
    refused = gateway.handle_request("GET", "/posts", {"Cache-Control": "max-age=0"}, None)
    assert (refused["statusCode"], json.loads(refused["body"])["type"]) == (403, "urn:problem-type:forbidden")
    granted = gateway.handle_request("GET", "/posts?tag=tea", signed("/posts?tag=tea"), None)
    assert (granted["statusCode"], granted["headers"]["X-Cache"]) == (200, MISS)


def test_without_a_cache_nothing_is_said_of_one(tables: None) -> None:
    answer = LocalGateway(app, Config.create(lambda_timeout=29)).handle_request("GET", "/posts", {}, None)
    assert "X-Cache" not in answer["headers"]


def test_nothing_that_is_deployed_says_which_layer_answered() -> None:
    deployed = [ROOT / "app.py", *(ROOT / "chalicelib").rglob("*.py")]
    assert [path for path in deployed if "x-cache" in path.read_text().lower()] == []
