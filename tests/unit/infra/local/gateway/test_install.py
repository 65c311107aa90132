"""The gateway takes the place of the parts of Chalice's local server that decide, and knows when they are not there."""

import os
from collections.abc import Iterator
from types import SimpleNamespace

import chalice.local
import pytest
from chalice.local import LocalDevServer

from app import app
from infra.local import gateway
from infra.local.gateway.requests import LocalGateway, RequestHandler


@pytest.fixture(autouse=True)
def undone() -> Iterator[None]:
    """Put Chalice's own parts back afterwards."""
    parts = {name: getattr(chalice.local, name) for name in gateway.REPLACED}
    defaults = LocalDevServer.__init__.__defaults__
    os.environ["AWS_ENDPOINT_URL"] = "http://127.0.0.1:4566/"
    yield
    os.environ.pop("AWS_ENDPOINT_URL")
    LocalDevServer.__init__.__defaults__ = defaults
    for name, part in parts.items():
        setattr(chalice.local, name, part)


def test_requests_go_through_the_gateway_that_verifies() -> None:
    gateway.install(app)
    assert chalice.local.LocalGateway is LocalGateway
    assert LocalDevServer.__init__.__defaults__ == (RequestHandler, gateway.Server)


def test_tokens_are_checked_against_the_stages_own_pool_and_client() -> None:
    gateway.install(app)
    verifier = LocalGateway.verifier
    assert verifier.issuer == "https://cognito-idp.eu-north-1.amazonaws.com/eu-north-1_unit"
    assert verifier.audience == "client"
    assert verifier.keys.url == "http://127.0.0.1:4566/eu-north-1_unit/.well-known/jwks.json"


@pytest.mark.parametrize("missing", gateway.REPLACED)
def test_another_chalice_fails_loudly(missing: str) -> None:
    delattr(chalice.local, missing)
    with pytest.raises(gateway.UnknownChaliceError, match=f"chalice.local has no {missing}"):
        gateway.install(app)


def test_a_client_that_hangs_up_is_no_news(capfd: pytest.CaptureFixture[str]) -> None:
    gateway.Server.handle_error(SimpleNamespace(), object(), ("127.0.0.1", 5))  # type: ignore[arg-type]
    assert capfd.readouterr() == ("", "")
