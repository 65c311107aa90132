"""Browser tests: a real Chromium on a laptop cloud of the tests' own."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, WebError, expect

from infra import setup
from tests.e2e.support.cloud import running_cloud
from tests.e2e.support.lists import ListPage
from tests.e2e.support.people import People, storage_of
from tests.support.laptop import Laptop, Person

BROWSER = setup.find_browser() or "/usr/bin/chromium"
HEADLESS_SHELL = setup.find_headless_shell() or BROWSER
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# The page looks after a new photo 18 seconds after it was sent, and then not before 33.
WAIT_MS = 45_000

NewPage = Callable[..., Page]
# Every test goes through the edge, as on AWS. These files' tests go past it too, to the site, the API and the engine at
# their own addresses: sign-in, photos and lists ask all of them. `make e2e WAY=direct` and `WAY=both` decide for
# every test.
EDGE, DIRECT = "edge", "direct"
WAYS = {"": (), "edge": (EDGE,), "direct": (DIRECT,), "both": (EDGE, DIRECT)}
BOTH_WAYS = ("test_account.py", "test_paging.py", "test_photos.py")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Let tests that open pages go each way that is theirs."""
    if "through" in metafunc.fixturenames:
        theirs = (EDGE, DIRECT) if metafunc.definition.path.name in BOTH_WAYS else (EDGE,)
        metafunc.parametrize("through", WAYS[os.environ.get("E2E_WAY", "")] or theirs)


@pytest.fixture(scope="session")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laptop]:
    with running_cloud(tmp_path_factory.mktemp("laptop")) as running:
        yield running


@pytest.fixture(scope="session")
def people(laptop: Laptop) -> Iterator[People]:
    made = People(laptop)
    yield made
    made.close()
    laptop.opened.close()


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {"executable_path": HEADLESS_SHELL, "args": list(FLAGS)}


@pytest.fixture
def expected_errors() -> list[str]:
    """What a test brings about on purpose: parts of the browser's own complaints about failed requests."""
    return []


@pytest.fixture
def site(laptop: Laptop, through: str) -> str:
    """The address that pages are opened at."""
    return str(laptop.urls["direct_site" if through == DIRECT else "site"])


@pytest.fixture
def new_page(browser: Browser, laptop: Laptop, site: str, expected_errors: list[str]) -> Iterator[NewPage]:
    """Open a page in a browser of its own; whatever that browser complains about fails the test."""
    opened: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(person: Person | None = None, **settings: Any) -> Page:
        if person is not None:
            settings["storage_state"] = storage_of(person, site, laptop.urls["user_pool_client_id"])
        settings = {"service_workers": "block", "locale": "en-GB", "base_url": site, **settings}
        context = browser.new_context(**settings)
        context.set_default_timeout(WAIT_MS)
        context.on("console", lambda message: complaints.extend(_complaint(message)))
        context.on("weberror", lambda error: complaints.append(_thrown(error)))
        opened.append(context)
        return context.new_page()

    yield open_page
    for context in opened:
        context.close()
    unexpected = [each for each in complaints if not any(part in each for part in expected_errors)]
    assert unexpected == []


def _complaint(message: ConsoleMessage) -> list[str]:
    return [f"{message.text} {message.location.get('url', '')}"] if message.type == "error" else []


def _thrown(error: WebError) -> str:
    return f"thrown: {error.error}"


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A page of somebody who has not signed in."""
    return new_page()


@pytest.fixture
def ines(people: People) -> Person:
    return people.new()


@pytest.fixture
def todos(new_page: NewPage, ines: Person) -> ListPage:
    """Ines's list, open and empty."""
    return ListPage(new_page(ines)).open()


@pytest.fixture(autouse=True, scope="session")
def patience() -> None:
    expect.set_options(timeout=WAIT_MS)
