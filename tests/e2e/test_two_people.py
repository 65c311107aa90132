"""Two people, one browser: what one of them left open neither shows nor sends anything for the other."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from tests.e2e.conftest import BROWSER, FLAGS, NewPage
from tests.e2e.support.lists import ListPage, add_todo, titles_of
from tests.e2e.support.people import People, storage_of
from tests.support.laptop import Laptop, Person

FORGET_SESSION = """() => {
    delete localStorage['mytodolist.person'];
    for (const name of Object.keys(localStorage)) {
        if (name.startsWith('CognitoIdentityServiceProvider.')) delete localStorage[name];
    }
}"""
ELSE = "You signed in as someone else in another tab."
OUT = "You signed out."


@pytest.fixture
def expected_errors() -> list[str]:
    """Neither of them is an author, and a request is called off on purpose."""
    return ["status of 403", "ERR_FAILED"]


@pytest.fixture
def tove(people: People) -> Person:
    return people.new()


class Browsing:
    """A browser in which people sign in and out in a tab of their own."""

    def __init__(self, context: BrowserContext, laptop: Laptop, site: str) -> None:
        self._context = context
        self._laptop = laptop
        self._site = site
        self._tab = context.new_page()
        self._tab.goto("/")

    def sign_in(self, person: Person) -> None:
        """Leave in the browser's storage what signing in leaves there."""
        origins = storage_of(person, self._site, self._laptop.urls["user_pool_client_id"])["origins"]
        kept = {item["name"]: item["value"] for item in origins[0]["localStorage"]}
        self._tab.evaluate("kept => { Object.assign(localStorage, kept); }", kept)

    def sign_out(self) -> None:
        self._tab.evaluate(FORGET_SESSION)


@pytest.fixture
def todos(new_page: NewPage, ines: Person) -> ListPage:
    add_todo(ines.api, "Ines's secret")
    todos = ListPage(new_page(ines)).open()
    todos.has("Ines's secret")
    return todos


@pytest.fixture
def browsing(todos: ListPage, laptop: Laptop, site: str) -> Browsing:
    return Browsing(todos.page.context, laptop, site)


def is_hidden(page: Page, heading: str, *secrets: str) -> None:
    """The page says whose session it is, and has nothing left of what it showed."""
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    for secret in secrets:
        assert secret not in page.content()


def test_a_list_left_open_shows_and_sends_nothing_for_who_signs_in_next(
    todos: ListPage, browsing: Browsing, ines: Person, tove: Person
) -> None:
    # given a list of Ines's, with half a thought in the entry
    todos.field.fill("Half a thought")
    sent: list[str] = []
    todos.page.on("request", lambda request: sent.append(request.headers.get("authorization", "")))

    # when Tove signs in in another tab
    sent.clear()
    browsing.sign_out()
    is_hidden(todos.page, OUT, "Ines's secret", "Half a thought")
    browsing.sign_in(tove)
    is_hidden(todos.page, ELSE, "Ines's secret", "Half a thought", ines.email)

    # then the page goes on as Tove's when she asks
    todos.page.get_by_role("button", name="Reload this page").click()
    expect(todos.page.get_by_role("heading", name="Nothing to do, and that is fine.")).to_be_visible()
    todos.add("Tove's own")
    todos.is_saved()
    assert (titles_of(ines.api), titles_of(tove.api)) == (["Ines's secret"], ["Tove's own"])
    assert ines.tokens["IdToken"] not in sent


def test_what_waits_is_sent_when_its_person_is_back_and_not_before(
    todos: ListPage, browsing: Browsing, ines: Person, tove: Person
) -> None:
    # given a todo whose request does not leave the page
    held = todos.hold("POST")
    todos.add("Buy stamps")
    held.first().abort()
    todos.page.unroute_all()
    expect(todos.banner).to_contain_text("1 change is kept on this device.")

    # when Tove is here, and in a second tab of her own, and then Ines again
    browsing.sign_in(tove)
    is_hidden(todos.page, ELSE, "Buy stamps")
    hers = todos.tab()
    hers.add("Tove's own")
    hers.is_saved()
    hers.has("Tove's own")
    assert titles_of(ines.api) == ["Ines's secret"]
    browsing.sign_in(ines)
    is_hidden(hers.page, ELSE, "Tove's own")

    # then the first tab goes on where it was
    todos.is_saved()
    todos.has("Ines's secret", "Buy stamps")
    assert (titles_of(ines.api), titles_of(tove.api)) == (["Ines's secret", "Buy stamps"], ["Tove's own"])


@pytest.mark.parametrize("path", ["/account/", "/write/"])
def test_neither_do_the_account_page_and_the_desk(
    todos: ListPage, browsing: Browsing, ines: Person, tove: Person, path: str
) -> None:
    todos.page.goto(path)
    expect(todos.page.get_by_text(ines.email)).to_be_visible()
    browsing.sign_in(tove)
    is_hidden(todos.page, ELSE, ines.email)
    todos.page.get_by_role("button", name="Reload this page").click()
    expect(todos.page.get_by_text(tove.email)).to_be_visible()


@pytest.fixture
def remembering_page(playwright: Playwright, laptop: Laptop, site: str, ines: Person) -> Iterator[Page]:
    """A page of a browser that keeps the pages one leaves; the headless shell cannot."""
    arguments = [*FLAGS, "--enable-features=BackForwardCache"]
    without = ["--disable-back-forward-cache"]
    browser = playwright.chromium.launch(executable_path=BROWSER, args=arguments, ignore_default_args=without)
    storage = storage_of(ines, site, laptop.urls["user_pool_client_id"])
    context = browser.new_context(storage_state=storage, base_url=site, service_workers="block")
    yield context.new_page()
    browser.close()


def test_back_after_signing_out_shows_nothing(remembering_page: Page, ines: Person) -> None:
    # given a list that the browser keeps as it is when it is left
    add_todo(ines.api, "Ines's secret")
    todos = ListPage(remembering_page).open()
    todos.has("Ines's secret")
    todos.is_saved()
    remembering_page.evaluate(
        """addEventListener('pageshow', ({ persisted }) => {
            window.back = { persisted, text: document.body.textContent };
        })"""
    )

    # when she signs out and somebody goes back
    remembering_page.get_by_role("button", name="Sign out").click()
    expect(remembering_page.get_by_role("heading", name="Two small things")).to_be_visible()
    remembering_page.evaluate("history.back()")

    # then it is that page, and her todos are not on it, not even while it is shown at first
    is_hidden(remembering_page, OUT, "Ines's secret", ines.email)
    back = remembering_page.evaluate("window.back")
    assert back["persisted"] is True
    assert "Ines's secret" not in back["text"]
    expect(remembering_page.get_by_role("link", name="Sign in")).to_be_visible()
