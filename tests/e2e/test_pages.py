"""The pages as a whole: the front door, what is not there, what every page must have."""

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

PUBLIC = ("/", "/sign-in/", "/sign-up/", "/reset/", "/mailbox/")


def test_the_front_door_has_two_doors_and_both_open(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Two small things"))
    page.get_by_role("link", name="MyBlog", exact=True).click()
    expect(page.get_by_role("heading", name="A list that survives the tunnel")).to_be_visible()
    page.goto("/")
    page.get_by_role("link", name="MyTodoList", exact=True).click()
    expect(page).to_have_url(re.compile(r"/sign-in/\?next="))


def test_the_front_door_costs_next_to_nothing(page: Page) -> None:
    page.goto("/", wait_until="networkidle")
    sizes: dict[str, int] = page.evaluate(
        """() => Object.fromEntries(performance.getEntriesByType('resource')
            .filter(each => each.initiatorType === 'script' || each.name.endsWith('.js'))
            .map(each => [each.name, each.encodedBodySize]))"""
    )
    assert sizes
    assert sum(sizes.values()) < 3 * 1024


def test_the_page_for_what_is_not_there_leads_back(page: Page, expected_errors: list[str]) -> None:
    expected_errors.append("status of 404")
    answer = page.goto("/no/such/page")
    assert answer is not None
    assert answer.status == 404
    assert page.evaluate("[...document.styleSheets].every(each => each.cssRules.length > 0)") is True
    assert page.request.head("/assets/never-built.js").status == 404
    expect(page.get_by_role("heading", name="There is nothing at this address.")).to_be_visible()
    page.get_by_role("link", name="Front door").click()
    expect(page).to_have_url(re.compile(r":\d+/$"))


@pytest.mark.parametrize("address", PUBLIC)
def test_every_page_has_a_name_a_language_one_heading_and_a_way_past_the_bar(page: Page, address: str) -> None:
    page.goto(address)
    expect(page).to_have_title(re.compile(r"My|mailbox"))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    expect(page.get_by_role("main")).to_have_count(1)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()


@pytest.mark.parametrize("address", [*PUBLIC, "/todos/", "/account/"])
def test_no_page_has_anything_inline_that_the_policy_would_refuse(site: str, address: str) -> None:
    html = httpx.get(site + address).text
    assert "<style" not in html
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert not re.search(r"\sstyle=", html)
    assert not re.search(r"\son[a-z]+=", html)


def test_nothing_of_a_page_comes_from_elsewhere(page: Page, site: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for address in PUBLIC:
        page.goto(address, wait_until="load")
    assert len(asked) > len(PUBLIC)
    assert {url for url in asked if not url.startswith(site)} == set()
