"""The author's desk and the reader's pages, in the words of those who use them."""

import re
from typing import Any, Self

from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.support.laptop import Person, until


class Desk:
    """The desk in one tab."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.title = page.get_by_role("textbox", name="Title")
        self.summary = page.get_by_role("textbox", name="Summary")
        self.text = page.get_by_role("textbox", name="Text, in Markdown")
        self.tags = page.get_by_role("textbox", name="Tags")
        self.preview = page.get_by_role("region", name="Preview")
        self.state = page.locator(".publish .state").first
        self.posts = page.get_by_role("navigation", name="Posts")
        self.conflict = page.get_by_role("dialog", name="Two versions of one post")
        self.publish = page.get_by_role("button", name=re.compile("^Publish"))

    def open(self, slug: str = "") -> Self:
        """Go to the desk, or to a post on it."""
        self.page.goto(f"/write/#post/{slug}" if slug else "/write/")
        if slug:
            expect(self.text).to_be_visible()
        else:
            expect(self.page.get_by_role("heading", level=1)).to_be_visible()
        return self

    def tab(self, slug: str) -> "Desk":
        """The same post in another tab of the same browser."""
        return Desk(self.page.context.new_page()).open(slug)

    def begin(self, title: str) -> Self:
        """Begin a post under the address that its title gives."""
        self.page.goto("/write/#new")
        self.page.get_by_label("Title").fill(title)
        self.page.get_by_role("button", name="Begin").click()
        expect(self.text).to_be_focused()
        return self

    def write(self, words: str) -> None:
        """Type at the end of the text."""
        self.text.press("Control+End")
        self.page.keyboard.insert_text(words)

    def is_saved(self) -> None:
        expect(self.state).to_have_text(re.compile(r"^Saved \d\d:\d\d$"))

    def add_photo(self, *files: FilePayload) -> None:
        self.page.get_by_label("Photos for the text").set_input_files(list(files))

    def add_cover(self, file: FilePayload) -> None:
        self.page.get_by_label("Cover photo").set_input_files(file)

    def photos_are_ready(self) -> None:
        """Nothing is on its way any more."""
        expect(self.page.get_by_role("list", name="Photos on their way")).to_have_count(0)

    def ask(self, what: str) -> Locator:
        """Press a button of the desk, and return the question that it asks."""
        self.page.get_by_role("button", name=what, exact=True).click()
        return self.page.get_by_role("dialog")

    def publish_now(self) -> None:
        self.publish.click()
        self.page.get_by_role("dialog").get_by_role("button", name="Publish", exact=True).click()
        expect(self.page.get_by_role("dialog")).to_have_count(0)
        expect(self.publish).to_have_text("Published")


def begin_post(author: Person, title: str, **fields: Any) -> dict[str, Any]:
    """Begin a draft by the API."""
    draft: dict[str, Any] = author.api.post("/posts", json={"title": title, **fields}).raise_for_status().json()
    return draft


def draft_of(author: Person, slug: str) -> dict[str, Any]:
    draft: dict[str, Any] = author.api.get(f"/me/posts/{slug}").raise_for_status().json()
    return draft


def change_elsewhere(author: Person, slug: str, **changes: Any) -> None:
    author.api.patch(f"/posts/{slug}", json=changes).raise_for_status()


def page_is_there(page: Page, path: str, *, there: bool = True) -> None:
    """Wait until readers find the page, or do not any more."""
    until(lambda: page.request.get(path).ok == there)
