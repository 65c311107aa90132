"""What people do on an unreliable network: they go on, and press again what the page offers again."""

import re
import time
from collections.abc import Callable
from contextlib import suppress

from playwright.sync_api import Error, Locator, Page, expect

from tests.e2e.support.desk import Desk, draft_of
from tests.e2e.support.lists import ListPage, todos_of
from tests.e2e.support.photos import png
from tests.support.laptop import PASSWORD, Person

MILK, EGGS, BREAD, PLANTS = "Buy milk", "Boil eggs", "Bake bread", "Water the plants"
AGAIN = re.compile("^Try again")
SAVED = re.compile("Saved")
LONG = 90
SHORT_MS = 2_000
Calm = Callable[[], None]
Journey = Callable[[Page, Person, Calm], None]


def press_until(page: Page, goal: Locator, again: Locator | None = None) -> None:
    """Press *Try again*, or another button, whenever it is offered, until the goal is there."""
    deadline = time.monotonic() + LONG
    while not goal.first.is_visible():
        assert time.monotonic() < deadline, f"not there after {LONG} s: {goal}\n{page.locator('body').inner_text()}"
        if not press_if_offered(page.get_by_role("button", name=AGAIN).first) and again is not None:
            press_if_offered(again)
        page.wait_for_timeout(250)


def press_if_offered(button: Locator) -> bool:
    """Press a button that is there and enabled; return whether it was. It may be gone before it is pressed."""
    offered = button.and_(button.page.locator(":enabled"))
    if not offered.is_visible():
        return False
    with suppress(Error):
        offered.click(timeout=SHORT_MS)
    return True


def keep_a_list(page: Page, person: Person, calm: Calm) -> None:
    todos = ListPage(page)
    page.goto("/todos/")
    press_until(page, todos.field)
    todos.add(MILK, EGGS, BREAD)
    page.get_by_label("Mark all as done").click()
    for title in (MILK, EGGS, BREAD):
        expect(todos.row(title).locator(".toggle")).to_be_checked()
    todos.toggle(BREAD)
    todos.toggle(BREAD)
    todos.toggle(MILK)
    todos.rename(EGGS, "Boil six eggs")
    todos.add(PLANTS)
    todos.delete(MILK)
    calm()
    press_until(page, todos.state.filter(has_text=SAVED))
    todos.is_saved()
    todos.has("Boil six eggs", BREAD, PLANTS)
    stored = [(todo["title"], todo["completed"]) for todo in todos_of(person.api)]
    assert stored == [("Boil six eggs", True), (BREAD, True), (PLANTS, False)]
    todos.reload().has("Boil six eggs", BREAD, PLANTS)


def attach_a_photo(page: Page, person: Person, calm: Calm) -> None:
    todos = ListPage(page)
    page.goto("/todos/")
    press_until(page, todos.field)
    todos.add(MILK)
    sheet = todos.unfold(MILK)
    sheet.locator("input[type=file]").set_input_files([png()])
    sheet.get_by_label("Note").fill("Two pints.")
    sheet.get_by_label("Note").press("Tab")
    calm()
    press_until(page, sheet.get_by_role("img", name="dial.png"))
    press_until(page, todos.state.filter(has_text=SAVED))
    todos.is_saved()
    (todo,) = todos_of(person.api)
    assert (todo["notes"], [photo["name"] for photo in todo["attachments"]]) == ("Two pints.", ["dial.png"])


def write_a_post(page: Page, author: Person, calm: Calm) -> None:
    desk, title = Desk(page), f"Slow lines {author.sub[:8]}"
    page.goto("/write/#new")
    press_until(page, page.get_by_label("Title"))
    page.get_by_label("Title").fill(title)
    press_until(page, desk.text, page.get_by_role("button", name="Begin"))
    desk.write("Hello **there**.")
    desk.summary.fill("On slow networks.")
    desk.tags.fill("slow,")
    desk.write(" And again.")
    calm()
    desk.is_saved()
    slug = page.url.rpartition("/")[2]
    draft = draft_of(author, slug)
    assert (draft["title"], draft["body"]) == (title, "Hello **there**. And again.")
    assert (draft["summary"], draft["tags"]) == ("On slow networks.", ["slow"])
    assert [each["slug"] for each in author.api.get("/me/posts").raise_for_status().json()["items"]] == [slug]
    desk.publish_now()
    assert author.api.get(f"/posts/{slug}").raise_for_status().json()["title"] == title


def sign_in(page: Page, person: Person, calm: Calm) -> None:
    page.goto("/sign-in/")
    email = page.get_by_label("Email address")
    press_until(page, email)
    email.fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    submit = page.get_by_role("button", name="Sign in", exact=True)
    submit.click()
    deadline = time.monotonic() + LONG
    while "/todos/" not in page.url:
        assert time.monotonic() < deadline, page.locator("body").inner_text()
        press_if_offered(submit.filter(visible=True))
        page.wait_for_timeout(250)
    press_until(page, ListPage(page).field)
    calm()
    expect(page.get_by_label("New todo")).to_be_visible()


JOURNEYS: dict[str, Journey] = {
    "list": keep_a_list,
    "photo": attach_a_photo,
    "desk": write_a_post,
    "sign-in": sign_in,
}
