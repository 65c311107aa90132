"""Taking things back, and putting dates, tags and notes on."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import NewPage
from tests.e2e.support.lists import ListPage, add_todo, freeze, titles_of, todos_of
from tests.support.laptop import Person, until


def test_a_deletion_is_taken_back_where_it_was(todos: ListPage, ines: Person) -> None:
    todos.add("Buy milk", "Buy stamps", "Bake bread")
    todos.is_saved()
    todos.delete("Buy stamps")
    expect(todos.toast).to_contain_text("Deleted “Buy stamps”")
    todos.has("Buy milk", "Bake bread")
    until(lambda: titles_of(ines.api) == ["Buy milk", "Bake bread"])
    todos.toast.get_by_role("button", name="Undo").click()
    todos.has("Buy milk", "Buy stamps", "Bake bread")
    todos.is_saved()
    assert titles_of(ines.api) == ["Buy milk", "Buy stamps", "Bake bread"]
    expect(todos.row("Buy stamps").locator(".toggle")).to_be_focused()


def test_clearing_is_taken_back_too(todos: ListPage, ines: Person) -> None:
    todos.add("Buy milk", "Buy stamps", "Bake bread")
    todos.toggle("Buy milk")
    todos.toggle("Bake bread")
    todos.is_saved()
    todos.page.get_by_role("button", name="Clear completed").click()
    expect(todos.toast).to_contain_text("Cleared 2 todos")
    until(lambda: titles_of(ines.api) == ["Buy stamps"])
    todos.toast.get_by_role("button", name="Undo").click()
    todos.has("Buy milk", "Buy stamps", "Bake bread")
    todos.is_saved()
    assert [(todo["title"], todo["completed"]) for todo in todos_of(ines.api)] == [
        ("Buy milk", True),
        ("Buy stamps", False),
        ("Bake bread", True),
    ]


def test_clearing_leaves_what_was_finished_elsewhere_since(todos: ListPage, ines: Person) -> None:
    todos.add("Buy milk")
    todos.toggle("Buy milk")
    todos.is_saved()
    add_todo(ines.api, "Finished elsewhere", completed=True)
    todos.page.get_by_role("button", name="Clear completed").click()
    todos.is_saved()
    assert titles_of(ines.api) == ["Finished elsewhere"]


def test_the_toast_goes_by_itself_but_not_under_the_pointer(todos: ListPage) -> None:
    freeze(todos.page)
    todos.add("Buy milk")
    todos.delete("Buy milk")
    todos.toast.hover()
    todos.page.clock.run_for(20_000)
    expect(todos.toast).to_be_visible()
    todos.field.hover()
    todos.page.clock.run_for(5_000)
    expect(todos.toast).to_be_visible()
    todos.page.clock.run_for(1_500)
    expect(todos.toast).to_have_count(0)


def test_a_note_is_kept_when_it_is_left(todos: ListPage, ines: Person) -> None:
    todos.add("Call the plumber")
    note = todos.unfold("Call the plumber").get_by_label("Note")
    note.fill("The pressure drops.\nAsk about the vessel.")
    todos.page.get_by_role("button", name="Close: Call the plumber").click()
    expect(todos.row("Call the plumber").locator(".meta")).to_contain_text("Note")
    todos.is_saved()
    assert todos_of(ines.api)[0]["notes"] == "The pressure drops.\nAsk about the vessel."


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/New_York", "UTC"])
def test_today_is_the_day_where_the_person_is(new_page: NewPage, ines: Person, zone: str) -> None:
    days = [datetime.now(ZoneInfo(zone)).date().isoformat()]
    todos = ListPage(new_page(ines, timezone_id=zone)).open()
    todos.add("Water the tomatoes")
    sheet = todos.unfold("Water the tomatoes")
    sheet.get_by_role("button", name="Due date").click()
    sheet.get_by_role("group", name="Due date").get_by_role("button", name="Today").click()
    expect(sheet.get_by_role("button", name="Today")).to_be_focused()
    todos.is_saved()
    expect(todos.page.locator(".lede")).to_have_text("One for today.")
    # The day may have ended meanwhile.
    days.append(datetime.now(ZoneInfo(zone)).date().isoformat())
    (todo,) = todos_of(ines.api)
    assert todo["due_on"] in days
    assert todo["due_at"] is None


def test_a_day_chosen_in_one_time_zone_is_that_day_in_another(new_page: NewPage, ines: Person) -> None:
    # given a day that was chosen in Los Angeles, and a moment
    add_todo(ines.api, "Call the plumber", due_at="2031-03-11T05:30:00Z")
    there = ListPage(new_page(ines, timezone_id="America/Los_Angeles")).open()
    expect(there.row("Call the plumber").locator(".due")).to_have_text("Mon 10 Mar 2031, 22:30")
    there.add("Water the tomatoes")
    sheet = there.unfold("Water the tomatoes")
    sheet.get_by_role("button", name="Due date").click()
    sheet.get_by_label("Another day").fill("2031-03-10")
    expect(sheet.get_by_role("button", name="Mon 10 Mar 2031")).to_be_visible()
    there.is_saved()
    # when the list is looked at in Tokyo
    here = ListPage(new_page(ines, timezone_id="Asia/Tokyo")).open()
    # then the day is the same, and the moment has the day and the time of Tokyo
    expect(here.row("Water the tomatoes").locator(".due")).to_have_text("Mon 10 Mar 2031")
    expect(here.row("Call the plumber").locator(".due")).to_have_text("Tue 11 Mar 2031, 14:30")


def test_any_day_can_be_picked_and_taken_away(todos: ListPage, ines: Person) -> None:
    todos.add("Water the tomatoes")
    sheet = todos.unfold("Water the tomatoes")
    sheet.get_by_role("button", name="Due date").click()
    sheet.get_by_label("Another day").fill("2031-02-28")
    expect(sheet.get_by_role("button", name="Fri 28 Feb 2031")).to_be_visible()
    todos.is_saved()
    assert todos_of(ines.api)[0]["due_on"] == "2031-02-28"
    sheet.get_by_role("button", name="No date").click()
    expect(sheet.get_by_role("button", name="Due date")).to_be_focused()
    todos.is_saved()
    assert todos_of(ines.api)[0]["due_on"] is None


def test_tags_come_and_go(todos: ListPage, ines: Person) -> None:
    todos.add("Water the tomatoes")
    sheet = todos.unfold("Water the tomatoes")
    sheet.get_by_role("button", name="Tag", exact=True).click()
    entry = sheet.get_by_label("New tag")
    entry.fill("garden")
    entry.press("Enter")
    entry.fill("garden")
    expect(sheet.get_by_text("That tag is there already.")).to_be_visible()
    entry.fill("home")
    entry.press("Enter")
    entry.press("Escape")
    todos.is_saved()
    assert todos_of(ines.api)[0]["tags"] == ["garden", "home"]
    sheet.get_by_role("button", name="Remove the tag garden").click()
    todos.is_saved()
    assert todos_of(ines.api)[0]["tags"] == ["home"]


def test_soonest_first_and_a_row_stays_while_it_is_in_the_hand(new_page: NewPage, ines: Person) -> None:
    now = datetime.now(UTC)
    for title, days in (("Later", 9), ("Undated", None), ("Soon", 2), ("Late", -3)):
        due = {} if days is None else {"due_at": (now + timedelta(days=days)).isoformat()}
        add_todo(ines.api, title, **due)
    todos = ListPage(new_page(ines)).open()
    todos.has("Later", "Undated", "Soon", "Late")
    todos.page.get_by_role("button", name="Soonest first").click()
    todos.has("Late", "Soon", "Later", "Undated")
    todos.toggle("Late")
    todos.has("Late", "Soon", "Later", "Undated")
    todos.is_saved()
    todos.reload()
    todos.has("Soon", "Later", "Undated", "Late")
