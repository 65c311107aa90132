"""Long lists come page by page, and the count never claims more than is known."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Request, expect

from tests.e2e.conftest import NewPage
from tests.e2e.support.lists import ListPage, add_todo, todos_of
from tests.support.laptop import Person, until

COUNT = 125


@pytest.fixture
def many(new_page: NewPage, ines: Person) -> ListPage:
    """A list of 125: every fifth is done, every third has a date."""

    def add(number: int) -> None:
        due = datetime.now(UTC) + timedelta(days=(number * 7) % 30 + 1)
        dated = {"due_at": due.isoformat()} if number % 3 == 0 else {}
        add_todo(ines.api, f"Todo {number}", completed=number % 5 == 0, **dated)

    with ThreadPoolExecutor(4) as threads:
        # Within a part they come in any order; every page of 50 holds the same ones each time.
        for part in (range(50), range(50, 75), range(75, 100), range(100, COUNT)):
            list(threads.map(add, part))
    return ListPage(new_page(ines, viewport={"width": 1000, "height": 600}))


def test_the_first_page_is_enough_to_begin(many: ListPage) -> None:
    reads: list[Request] = []
    many.page.on("request", lambda request: reads.append(request) if "/todos?" in request.url else None)
    many.open()
    expect(many.rows).to_have_count(50)
    expect(many.count).to_have_text("At least 40 items left")
    expect(many.page.locator(".lede")).to_have_text("A long list. More of it comes as you scroll.")
    assert len([each for each in reads if each.method == "GET"]) == 1


def test_scrolling_reads_on_until_the_count_is_exact(many: ListPage, ines: Person) -> None:
    many.open()
    expect(many.rows).to_have_count(50)
    many.page.mouse.wheel(0, 100_000)
    expect(many.rows).to_have_count(100)
    many.page.mouse.wheel(0, 100_000)
    expect(many.rows).to_have_count(COUNT)
    expect(many.count).to_have_text("100 items left")
    expect(many.page.get_by_role("button", name="Show more")).to_have_count(0)
    assert many.titles.all_inner_texts() == [todo["title"] for todo in todos_of(ines.api)]


def test_the_button_reads_on_too(many: ListPage) -> None:
    many.page.add_init_script("window.IntersectionObserver = class { observe() {} disconnect() {} };")
    many.open()
    many.page.get_by_role("button", name="Show more").press("Enter")
    expect(many.rows).to_have_count(100)
    many.page.get_by_role("button", name="Show more").press("Enter")
    expect(many.rows).to_have_count(COUNT)


def test_a_filter_reads_its_own_listing_without_a_gap(many: ListPage, ines: Person) -> None:
    many.open("/todos/#/completed")
    expect(many.rows).to_have_count(25)
    assert many.titles.all_inner_texts() == [todo["title"] for todo in todos_of(ines.api) if todo["completed"]]
    many.show("Active")
    expect(many.rows).not_to_have_count(25)
    many.page.mouse.wheel(0, 100_000)
    expect(many.rows).to_have_count(100)
    # Only the next page can tell that there is no other.
    many.page.mouse.wheel(0, 100_000)
    expect(many.count).to_have_text("100 items left")


def test_soonest_first_is_right_from_the_first_page(many: ListPage, ines: Person) -> None:
    many.open()
    many.page.get_by_role("button", name="Soonest first").click()
    dated = [todo for todo in todos_of(ines.api) if todo["due_at"] and not todo["completed"]]
    expected = [todo["title"] for todo in sorted(dated, key=lambda todo: (todo["due_at"], todo["id"]))]
    expect(many.titles.nth(len(expected) - 1)).to_be_attached()
    assert many.titles.all_inner_texts()[: len(expected)] == expected


def test_a_new_todo_shows_although_pages_are_missing(many: ListPage) -> None:
    many.page.add_init_script("window.IntersectionObserver = class { observe() {} disconnect() {} };")
    many.open()
    many.add("The newest")
    expect(many.rows).to_have_count(51)
    expect(many.titles.last).to_have_text("The newest")
    many.page.get_by_role("button", name="Show more").press("Enter")
    expect(many.rows).to_have_count(101)
    expect(many.titles.last).to_have_text("The newest")


def test_all_of_them_means_those_not_read_yet_too(many: ListPage, ines: Person) -> None:
    many.open()
    many.page.get_by_label("Mark all as done").click()
    expect(many.page.locator(".lede")).to_have_text("That was everything.")
    many.is_saved()
    assert all(todo["completed"] for todo in todos_of(ines.api))


def test_clearing_takes_those_not_read_yet_too(many: ListPage, ines: Person) -> None:
    many.open()
    many.page.get_by_role("button", name="Clear completed").click()
    expect(many.toast).to_contain_text("Cleared 25 todos")
    until(lambda: len(todos_of(ines.api)) == 100)


def test_a_page_that_does_not_come_can_be_asked_for_again(many: ListPage, expected_errors: list[str]) -> None:
    expected_errors.append("status of 500")
    many.page.add_init_script("window.IntersectionObserver = class { observe() {} disconnect() {} };")
    many.open()
    many.refuse("GET", 500)
    many.page.get_by_role("button", name="Show more").press("Enter")
    expect(many.page.get_by_text("The next page did not come. The server had a fault.")).to_be_visible()
    expect(many.rows).to_have_count(50)
    many.relent()
    many.page.get_by_role("button", name="Try again").press("Enter")
    expect(many.rows).to_have_count(100)
