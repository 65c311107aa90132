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
    """Close what a test opens; what wider fixtures have opened stays."""
    kept = laptop.opened.pop_all()
    yield
    laptop.opened.close()
    laptop.opened.enter_context(kept)


@pytest.fixture
def ada(laptop: Laptop) -> Person:
    return laptop.person("ada")


@pytest.fixture
def bob(laptop: Laptop) -> Person:
    return laptop.person("bob")
