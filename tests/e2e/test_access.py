"""For everybody: axe finds nothing on any page in any state, and everything can be done by the keyboard."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import NewPage
from tests.e2e.support.access import is_accessible
from tests.e2e.support.lists import ListPage, add_todo, todos_of
from tests.e2e.support.photos import png
from tests.e2e.test_photos import choose
from tests.support.laptop import PASSWORD, Laptop, Person

PLUMBER = "Call the plumber before ten"


@pytest.fixture
def expected_errors() -> list[str]:
    return ["status of", "ERR_"]


@pytest.mark.parametrize("address", ["/", "/404.html", "/sign-in/", "/sign-up/", "/reset/", "/mailbox/"])
def test_the_public_pages(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    is_accessible(page)


def test_a_sign_in_that_fails(page: Page) -> None:
    page.goto("/sign-in/")
    page.get_by_label("Email address").fill("ines@example.com")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    is_accessible(page)


def test_the_code_that_was_mailed(page: Page, laptop: Laptop) -> None:
    page.goto("/sign-up/")
    page.get_by_label("Email address").fill(f"tove-{datetime.now(UTC).timestamp()}@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.get_by_label("Code").fill("12")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("The code has six digits.")).to_be_visible()
    is_accessible(page)
    page.goto(laptop.urls["mailbox"])
    expect(page.get_by_role("article", name="Mail")).to_be_visible()
    is_accessible(page)


def test_the_account_and_the_second_step(new_page: NewPage, ines: Person) -> None:
    page = new_page(ines)
    page.goto("/account/")
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_role("img", name="The key as a QR code")).to_be_visible()
    is_accessible(page)


def the_list(page: Page, person: Person) -> ListPage:
    now = datetime.now(UTC)
    add_todo(person.api, PLUMBER, notes="The pressure drops.", due_at=now.isoformat(), tags=["home"])
    add_todo(person.api, "Send the deposit", due_at=(now - timedelta(days=2)).isoformat(), tags=["money"])
    add_todo(person.api, "Return the library books", completed=True)
    return ListPage(page).open()


def empty(todos: ListPage) -> None:
    for title in (PLUMBER, "Send the deposit", "Return the library books"):
        todos.delete(title)
    expect(todos.page.get_by_role("heading", name="Nothing to do, and that is fine.")).to_be_visible()


def filter_empty(todos: ListPage) -> None:
    todos.page.get_by_role("button", name="Clear completed").click()
    todos.show("Completed")
    expect(todos.page.get_by_role("heading", name="Nothing completed yet.")).to_be_visible()


def all_done(todos: ListPage) -> None:
    todos.page.get_by_label("Mark all as done").click()
    expect(todos.page.locator(".lede")).to_have_text("That was everything.")


def open_with_everything(todos: ListPage) -> None:
    sheet = todos.unfold(PLUMBER)
    choose(sheet, png())
    expect(sheet.get_by_role("img", name="dial.png")).to_be_visible()
    held: list[Route] = []

    def meddle(route: Route) -> None:
        if route.request.method != "PUT":
            route.fallback()
        elif held:
            route.abort()
        else:
            held.append(route)

    todos.page.route("**/users/**", meddle)
    choose(sheet, png(name="sending.png"))
    expect(sheet.get_by_role("progressbar")).to_be_visible()
    choose(sheet, png(name="failing.png"))
    expect(sheet.get_by_role("button", name="Try again")).to_be_visible()
    sheet.get_by_role("button", name="Today").click()
    sheet.get_by_role("button", name="Tag", exact=True).click()
    sheet.get_by_label("New tag").fill("home")
    expect(sheet.get_by_text("That tag is there already.")).to_be_visible()


def editing(todos: ListPage) -> None:
    todos.edit(PLUMBER).fill("x" * 501)
    expect(todos.page.get_by_role("alert")).to_be_visible()


def offline(todos: ListPage) -> None:
    todos.page.context.set_offline(True)
    todos.toggle(PLUMBER)
    expect(todos.banner).to_contain_text("1 change is kept on this device.")


def asking_to_sign_out(todos: ListPage) -> None:
    offline(todos)
    todos.page.get_by_role("button", name="Sign out").click()
    expect(todos.page.get_by_role("dialog")).to_be_visible()


def busy(todos: ListPage) -> None:
    todos.refuse("PATCH", 503, **{"Retry-After": "600"})
    todos.toggle(PLUMBER)
    expect(todos.banner).to_contain_text("The server is busy.")


def refused(todos: ListPage) -> None:
    todos.refuse("PATCH", 500)
    todos.refuse("POST", 500)
    todos.toggle(PLUMBER)
    todos.add("Buy stamps")
    expect(todos.page.get_by_text("“Buy stamps” was not added.")).to_be_visible()
    expect(todos.row(PLUMBER).get_by_role("alert")).to_be_visible()


def toast(todos: ListPage) -> None:
    todos.delete(PLUMBER)
    todos.toast.hover()
    expect(todos.toast).to_be_visible()


def right_to_left(todos: ListPage) -> None:
    todos.add("اتصل بالسباك قبل الساعة العاشرة", "🧑🏽‍🚀 Emoji ☕️", "x" * 400)
    expect(todos.rows).to_have_count(6)
    todos.is_saved()


STATES: tuple[Callable[[ListPage], None], ...] = (
    empty,
    filter_empty,
    all_done,
    open_with_everything,
    editing,
    offline,
    asking_to_sign_out,
    busy,
    refused,
    toast,
    right_to_left,
)


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_the_list(new_page: NewPage, ines: Person, state: Callable[[ListPage], None]) -> None:
    todos = the_list(new_page(ines), ines)
    state(todos)
    is_accessible(todos.page)


def test_a_conflict(new_page: NewPage, ines: Person) -> None:
    todos = the_list(new_page(ines), ines)
    field = todos.edit(PLUMBER)
    plumber = todos_of(ines.api)[0]
    ines.api.patch(f"/todos/{plumber['id']}", json={"title": "Call the plumber about the boiler"}).raise_for_status()
    field.fill("Call the plumber before noon")
    field.press("Enter")
    expect(todos.conflict).to_be_visible()
    is_accessible(todos.page)
    todos.page.keyboard.press("Escape")
    expect(todos.page.get_by_role("button", name="Compare and choose")).to_be_visible()
    is_accessible(todos.page)


def test_a_list_that_does_not_come(new_page: NewPage, ines: Person) -> None:
    todos = ListPage(new_page(ines))
    todos.refuse("GET", 500)
    todos.page.goto("/todos/")
    expect(todos.page.get_by_role("heading", name="The list did not come.")).to_be_visible()
    is_accessible(todos.page)


def focused(page: Page) -> str:
    """The name of what has the focus."""
    name: str = page.evaluate(
        """() => {
            const each = document.activeElement;
            return each.ariaLabel ?? each.labels?.[0]?.innerText ?? each.innerText ?? '';
        }"""
    )
    return " ".join(name.split())


def tab_to(page: Page, name: str, key: str = "Tab") -> None:
    """Press the key until what is called that has the focus; it must come, and the focus must be seen."""
    for _ in range(40):
        page.keyboard.press(key)
        if focused(page) == name:
            shown: dict[str, Any] = page.evaluate(
                """() => {
                    const style = getComputedStyle(document.activeElement);
                    const line = getComputedStyle(document.activeElement.parentElement, '::after');
                    return { outline: style.outlineStyle, shadow: style.boxShadow, line: line.height };
                }"""
            )
            assert shown["outline"] != "none" or shown["shadow"] != "none" or shown["line"] == "2px", name
            return
    raise AssertionError(f"{name} cannot be reached")


def test_signing_in_and_writing_a_list_by_the_keyboard_alone(page: Page, ines: Person) -> None:
    todos, press = ListPage(page), page.keyboard.press

    page.goto("/sign-in/")
    tab_to(page, "Email address")
    page.keyboard.type(ines.email)
    tab_to(page, "Password")
    page.keyboard.type(PASSWORD)
    press("Enter")
    expect(todos.field).to_be_focused()

    for title in ("Call the plumber", "Buy stamps", "Bake bread"):
        page.keyboard.type(title)
        press("Enter")
    todos.has("Call the plumber", "Buy stamps", "Bake bread")

    # The arrows go from row to row.
    tab_to(page, "Done: Call the plumber")
    press("ArrowDown")
    assert focused(page) == "Done: Buy stamps"
    press("Space")
    expect(todos.row("Buy stamps")).to_have_class(re.compile("completed"))

    tab_to(page, "Completed")
    press("Enter")
    todos.has("Buy stamps")
    tab_to(page, "Clear completed")
    press("Enter")
    expect(todos.field).to_be_focused()
    todos.is_saved()
    assert [todo["title"] for todo in todos_of(ines.api)] == ["Call the plumber", "Bake bread"]


def test_filling_in_a_todo_by_the_keyboard_alone(todos: ListPage, ines: Person) -> None:
    page, press = todos.page, todos.page.keyboard.press
    todos.add("Call the plumber")

    tab_to(page, "Open: Call the plumber")
    press("Enter")
    expect(page.get_by_role("button", name="Change the words: Call the plumber")).to_be_focused()
    press("Enter")
    expect(page.get_by_label("Edit todo")).to_be_focused()
    page.keyboard.type(" before ten")
    press("Enter")
    todos.has("Call the plumber before ten")

    tab_to(page, "Note")
    page.keyboard.type("The pressure drops.")
    tab_to(page, "Due date")
    press("Enter")
    tab_to(page, "Tomorrow")
    press("Enter")
    expect(page.get_by_role("button", name="Tomorrow")).to_be_focused()
    tab_to(page, "Tag")
    press("Enter")
    expect(page.get_by_label("New tag")).to_be_focused()
    page.keyboard.type("home")
    press("Enter")
    press("Escape")
    expect(page.get_by_role("button", name="Tag", exact=True)).to_be_focused()
    press("Escape")
    expect(page.get_by_role("button", name="Open: Call the plumber before ten")).to_be_focused()

    todos.is_saved()
    (todo,) = todos_of(ines.api)
    assert (todo["title"], todo["notes"], todo["tags"]) == (
        "Call the plumber before ten",
        "The pressure drops.",
        ["home"],
    )
    assert todo["due_on"] is not None


def test_photos_by_the_keyboard_alone(todos: ListPage, ines: Person) -> None:
    page, press = todos.page, todos.page.keyboard.press
    # The browser hands its file choosers over only some time after somebody has asked for them.
    page.on("filechooser", lambda _: None)
    todos.add("Call the plumber")
    todos.unfold("Call the plumber")
    tab_to(page, "Add photos to “Call the plumber”")
    with page.expect_file_chooser() as chooser:
        press("Enter")
    chooser.value.set_files(png())
    expect(page.get_by_role("img", name="dial.png")).to_be_visible()

    tab_to(page, "Remove dial.png", "Shift+Tab")
    press("Enter")
    expect(page.get_by_role("heading", name="Remove this photo?")).to_be_focused()
    tab_to(page, "Remove")
    press("Enter")
    expect(page.get_by_role("button", name="Add photos")).to_be_focused()
    assert todos_of(ines.api)[0]["attachments"] == []


def test_deleting_by_the_keyboard_keeps_the_place_and_can_be_taken_back(todos: ListPage) -> None:
    page, press = todos.page, todos.page.keyboard.press
    todos.add("Call the plumber", "Buy stamps", "Bake bread")
    tab_to(page, "Delete: Buy stamps")
    press("Enter")
    expect(page.get_by_role("button", name="Delete: Bake bread")).to_be_focused()
    press("Enter")
    expect(page.get_by_role("button", name="Delete: Call the plumber")).to_be_focused()
    press("Control+z")
    todos.has("Call the plumber", "Bake bread")
    expect(page.get_by_label("Done: Bake bread")).to_be_focused()


def test_what_happens_is_said_aloud(todos: ListPage) -> None:
    said = todos.page.evaluate_handle(
        """() => {
            const said = [];
            const look = () => { const text = announcer.textContent; if (text) said.push(text); };
            new MutationObserver(look).observe(announcer, { childList: true, characterData: true, subtree: true });
            return said;
        }"""
    )
    announced = todos.page.locator("#announcer")
    todos.add("Buy milk")
    expect(announced).to_have_text("Added “Buy milk”.")
    todos.toggle("Buy milk")
    expect(announced).to_have_text("Done. 0 items left.")
    todos.show("Completed")
    expect(announced).to_have_text("1 todo shown.")
    words: list[str] = said.json_value()
    assert words == ["Added “Buy milk”.", "Done. 0 items left.", "1 todo shown."]


def test_less_motion_means_none_that_lasts(new_page: NewPage, ines: Person) -> None:
    page = new_page(ines, reduced_motion="reduce")
    todos = the_list(page, ines)
    todos.unfold(PLUMBER)
    durations: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('*')].flatMap(each => {
            const style = getComputedStyle(each);
            return [...style.animationDuration.split(', '), ...style.transitionDuration.split(', ')];
        })"""
    )
    assert {each for each in durations if float(each.rstrip("s")) > 0.002} == set()


def test_everything_that_can_be_hit_is_large_enough(new_page: NewPage, ines: Person) -> None:
    page = new_page(ines, viewport={"width": 390, "height": 844})
    todos = the_list(page, ines)
    todos.unfold(PLUMBER)
    small: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('button, a[href], input:not([type=file])')]
            .filter(each => each.checkVisibility({ visibilityProperty: true }) && !each.closest('.skip'))
            .map(each => [each, each.getBoundingClientRect()])
            .filter(([, { width, height }]) => width < 24 || height < 24)
            .map(([each]) => each.outerHTML.slice(0, 80))"""
    )
    assert small == []


def test_paper_shows_the_list_and_nothing_else(new_page: NewPage, ines: Person) -> None:
    page = new_page(ines)
    todos = the_list(page, ines)
    page.emulate_media(media="print")
    for unwanted in (".bar", ".entry", ".filters", ".clear-completed", ".destroy", ".sort"):
        expect(page.locator(unwanted).first).to_be_hidden()
    todos.has(PLUMBER, "Send the deposit", "Return the library books")
    expect(todos.titles.first).to_be_visible()
