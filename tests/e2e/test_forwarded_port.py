"""The laptop cloud through one forwarded port under another number, as from a development container or by `ssh -L`."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NewPage
from tests.e2e.support.forwarded_port import forwarded_port
from tests.e2e.support.lists import ListPage, todos_of
from tests.e2e.support.photos import png
from tests.support.laptop import PASSWORD, Laptop, Person

PLANTS = "Water the plants"


@pytest.fixture
def forwarded(laptop: Laptop) -> Iterator[str]:
    """The address of the forwarded port: all that the browser can reach from where it is."""
    with forwarded_port(laptop.layout.site_port) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def asked() -> list[str]:
    """What the browser has asked, as it says itself."""
    return []


@pytest.fixture
def far_page(new_page: NewPage, forwarded: str, asked: list[str]) -> Page:
    page = new_page(base_url=forwarded)
    page.context.on("request", lambda request: asked.append(request.url))
    return page


def elsewhere(asked: list[str], forwarded: str) -> set[str]:
    """The origins other than the forwarded port that were asked."""
    origins = {f"{url.scheme}://{url.netloc}" for url in map(urlsplit, asked) if url.scheme.startswith("http")}
    return origins - {forwarded}


def test_the_list_needs_no_other_port(far_page: Page, forwarded: str, asked: list[str], ines: Person) -> None:
    # when somebody signs in, adds a todo and a photo
    far_page.goto("/sign-in/")
    far_page.get_by_label("Email address").fill(ines.email)
    far_page.get_by_label("Password", exact=True).fill(PASSWORD)
    far_page.get_by_role("button", name="Sign in", exact=True).click()
    todos = ListPage(far_page).is_read()
    todos.add(PLANTS)
    sheet = todos.unfold(PLANTS)
    sheet.locator("input[type=file]").set_input_files([png()])
    expect(sheet.get_by_role("img", name="dial.png")).to_have_js_property("naturalWidth", 8)
    todos.is_saved()
    todos.reload().has(PLANTS)
    # then everything has arrived, by that port alone
    (todo,) = todos_of(ines.api)
    assert [photo["name"] for photo in todo["attachments"]] == ["dial.png"]
    assert {"/api/todos", "/config.json"} <= {urlsplit(url).path for url in asked}
    assert elsewhere(asked, forwarded) == set()


def test_the_blog_needs_no_other_port(far_page: Page, forwarded: str, asked: list[str]) -> None:
    # when a reader opens the blog, reads a post and subscribes
    far_page.goto("/blog/")
    expect(far_page.get_by_role("heading", level=1)).to_be_visible()
    far_page.locator("main a[href*='/blog/']").first.click()
    expect(far_page.get_by_role("heading", level=1)).to_be_visible()
    far_page.goto("/blog/")
    far_page.get_by_label("Email").fill("far-away@example.com")
    far_page.get_by_label("Email").press("Enter")
    # then the answer is there, by that port alone
    expect(far_page.get_by_text("Look in your inbox")).to_be_visible()
    # and the mailbox shows the mail
    far_page.goto("/mailbox/")
    expect(far_page.get_by_text("far-away@example.com").first).to_be_visible()
    assert elsewhere(asked, forwarded) == set()
