"""Where the lean transport has its credentials from: the environment, or whatever botocore finds, always fresh."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore import exceptions

from chalicelib.store import lean
from chalicelib.store.client import SteadyClient
from chalicelib.store.errors import Unavailable
from chalicelib.store.lean import LeanClient
from tests.support.scripted_server import NOTHING, Answer, Connection, Server, running

pytestmark = pytest.mark.enable_socket


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[pytest.MonkeyPatch]:
    """A process that nobody gave credentials."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    lean._session.cache_clear()
    yield monkeypatch
    lean._session.cache_clear()


@pytest.fixture
def client(server: Server) -> Iterator[LeanClient]:
    server.otherwise = NOTHING
    made = LeanClient("eu-north-1", connect_timeout=1, read_timeout=5, attempts=3, endpoint=server.url)
    yield made
    made.close()


def signed_by(server: Server) -> tuple[str, str | None]:
    """The key and the token of the newest request."""
    headers = server.asked[-1].headers
    return headers["authorization"].split("Credential=")[1].split("/")[0], headers.get("x-amz-security-token")


def test_lambdas_environment_is_enough(bare: pytest.MonkeyPatch, server: Server, client: LeanClient) -> None:
    bare.setenv("AWS_ACCESS_KEY_ID", "mine")
    bare.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    bare.setenv("AWS_SESSION_TOKEN", "token")
    client._make_api_call("GetItem", {})
    assert signed_by(server) == ("mine", "token")
    # and botocore was not asked
    assert lean._session.cache_info().currsize == 0


def test_without_them_botocore_finds_others(server: Server, client: LeanClient, tmp_path: Path) -> None:
    (tmp_path / "credentials").write_text("[default]\naws_access_key_id=filed\naws_secret_access_key=secret\n")
    client._make_api_call("GetItem", {})
    assert signed_by(server) == ("filed", None)


@pytest.mark.parametrize(("minutes", "lasts"), [(5, False), (300, True)])
def test_credentials_that_end_are_replaced_before_they_do(
    bare: pytest.MonkeyPatch, server: Server, client: LeanClient, minutes: int, *, lasts: bool
) -> None:
    # given credentials from beside the function, which is how it has them after a restored snapshot
    def give(_: Connection) -> Answer:
        number = len(beside.asked)
        ends = datetime.now(UTC) + timedelta(minutes=minutes)
        given = {"AccessKeyId": f"key-{number}", "SecretAccessKey": "s", "Token": f"token-{number}"}
        return 200, json.dumps({**given, "Expiration": ends.isoformat()}).encode(), {}

    with running() as beside:
        beside.otherwise = give
        bare.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", beside.url)
        # when two calls are made
        client._make_api_call("GetItem", {})
        first = signed_by(server)
        client._make_api_call("GetItem", {})
        second = signed_by(server)
    # then the second has others if the first's are about to end, and never a key with another's token
    assert (first == second) is lasts
    assert [token for _, token in (first, second)] == [key.replace("key", "token") for key, _ in (first, second)]


def test_without_any_nothing_is_sent_and_the_store_is_unavailable(server: Server, client: LeanClient) -> None:
    with pytest.raises(exceptions.NoCredentialsError):
        client._make_api_call("GetItem", {})
    with pytest.raises(Unavailable, match="GetItem: NoCredentialsError"):
        SteadyClient(client)._make_api_call("GetItem", {})
    assert server.asked == []
