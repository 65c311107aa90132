"""Readers: everything can be read with scripts off, by everybody, and costs next to nothing."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NewPage
from tests.e2e.support.access import DESKTOP, SMALLEST, is_accessible
from tests.support.laptop import Laptop

POST = "/blog/a-list-that-survives-the-tunnel/"
TABLE = "/blog/what-the-tide-table-taught-me-about-caches/"
PAGES = (
    "/blog/",
    POST,
    TABLE,
    "/blog/tags/design/",
    "/blog/archive/",
    "/blog/subscribe/",
    "/blog/subscribed/",
    "/blog/unsubscribe/#token=something",
    "/blog/unsubscribe/",
    "/blog/link-expired/",
    "/blog/contact/",
)


@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing_on_any_page(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    is_accessible(page, (SMALLEST, DESKTOP))


@pytest.mark.parametrize("address", PAGES)
def test_every_page_reads_well_with_scripts_off(new_page: NewPage, address: str) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("link", name="Feed", exact=True)).to_be_visible()
    # What needs scripts is not there to be tried in vain.
    expect(page.get_by_role("textbox")).to_have_count(0)
    expect(page.get_by_role("button")).to_have_count(0)
    expect(page.get_by_role("radio")).to_have_count(0)


def test_a_post_is_whole_with_scripts_off(new_page: NewPage) -> None:
    page = new_page(java_script_enabled=False)
    page.goto("/blog/")
    page.get_by_role("link", name="A list that survives the tunnel").first.click()
    expect(page.get_by_role("heading", name="Write it down, then send it")).to_be_visible()
    expect(page.get_by_role("region", name="Code 1: typescript")).to_contain_text("export async function flush")
    expect(page.locator(".cover img")).to_be_visible()
    expect(page.locator("noscript p")).to_be_visible()
    page.get_by_role("link", name="design").click()
    expect(page.get_by_role("heading", name="#design")).to_be_visible()


def test_nothing_of_the_blog_comes_from_elsewhere_and_nothing_is_asked_of_the_api(page: Page, site: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for address in PAGES:
        page.goto(address, wait_until="networkidle")
    assert len(asked) > len(PAGES)
    assert {url for url in asked if not url.startswith(f"{site}/")} == set()
    assert [url for url in asked if url.startswith(f"{site}/api/")] == []


def test_a_page_costs_little_and_does_not_move(page: Page) -> None:
    page.goto(POST, wait_until="networkidle")
    cost = page.evaluate(
        """async () => {
            const shifts = await new Promise(resolve => {
                let sum = 0;
                new PerformanceObserver(list => {
                    for (const each of list.getEntries()) sum += each.value;
                }).observe({ type: 'layout-shift', buffered: true });
                setTimeout(() => resolve(sum), 300);
            });
            const scripts = performance.getEntriesByType('resource').filter(each => each.name.endsWith('.js'));
            return { shifts, scripts: scripts.reduce((sum, each) => sum + each.encodedBodySize, 0) };
        }"""
    )
    assert cost["shifts"] < 0.01
    assert cost["scripts"] < 10 * 1024


def test_every_file_that_a_page_names_is_there(page: Page) -> None:
    for address in PAGES:
        named = set(
            re.findall(
                r'(?:href|src)="(/(?:assets/|blog/photos/|theme|favicon)[^"]+)"', page.request.get(address).text()
            )
        )
        assert any(name.endswith(".css") for name in named)
        assert {name: page.request.get(name).status for name in named} == dict.fromkeys(named, 200)


def test_code_is_copied_by_a_button(new_page: NewPage) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(POST)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("export async function flush(queue: Queue) {\n")


def test_a_theme_is_chosen_and_stays(page: Page) -> None:
    page.goto("/blog/")
    page.get_by_role("radio", name="Dark").check(force=True)
    page.goto(POST)
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("radio", name="Dark")).to_be_checked()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(19, 23, 22)"


def test_a_page_is_kept_by_browsers_only_to_be_asked_for_again(page: Page) -> None:
    first = page.request.get(POST)
    again = page.request.get(POST, headers={"If-None-Match": first.headers["etag"]})
    assert first.headers["cache-control"] == "public, max-age=0, s-maxage=60, must-revalidate"
    assert again.status == 304
    style = re.search(r'href="(/assets/blog-[^"]+\.css)"', first.text())
    assert style is not None
    assert page.request.get(style[1]).headers["cache-control"] == "public, max-age=31536000, immutable"


def test_the_page_for_what_is_not_there_leads_back_to_the_blog(page: Page, expected_errors: list[str]) -> None:
    expected_errors.append("status of 404")
    answer = page.goto("/blog/never-written/")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("heading", name="There is nothing at this address.")).to_be_visible()
    page.get_by_role("link", name="Read the blog").click()
    expect(page.get_by_role("heading", name="MyBlog", level=1)).to_be_visible()


def test_the_feed_and_the_sitemap_name_every_post(page: Page, laptop: Laptop) -> None:
    feed, sitemap = page.request.get("/blog/feed.atom"), page.request.get("/sitemap.xml")
    assert feed.headers["content-type"] == "application/atom+xml"
    for slug in ("a-list-that-survives-the-tunnel", "fewer-shelves", "the-moon-over-the-build-server"):
        assert f"/blog/{slug}/" in feed.text()
        assert f"/blog/{slug}/" in sitemap.text()
    # Past the edge too: readers know the site by its one address.
    assert f"Sitemap: {laptop.urls['site']}/sitemap.xml" in page.request.get("/robots.txt").text()
