"""The list behaves as the TodoMVC specification says, and the server hears of it."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.support.lists import ListPage, add_todo, titles_of, todos_of
from tests.support.laptop import Person, until

MILK, EGGS, BREAD = "Buy milk", "Boil eggs", "Bake bread"


def test_an_empty_list_shows_neither_rows_nor_footer(todos: ListPage) -> None:
    expect(todos.page.locator(".main")).to_have_count(0)
    expect(todos.page.locator(".todoapp .footer")).to_have_count(0)
    expect(todos.page.locator(".toggle-all")).to_have_count(0)
    expect(todos.page.get_by_role("heading", name="Nothing to do, and that is fine.")).to_be_visible()
    expect(todos.field).to_be_focused()


def test_a_new_todo_is_trimmed_added_at_the_end_and_saved(todos: ListPage, ines: Person) -> None:
    todos.add(f"  {MILK}  ", EGGS)
    todos.has(MILK, EGGS)
    expect(todos.field).to_have_value("")
    todos.is_saved()
    assert titles_of(ines.api) == [MILK, EGGS]


def test_nothing_is_no_todo(todos: ListPage) -> None:
    todos.add("", "   ")
    expect(todos.rows).to_have_count(0)
    expect(todos.field).to_have_value("   ")


def test_a_todo_is_ticked_and_unticked(todos: ListPage, ines: Person) -> None:
    todos.add(MILK, EGGS)
    todos.toggle(MILK)
    expect(todos.row(MILK)).to_have_class(re.compile(r"\bcompleted\b"))
    expect(todos.row(EGGS)).not_to_have_class(re.compile(r"\bcompleted\b"))
    todos.is_saved()
    assert [todo["completed"] for todo in todos_of(ines.api)] == [True, False]

    todos.toggle(MILK)
    expect(todos.row(MILK)).not_to_have_class(re.compile(r"\bcompleted\b"))
    todos.is_saved()
    assert [todo["completed"] for todo in todos_of(ines.api)] == [False, False]


def test_the_count_knows_one_from_many(todos: ListPage) -> None:
    todos.add(MILK)
    expect(todos.count).to_have_text("1 item left")
    expect(todos.count.locator("strong")).to_have_text("1")
    todos.add(EGGS)
    expect(todos.count).to_have_text("2 items left")
    todos.toggle(MILK)
    todos.toggle(EGGS)
    expect(todos.count).to_have_text("0 items left")
    expect(todos.page.locator(".lede")).to_have_text("That was everything.")


def test_all_are_ticked_at_once_and_the_mark_follows(todos: ListPage, ines: Person) -> None:
    todos.add(MILK, EGGS, BREAD)
    todos.toggle(EGGS)
    all_of_them = todos.page.get_by_label("Mark all as done")
    expect(all_of_them).not_to_be_checked()

    all_of_them.check()
    expect(todos.page.locator(".todo-list .completed")).to_have_count(3)
    todos.toggle(BREAD)
    expect(all_of_them).not_to_be_checked()
    todos.toggle(BREAD)
    expect(all_of_them).to_be_checked()

    all_of_them.uncheck()
    expect(todos.page.locator(".todo-list .completed")).to_have_count(0)
    todos.is_saved()
    assert [todo["completed"] for todo in todos_of(ines.api)] == [False, False, False]


def test_a_double_click_changes_the_words(todos: ListPage, ines: Person) -> None:
    todos.add(MILK, EGGS)
    field = todos.edit(EGGS)
    expect(field).to_have_value(EGGS)
    expect(todos.row(EGGS)).to_have_class(re.compile(r"\bediting\b"))
    expect(todos.row(EGGS).locator(".toggle")).to_be_hidden()
    expect(todos.row(EGGS).locator("label")).to_be_hidden()

    field.fill("  Poach eggs ")
    field.press("Enter")
    todos.has(MILK, "Poach eggs")
    todos.is_saved()
    assert titles_of(ines.api) == [MILK, "Poach eggs"]


@pytest.mark.parametrize("state", ["closed", "open"])
def test_a_double_click_beside_the_words_changes_them_too(todos: ListPage, state: str) -> None:
    todos.add(MILK)
    row = todos.row(MILK) if state == "closed" else todos.unfold(MILK)
    row.locator(".view").dblclick(position={"x": 300, "y": 22})
    expect(row.get_by_label("Edit todo")).to_have_value(MILK)
    expect(row.locator(".sheet-body")).to_have_count(0 if state == "closed" else 1)


def test_a_title_is_changed_without_covering_what_stands_below(todos: ListPage, ines: Person) -> None:
    add_todo(ines.api, MILK, tags=["shop"])
    row = todos.reload().row(MILK)
    # below the words, where the tag is, is the row as well
    row.locator(".meta").dblclick(position={"x": 200, "y": 4}, force=True)
    expect(row.get_by_label("Edit todo")).to_be_focused()
    field, tag = row.get_by_label("Edit todo").bounding_box(), row.locator(".tag").bounding_box()
    assert field is not None
    assert tag is not None
    assert field["y"] + field["height"] <= tag["y"]


def test_no_title_turns_text_around(todos: ListPage, ines: Person) -> None:
    add_todo(ines.api, "invoice\u202efdp.exe", tags=["\u202egat"])
    row = todos.reload().row("invoicefdp.exe")
    expect(row.locator(".tag")).to_have_text("gat")
    assert "\u202e" not in todos.page.content()
    todos.unfold("invoicefdp.exe")
    assert "\u202e" not in todos.page.content()


def test_leaving_the_field_keeps_the_words(todos: ListPage) -> None:
    todos.add(MILK)
    todos.edit(MILK).fill("Buy oat milk")
    todos.field.click()
    todos.has("Buy oat milk")


def test_escape_returns_to_what_was(todos: ListPage) -> None:
    todos.add(MILK)
    field = todos.edit(MILK)
    field.fill("Something else")
    field.press("Escape")
    todos.has(MILK)
    todos.reload()
    todos.has(MILK)


def test_no_words_are_no_todo(todos: ListPage, ines: Person) -> None:
    todos.add(MILK, EGGS)
    todos.rename(MILK, "   ")
    todos.has(EGGS)
    todos.is_saved()
    assert titles_of(ines.api) == [EGGS]


def test_filters_follow_the_address_and_the_back_button(todos: ListPage) -> None:
    todos.add(MILK, EGGS)
    todos.toggle(EGGS)
    todos.show("Active")
    todos.has(MILK)
    expect(todos.page).to_have_url(re.compile(r"#/active$"))
    expect(todos.page.locator(".filters .selected")).to_have_text("Active")
    todos.show("Completed")
    todos.has(EGGS)
    todos.page.go_back()
    todos.has(MILK)
    todos.page.go_back()
    todos.has(MILK, EGGS)


def test_a_filter_survives_a_reload(todos: ListPage) -> None:
    todos.add(MILK, EGGS)
    todos.toggle(EGGS)
    todos.is_saved()
    todos.open("/todos/#/completed")
    todos.reload()
    todos.has(EGGS)


def test_a_todo_leaves_a_filter_that_it_no_longer_passes(todos: ListPage) -> None:
    todos.add(MILK, EGGS)
    todos.show("Active")
    todos.toggle(MILK)
    todos.has(EGGS)
    expect(todos.row(EGGS).locator(".toggle")).to_be_focused()
    todos.toggle(EGGS)
    expect(todos.page.get_by_role("heading", name="That was everything.")).to_be_visible()
    todos.show("Completed")
    todos.has(MILK, EGGS)


def test_an_empty_filter_says_so(todos: ListPage) -> None:
    todos.add(MILK)
    todos.show("Completed")
    expect(todos.page.get_by_role("heading", name="Nothing completed yet.")).to_be_visible()


def test_what_is_done_is_cleared(todos: ListPage, ines: Person) -> None:
    todos.add(MILK, EGGS, BREAD)
    clear = todos.page.get_by_role("button", name="Clear completed")
    expect(clear).to_have_count(0)
    todos.toggle(MILK)
    todos.toggle(BREAD)
    clear.click()
    todos.has(EGGS)
    expect(clear).to_have_count(0)
    until(lambda: titles_of(ines.api) == [EGGS])


def test_a_reload_shows_the_same_list(todos: ListPage) -> None:
    todos.add(MILK, EGGS)
    todos.toggle(EGGS)
    todos.is_saved()
    todos.reload()
    todos.has(MILK, EGGS)
    expect(todos.row(EGGS).locator(".toggle")).to_be_checked()
