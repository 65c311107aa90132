"""Tokens over HTTP: real ones, others' ones, late ones and forged ones, at every private route."""

import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from infra.local.children import Child, free_port
from tests.support.laptop import PASSWORD, Laptop, Person
from tests.support.routes import PRIVATE, Route, absent, by_name, call
from tests.support.tokens import Signer, forgeries

STRANGER = Signer("strange-key")


@pytest.fixture(scope="module")
def somebody(laptop: Laptop) -> Person:
    """Somebody who may do everything that a person may."""
    return laptop.person("somebody", ("authors",))


@pytest.fixture(scope="module")
def not_for_here(laptop: Laptop, somebody: Person) -> dict[str, str]:
    """Genuine tokens of Cognito's, none of which is an ID token of this pool for this client."""
    cognito, pool = laptop.root("cognito-idp"), laptop.urls["user_pool_id"]
    flows = ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    other_pool = cognito.create_user_pool(PoolName=f"other-{secrets.token_hex(4)}")["UserPool"]["Id"]
    clients = [
        cognito.create_user_pool_client(UserPoolId=each, ClientName="other", ExplicitAuthFlows=flows)["UserPoolClient"]
        for each in (other_pool, pool)
    ]
    cognito.admin_create_user(UserPoolId=other_pool, Username=somebody.email, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=other_pool, Username=somebody.email, Password=PASSWORD, Permanent=True)
    elsewhere, by_another_client = (
        laptop.sign_in(somebody.email, PASSWORD, pool=client["UserPoolId"], client=client["ClientId"])
        for client in clients
    )
    return {
        "an access token": somebody.tokens["AccessToken"],
        "a refresh token": somebody.tokens["RefreshToken"],
        "another pool's ID token": elsewhere["IdToken"],
        "another client's ID token": by_another_client["IdToken"],
        "another client's access token": by_another_client["AccessToken"],
    }


@pytest.fixture(scope="module")
def forged(laptop: Laptop, somebody: Person) -> dict[str, str]:
    """What a stranger can make of a genuine token and the pool's public keys."""
    keys = httpx.get(f"{laptop.layout.aws}/{laptop.urls['user_pool_id']}/.well-known/jwks.json").json()["keys"]
    return forgeries(somebody.tokens["IdToken"], keys[0], STRANGER)


def refusals(api: httpx.Client, route: Route, tokens: Mapping[str, str]) -> dict[str, int]:
    """The status of each token, where it is not the 401 problem that it must be."""
    wrong = {}
    for done, token in tokens.items():
        api.headers = httpx.Headers({"Authorization": token.encode()})  # as bytes: some are not ASCII
        answer = call(api, route, absent())
        problem = answer.headers.get("Content-Type") == "application/problem+json"
        if answer.status_code != 401 or not problem or "access-control-allow-origin" not in answer.headers:
            wrong[done] = answer.status_code
    return wrong


@pytest.mark.parametrize("route", PRIVATE, **by_name)
def test_only_an_id_token_of_this_pool_for_this_client_passes(
    route: Route, laptop: Laptop, forged: dict[str, str], not_for_here: dict[str, str]
) -> None:
    tokens = forged | not_for_here
    assert len(tokens) > 40
    assert refusals(laptop.client(), route, tokens) == {}


@pytest.mark.parametrize("route", PRIVATE, **by_name)
@pytest.mark.parametrize("scheme", ["", "Bearer "])
def test_a_genuine_token_passes_with_and_without_bearer(
    route: Route, scheme: str, laptop: Laptop, somebody: Person
) -> None:
    answer = call(laptop.client(scheme + somebody.tokens["IdToken"]), route, absent())
    assert answer.status_code != 401
    assert answer.status_code < 500


@pytest.fixture(scope="module", params=[2 * 60 * 60, -60 * 60], ids=["expired", "issued in the future"])
def at_another_time(request: pytest.FixtureRequest, laptop: Laptop) -> Iterator[str]:
    """A second API on the same laptop cloud, whose clock says that the token's time is over, or has not come."""
    port = free_port()
    arguments = ["local", "--stage", "local", "--host", "127.0.0.1", "--port", str(port), "--no-autoreload"]
    program = Path(__file__).parents[1] / "support" / "at_another_time.py"
    api = Child(
        "API at another time",
        [sys.executable, str(program), str(request.param), *arguments],
        {},
        laptop.layout.project,
        laptop.layout.logs / "another-time.log",
        lambda: answers(f"http://127.0.0.1:{port}/health"),
    )
    api.start()
    try:
        api.wait_until_ready(60)
        yield f"http://127.0.0.1:{port}"
    finally:
        api.stop()


def answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 200
    except httpx.TransportError:
        return False


def test_a_genuine_token_has_its_time(at_another_time: str, somebody: Person) -> None:
    # given a token that is good now
    token = {"now": somebody.tokens["IdToken"]}
    assert somebody.api.get("/todos").status_code == 200
    # then at another time it is not, at any route
    with closing(httpx.Client(base_url=at_another_time)) as api:
        assert [refusals(api, route, token) for route in PRIVATE] == [{}] * len(PRIVATE)


def test_tokens_with_unknown_keys_do_not_slow_down_genuine_ones(laptop: Laptop, somebody: Person) -> None:
    # given many tokens that each name a key nobody knows
    api = laptop.client()
    for number in range(50):
        unknown = Signer(f"key-{number}", STRANGER.key)
        token = unknown.sign({"alg": "RS256", "kid": unknown.kid}, {"sub": "somebody"})
        assert api.get("/todos", headers={"Authorization": token}).status_code == 401
    # then the pool's own key is still known
    assert somebody.api.get("/todos").status_code == 200
