"""The list page, in the words of those who use it."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import httpx
from playwright.sync_api import Locator, Page, Route, expect

from tests.e2e.support.held import Held

# The site has a page of that name too.
API_CALLS = re.compile(r"/todos(\?.*|/[0-9A-Z]{26}.*)?$")


class ListPage:
    """The todo list in one tab."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.field = page.get_by_label("New todo")
        self.rows = page.locator(".todo-list > li")
        self.titles = page.locator(".todo-list label")
        self.count = page.locator(".todo-count")
        self.state = page.locator(".bar .state")
        self.banner = page.locator(".banner")
        self.toast = page.locator(".toast")
        self.conflict = page.get_by_role("dialog", name="Two versions of one todo")

    def open(self, address: str = "/todos/") -> Self:
        """Go there and wait until the list has been read."""
        self.page.goto(address)
        return self.is_read()

    def reload(self) -> Self:
        self.page.reload()
        return self.is_read()

    def is_read(self) -> Self:
        expect(self.page.locator(".lede")).not_to_have_text("\u00a0")
        return self

    def tab(self) -> "ListPage":
        """The same list in another tab of the same browser."""
        return ListPage(self.page.context.new_page()).open()

    def add(self, *titles: str) -> None:
        for title in titles:
            self.field.fill(title)
            self.field.press("Enter")

    def row(self, title: str) -> Locator:
        return self.rows.filter(has=self.page.locator("label", has_text=re.compile(f"^{re.escape(title)}$")))

    def toggle(self, title: str) -> None:
        self.row(title).locator(".toggle").click()

    def delete(self, title: str) -> None:
        self.row(title).hover()
        self.row(title).locator(".destroy").click()

    def edit(self, title: str) -> Locator:
        """Start to change the words, and return the field."""
        self.row(title).locator("label").dblclick()
        field = self.page.get_by_label("Edit todo")
        expect(field).to_be_focused()
        return field

    def rename(self, title: str, words: str) -> None:
        field = self.edit(title)
        field.fill(words)
        field.press("Enter")

    def unfold(self, title: str) -> Locator:
        """Open a todo, and return its row."""
        self.page.get_by_role("button", name=f"Open: {title}").press("Enter")
        sheet = self.row(title)
        expect(sheet.get_by_label("Note")).to_be_visible()
        return sheet

    def show(self, filter_: str) -> None:
        self.page.locator(".filters").get_by_role("link", name=filter_, exact=True).click()

    def has(self, *titles: str) -> None:
        """The list shows exactly these."""
        expect(self.titles).to_have_text(list(titles))

    def is_saved(self) -> None:
        """Nothing waits any more."""
        expect(self.state).to_have_attribute("aria-busy", "false")
        expect(self.state).to_have_text("Saved")

    def refuse(self, method: str, status: int, **headers: str) -> None:
        """Let the API refuse all such calls from now on."""

        def answer(route: Route) -> None:
            if route.request.method != method:
                route.fallback()
                return
            problem = {"type": "urn:problem-type:test", "title": "Test", "status": status, "detail": "As asked."}
            exposed = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Retry-After"}
            route.fulfill(status=status, json=problem, headers={**exposed, **headers})

        self.page.route(API_CALLS, answer)

    def hold(self, method: str) -> Held:
        """Keep all such calls back from now on; the test lets them go."""
        return Held(self.page, API_CALLS, method)

    def relent(self) -> None:
        """Let the API answer again."""
        self.page.unroute(API_CALLS)


def freeze(page: Page) -> None:
    """Stop the page's clock: from now on its time passes only when the test says so."""
    now = datetime.now(UTC)
    page.clock.install(time=now)
    page.clock.pause_at(now + timedelta(seconds=1))


def todos_of(api: httpx.Client) -> list[dict[str, Any]]:
    """All todos as the API has them, oldest first."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = api.get("/todos", params={"limit": 100, **cursor}).raise_for_status().json()
        found += page["items"]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


def titles_of(api: httpx.Client) -> list[str]:
    return [todo["title"] for todo in todos_of(api)]


def add_todo(api: httpx.Client, title: str, **fields: Any) -> dict[str, Any]:
    todo: dict[str, Any] = api.post("/todos", json={"title": title, **fields}).raise_for_status().json()
    return todo
