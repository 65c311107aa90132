"""An author, another author, a reader who has signed in, and a site in memory."""

import pytest

from tests.support.api import Api
from tests.support.site import MemorySite

AUTHORS = "authors"


@pytest.fixture
def ines(anonymous: Api) -> Api:
    return anonymous.as_person("1ce5ce5e-0000-4000-8000-0000000001e5", AUTHORS)


@pytest.fixture
def otto(anonymous: Api) -> Api:
    return anonymous.as_person("0ff0ff0f-0000-4000-8000-000000000770", AUTHORS)


@pytest.fixture
def site() -> MemorySite:
    return MemorySite()
