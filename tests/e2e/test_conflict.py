"""Two versions of one todo: nothing is lost until somebody chooses."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import NewPage
from tests.e2e.support.lists import ListPage, add_todo, todos_of
from tests.support.laptop import Person

PLUMBER = "Call the plumber"
MINE, THEIRS = "Call the plumber before ten", "Call the plumber about the boiler"


@pytest.fixture
def expected_errors() -> list[str]:
    return ["status of 412", "status of 404", "ERR_INTERNET_DISCONNECTED"]


@pytest.fixture
def clash(new_page: NewPage, ines: Person) -> tuple[ListPage, ListPage]:
    """Two tabs in which the same todo was edited at the same time: the first has saved, the second asks."""
    add_todo(ines.api, PLUMBER, tags=["home"])
    first = ListPage(new_page(ines)).open()
    second = first.tab()
    field, other = first.edit(PLUMBER), second.edit(PLUMBER)
    field.fill(THEIRS)
    field.press("Enter")
    first.is_saved()
    other.fill(MINE)
    other.press("Enter")
    expect(second.conflict).to_be_visible()
    return first, second


def keep(tab: ListPage, which: str) -> None:
    tab.conflict.get_by_role("button", name=f"Keep {which}").click()
    expect(tab.conflict).to_have_count(0)
    tab.is_saved()


def test_the_second_save_asks_and_marks_what_differs(clash: tuple[ListPage, ListPage]) -> None:
    first, second = clash
    expect(second.conflict.get_by_role("heading", name="Two versions of one todo")).to_be_focused()
    mine, theirs = (
        second.conflict.get_by_role("region", name="Mine"),
        second.conflict.get_by_role("region", name="Theirs"),
    )
    expect(mine).to_contain_text(MINE)
    expect(mine.locator("mark")).to_have_text("before ten")
    expect(theirs).to_contain_text(THEIRS)
    expect(theirs.locator("mark")).to_have_text("about the boiler")
    expect(second.state).to_have_text("1 to settle")
    # The other tab says so too, but does not open the question there.
    expect(first.conflict).to_have_count(0)
    expect(first.state).to_have_text("1 to settle")


def test_mine(clash: tuple[ListPage, ListPage], ines: Person) -> None:
    first, second = clash
    keep(second, "mine")
    second.has(MINE)
    first.has(MINE)
    assert [(todo["title"], todo["version"]) for todo in todos_of(ines.api)] == [(MINE, 3)]


def test_theirs(clash: tuple[ListPage, ListPage], ines: Person) -> None:
    first, second = clash
    keep(second, "theirs")
    second.has(THEIRS)
    first.has(THEIRS)
    assert [(todo["title"], todo["version"]) for todo in todos_of(ines.api)] == [(THEIRS, 2)]


def test_both(clash: tuple[ListPage, ListPage], ines: Person) -> None:
    first, second = clash
    keep(second, "both")
    second.has(THEIRS, MINE)
    first.has(THEIRS, MINE)
    assert [(todo["title"], todo["tags"]) for todo in todos_of(ines.api)] == [(THEIRS, ["home"]), (MINE, ["home"])]


def test_it_can_wait_and_survives_a_reload(clash: tuple[ListPage, ListPage], ines: Person) -> None:
    _, second = clash
    second.page.keyboard.press("Escape")
    expect(second.conflict).to_have_count(0)
    second.has(MINE)
    expect(second.row(MINE)).to_contain_text("Two versions of this todo.")
    second.reload()
    expect(second.state).to_have_text("1 to settle")
    second.page.get_by_role("button", name="Compare and choose").click()
    keep(second, "mine")
    assert [todo["title"] for todo in todos_of(ines.api)] == [MINE]


def test_what_only_one_side_changed_is_in_both_columns_and_kept(new_page: NewPage, ines: Person) -> None:
    # given: they changed the title and the tags, I the title and the note
    todo = add_todo(ines.api, PLUMBER)
    todos = ListPage(new_page(ines)).open()
    field = todos.edit(PLUMBER)
    todos.page.context.set_offline(True)
    field.fill(MINE)
    field.press("Enter")
    todos.unfold(MINE).get_by_label("Note").fill("Ask about the vessel.")
    todos.page.get_by_role("button", name=f"Close: {MINE}").click()
    ines.api.patch(f"/todos/{todo['id']}", json={"title": THEIRS, "tags": ["urgent"]}).raise_for_status()

    # when I am asked, and keep theirs
    todos.page.context.set_offline(False)
    expect(todos.conflict).to_be_visible()
    for side in ("Mine", "Theirs"):
        column = todos.conflict.get_by_role("region", name=side)
        expect(column).to_contain_text("Ask about the vessel.")
        expect(column).to_contain_text("urgent")
    keep(todos, "theirs")

    # then only the title was the choice
    found = todos_of(ines.api)[0]
    assert (found["title"], found["tags"], found["notes"]) == (THEIRS, ["urgent"], "Ask about the vessel.")


def test_changes_that_do_not_touch_need_no_choice(new_page: NewPage, ines: Person) -> None:
    todo = add_todo(ines.api, PLUMBER)
    todos = ListPage(new_page(ines)).open()
    field = todos.edit(PLUMBER)
    ines.api.patch(f"/todos/{todo['id']}", json={"completed": True}).raise_for_status()
    field.fill(MINE)
    field.press("Enter")
    todos.is_saved()
    expect(todos.row(MINE).locator(".toggle")).to_be_checked()
    found = todos_of(ines.api)[0]
    assert (found["title"], found["completed"], found["version"]) == (MINE, True, 3)


@pytest.mark.parametrize("way", ["Bring it back", "Let it go"])
def test_what_was_deleted_elsewhere_is_asked_about(new_page: NewPage, ines: Person, way: str) -> None:
    todo = add_todo(ines.api, PLUMBER)
    todos = ListPage(new_page(ines)).open()
    field = todos.edit(PLUMBER)
    ines.api.delete(f"/todos/{todo['id']}").raise_for_status()
    field.fill(MINE)
    field.press("Enter")
    expect(todos.row(MINE)).to_contain_text("This todo was deleted elsewhere while you changed it.")
    todos.page.get_by_role("button", name=way).click()
    todos.is_saved()
    expected = [MINE] if way == "Bring it back" else []
    todos.has(*expected)
    assert [each["title"] for each in todos_of(ines.api)] == expected


def test_a_change_in_another_tab_shows_here_at_once(new_page: NewPage, ines: Person) -> None:
    add_todo(ines.api, PLUMBER)
    first = ListPage(new_page(ines)).open()
    second = first.tab()
    first.rename(PLUMBER, THEIRS)
    second.has(THEIRS)
    first.toggle(THEIRS)
    expect(second.row(THEIRS)).to_have_class(re.compile("completed"))
    second.add("Buy stamps")
    first.has(THEIRS, "Buy stamps")
