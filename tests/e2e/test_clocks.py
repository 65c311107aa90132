"""Devices in places with unusual time zones, whose clocks are wrong: what people see and send is right all the same.

The device's clock is wrong from before the page is loaded. The engine judges signatures and tokens by its own.
"""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NewPage
from tests.e2e.support.desk import Desk, draft_of
from tests.e2e.support.lists import ListPage, todos_of
from tests.e2e.support.photos import png
from tests.support.laptop import PASSWORD, Laptop, Person

PLANTS = "Water the plants"
# (time zone, by how many minutes the device's clock is wrong)
LISTS = [
    ("America/Nuuk", 20),
    ("Asia/Kathmandu", -20),
    ("Pacific/Auckland", 1_440),
    ("America/Los_Angeles", -1_440),
    ("Pacific/Apia", 1_440),
]
DESKS = [("Pacific/Apia", -1_440), ("Asia/Kathmandu", 20)]
WRONG_CLOCK = """(wrongBy => {
    const RealDate = Date;
    globalThis.Date = class extends RealDate {
        constructor(...given) {
            if (given.length === 0) super(RealDate.now() + wrongBy);
            else super(...given);
        }
        static now() {
            return RealDate.now() + wrongBy;
        }
    };
})"""


def open_device(new_page: NewPage, zone: str, minutes: int) -> Page:
    """Return a page of a device there, whose clock is wrong. Nobody has signed in on it."""
    page = new_page(timezone_id=zone)
    page.add_init_script(f"{WRONG_CLOCK}({minutes * 60_000})")
    return page


def sign_in(page: Page, person: Person, path: str) -> None:
    page.goto(f"/sign-in/?next={path}")
    page.get_by_label("Email address").fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(re.compile(rf"^[^?]+{path}$"))


def day_in(zone: str) -> datetime:
    return datetime.now(UTC).astimezone(ZoneInfo(zone))


@pytest.mark.parametrize(("zone", "minutes"), LISTS)
def test_the_list_has_the_day_of_the_place(new_page: NewPage, ines: Person, zone: str, minutes: int) -> None:
    # given somebody who signs in on such a device
    days = {day_in(zone).date()}
    page = open_device(new_page, zone, minutes)
    sign_in(page, ines, "/todos/")
    todos = ListPage(page).is_read()
    # when they add a todo for today, with a photo
    todos.add(PLANTS)
    sheet = todos.unfold(PLANTS)
    sheet.get_by_role("button", name="Due date").click()
    sheet.get_by_role("group", name="Due date").get_by_role("button", name="Today").click()
    sheet.locator("input[type=file]").set_input_files([png()])
    # then it is due on the day that it is there, and the photo is sent and shown
    expect(sheet.get_by_role("img", name="dial.png")).to_have_js_property("naturalWidth", 8)
    todos.is_saved()
    expect(page.locator(".lede")).to_have_text("One for today.")
    # The day may have ended meanwhile.
    days.add(day_in(zone).date())
    (todo,) = todos_of(ines.api)
    assert todo["due_on"] in {day.isoformat() for day in days}
    assert [photo["name"] for photo in todo["attachments"]] == ["dial.png"]
    expect(page.locator("h1")).to_contain_text(re.compile("|".join(f"{day:%A} {day.day} {day:%B}" for day in days)))


@pytest.mark.parametrize(("zone", "minutes"), DESKS)
def test_the_desk_says_when_it_was_by_the_servers_clock(
    new_page: NewPage, laptop: Laptop, zone: str, minutes: int
) -> None:
    author = laptop.person("ines", groups=("authors",))
    page = open_device(new_page, zone, minutes)
    sign_in(page, author, "/write/")
    desk = Desk(page).begin(f"Wrong clocks {author.sub[:8]}")
    desk.write("Hello.")
    desk.add_photo(png(16, "gauge.png"))
    desk.photos_are_ready()
    desk.is_saved()
    draft = draft_of(author, page.url.rpartition("/")[2])
    saved = datetime.fromisoformat(draft["updated_at"]).astimezone(ZoneInfo(zone))
    # The desk may save once more between the two.
    times = [saved - timedelta(minutes=1), saved, saved + timedelta(minutes=1)]
    expect(desk.state).to_have_text(re.compile("|".join(f"^Saved {each:%H:%M}$" for each in times)))
    expect(desk.preview.get_by_role("img", name="gauge")).to_have_js_property("naturalWidth", 16)
    expect(desk.posts.locator("small")).to_have_text("Draft, edited just now")
