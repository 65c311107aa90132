"""The gateway takes the place of the parts of Chalice's local server that decide, and knows when they are not there."""

import os
import socket
import sys
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
    os.environ.pop("AWS_ENDPOINT_URL", None)
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


def test_without_an_engine_the_keys_are_those_that_cognito_publishes() -> None:
    del os.environ["AWS_ENDPOINT_URL"]
    gateway.install(app)
    verifier = LocalGateway.verifier
    assert verifier.keys.url == f"{verifier.issuer}/.well-known/jwks.json"


@pytest.mark.enable_socket
@pytest.mark.parametrize("address", ["127.0.0.1", "192.0.2.1"])
def test_a_port_that_is_taken_is_told_in_a_sentence_and_another_trouble_is_itself(
    address: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "_exit", sys.exit)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        expected = SystemExit if address == "127.0.0.1" else OSError
        with pytest.raises(expected):
            gateway.Server((address, port), RequestHandler)
    sentence = f"Error: Port {port} is taken, by `make up` perhaps: chalice local --port {port + 1}\n"
    assert capsys.readouterr().err == (sentence if expected is SystemExit else "")


@pytest.mark.parametrize("missing", gateway.REPLACED)
def test_another_chalice_fails_loudly(missing: str) -> None:
    delattr(chalice.local, missing)
    with pytest.raises(gateway.UnknownChaliceError, match=f"chalice.local has no {missing}"):
        gateway.install(app)


def test_a_client_that_hangs_up_is_no_news(capfd: pytest.CaptureFixture[str]) -> None:
    gateway.Server.handle_error(SimpleNamespace(), object(), ("127.0.0.1", 5))  # type: ignore[arg-type]
    assert capfd.readouterr() == ("", "")
