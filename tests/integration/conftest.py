"""Integration tests run against a laptop cloud of their own: the real engine, the real gateway, real tokens."""

from collections.abc import Iterator

import pytest

from tests.support.laptop import Laptop, Person, running_laptop


@pytest.fixture(scope="session")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laptop]:
    with running_laptop(tmp_path_factory.mktemp("laptop")) as running:
        yield running


@pytest.fixture(autouse=True)
def closed_connections(laptop: Laptop) -> Iterator[None]:
    yield
    laptop.opened.close()


@pytest.fixture
def ada(laptop: Laptop) -> Person:
    return laptop.person("ada")


@pytest.fixture
def bob(laptop: Laptop) -> Person:
    return laptop.person("bob")
