"""A server of the test's own in DynamoDB's place, and a lean client of it that remembers its pauses and takes none."""

from collections.abc import Iterator

import pytest

from chalicelib.store.lean import Keys, LeanClient
from tests.support.scripted_server import Server, running


@pytest.fixture
def server() -> Iterator[Server]:
    with running() as server:
        yield server


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def client(server: Server, pauses: list[float]) -> Iterator[LeanClient]:
    made = LeanClient(
        "eu-north-1",
        connect_timeout=0.5,
        read_timeout=0.3,
        attempts=3,
        endpoint=server.url,
        keys=lambda: Keys("a", "s", ""),
        pause=pauses.append,
    )
    yield made
    made.close()
