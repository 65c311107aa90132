"""When the API says no: it shows, it says why, and nothing that was typed is lost."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import NewPage
from tests.e2e.support.lists import ListPage, add_todo, freeze, titles_of, todos_of
from tests.support.laptop import Person

DONE = re.compile(r"\bcompleted\b")


@pytest.fixture
def expected_errors() -> list[str]:
    return ["status of 4", "status of 5"]


def test_a_change_that_fails_is_rolled_back_and_can_be_tried_again(todos: ListPage, ines: Person) -> None:
    # given an API that takes its time, and then has a fault
    todos.add("Buy milk")
    todos.is_saved()
    held = todos.hold("PATCH")

    # when the todo is ticked, it shows at once
    with todos.page.expect_request(lambda request: request.method == "PATCH"):
        todos.toggle("Buy milk")
    expect(todos.row("Buy milk")).to_have_class(DONE)

    # then, when the fault comes, it is as before, with the reason beside it
    fault = {"type": "urn:problem-type:internal-error", "title": "Fault", "status": 500, "detail": "A fault."}
    held.first().fulfill(status=500, json=fault, headers={"Access-Control-Allow-Origin": "*"})
    expect(todos.row("Buy milk")).not_to_have_class(DONE)
    note = todos.row("Buy milk").get_by_role("alert")
    expect(note).to_contain_text("It is not marked as done. The server had a fault.")
    expect(todos.state).to_have_text("1 not saved")

    # and the next try works
    todos.relent()
    note.get_by_role("button", name="Try again").click()
    todos.is_saved()
    expect(todos.row("Buy milk")).to_have_class(DONE)
    assert todos_of(ines.api)[0]["completed"]


def test_a_todo_that_is_not_added_keeps_its_words_even_over_a_reload(todos: ListPage, ines: Person) -> None:
    todos.refuse("POST", 500)
    todos.add("Buy stamps")
    note = todos.page.get_by_text("“Buy stamps” was not added. The server had a fault.")
    expect(note).to_be_visible()
    expect(todos.rows).to_have_count(0)
    todos.relent()
    todos.reload()
    expect(note).to_be_visible()
    todos.page.get_by_role("button", name="Try again").click()
    todos.has("Buy stamps")
    todos.is_saved()
    assert titles_of(ines.api) == ["Buy stamps"]


def test_a_list_that_was_not_read_can_be_read_after_a_todo_was_added(new_page: NewPage, ines: Person) -> None:
    # given a list that the API does not give, and a person who adds a todo to it all the same
    add_todo(ines.api, "Buy milk")
    todos = ListPage(new_page(ines))
    todos.refuse("GET", 503)
    todos.page.goto("/todos/")
    again = todos.page.get_by_role("button", name="Try again")
    expect(again).to_be_visible()
    todos.add("Buy stamps")
    todos.has("Buy stamps")
    expect(todos.state).to_have_text("Not read")

    # when the API answers again, then the person can read the rest
    todos.relent()
    again.click()
    todos.has("Buy milk", "Buy stamps")
    todos.is_saved()


def test_what_is_refused_can_be_let_go(todos: ListPage, ines: Person) -> None:
    todos.add("Buy milk")
    todos.is_saved()
    todos.refuse("DELETE", 403)
    todos.delete("Buy milk")
    expect(todos.row("Buy milk").get_by_role("alert")).to_contain_text("It was not deleted. As asked.")
    todos.page.get_by_role("button", name="Let it go").click()
    expect(todos.state).to_have_text("Saved")
    todos.has("Buy milk")
    assert titles_of(ines.api) == ["Buy milk"]


def test_a_busy_server_is_given_the_time_it_asks_for(todos: ListPage, ines: Person) -> None:
    # given a server that is busy for two seconds
    freeze(todos.page)
    times: list[float] = []

    def busy_once(route: Route) -> None:
        if route.request.method != "POST":
            route.fallback()
            return
        times.append(todos.page.evaluate("Date.now()"))
        if len(times) > 1:
            route.fallback()
            return
        problem = {"type": "urn:problem-type:unavailable", "title": "Busy", "status": 503, "detail": "Busy."}
        headers = {
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Expose-Headers": "Retry-After",
            "Retry-After": "30",
        }
        route.fulfill(status=503, json=problem, headers=headers)

    todos.page.route("**/todos", busy_once)

    # when something is added, the page says what it waits for
    todos.add("Buy milk")
    expect(todos.banner).to_contain_text("The server is busy. 1 change waits on this device.")
    expect(todos.state).to_have_text("1 waiting")
    todos.has("Buy milk")
    todos.page.clock.run_for(29_000)
    expect(todos.banner).to_contain_text(re.compile(r"Next try in [12] s\."))
    assert len(times) == 1

    # then it is sent after that time
    todos.page.clock.run_for(2_000)
    todos.is_saved()
    expect(todos.banner).to_be_empty()
    assert titles_of(ines.api) == ["Buy milk"]


def test_nobody_has_to_wait_that_long(todos: ListPage, ines: Person) -> None:
    todos.refuse("POST", 429, **{"Retry-After": "600"})
    todos.add("Buy milk")
    expect(todos.banner).to_contain_text("The server is busy.")
    todos.relent()
    todos.page.get_by_role("button", name="Try now").click()
    todos.is_saved()
    assert titles_of(ines.api) == ["Buy milk"]


def test_an_old_token_is_renewed_without_a_word(todos: ListPage, ines: Person) -> None:
    seen: list[str] = []

    def refuse_the_first(route: Route) -> None:
        if route.request.method == "POST":
            seen.append(route.request.headers["authorization"])
        if len(seen) == 1 and route.request.method == "POST":
            problem = {"type": "urn:problem-type:unauthorized", "title": "No", "status": 401, "detail": "Old token."}
            route.fulfill(status=401, json=problem, headers={"Access-Control-Allow-Origin": "*"})
        else:
            route.fallback()

    todos.page.route("**/todos", refuse_the_first)
    todos.add("Buy milk")
    todos.is_saved()
    assert titles_of(ines.api) == ["Buy milk"]
    assert len(set(seen)) == 2


def test_when_the_session_is_over_sign_in_brings_everything_back(todos: ListPage, ines: Person) -> None:
    # given a session that the API does not take any more
    todos.add("Buy milk")
    todos.show("Active")
    todos.is_saved()
    todos.refuse("POST", 401)
    todos.add("Buy stamps")

    # when the page asks to sign in, and somebody does
    page = todos.page
    expect(page).to_have_url(re.compile(r"/sign-in/\?next=%2Ftodos%2F%23%2Factive$"))
    todos.relent()
    sign_in(page, ines)

    # then they are where they were, and what they did is done
    expect(page).to_have_url(re.compile(r"/todos/#/active$"))
    todos.has("Buy milk", "Buy stamps")
    todos.is_saved()
    assert titles_of(ines.api) == ["Buy milk", "Buy stamps"]


def sign_in(page: Page, person: Person) -> None:
    page.get_by_label("Email address").fill(person.email)
    page.get_by_label("Password", exact=True).fill("Quiet-Paper-42")
    page.get_by_role("button", name="Sign in").click()


def test_a_list_that_does_not_come_says_so_and_comes_when_asked(new_page: NewPage, ines: Person) -> None:
    add_todo(ines.api, "Buy milk")
    todos = ListPage(new_page(ines))
    todos.refuse("GET", 500)
    todos.page.goto("/todos/")
    expect(todos.page.get_by_role("heading", name="The list did not come.")).to_be_visible()
    expect(todos.state).to_have_text("Not read")
    todos.relent()
    todos.page.get_by_role("button", name="Try again").click()
    todos.has("Buy milk")


def test_a_slow_list_says_that_it_is_being_read_and_a_quick_one_does_not(new_page: NewPage, ines: Person) -> None:
    add_todo(ines.api, "Buy milk")
    todos = ListPage(new_page(ines))
    freeze(todos.page)
    held = todos.hold("GET")
    with todos.page.expect_request("**/todos?*"):
        todos.page.goto("/todos/")
    expect(todos.field).to_be_visible()
    todos.page.clock.run_for(350)
    expect(todos.page.get_by_text("Reading your list")).to_have_count(0)
    todos.page.clock.run_for(100)
    expect(todos.page.get_by_text("Reading your list")).to_be_visible()
    held.let_go()
    todos.has("Buy milk")
    expect(todos.page.get_by_text("Reading your list")).to_have_count(0)


def test_what_does_not_fit_is_told_before_it_is_sent(todos: ListPage, ines: Person) -> None:
    todos.field.fill("x" * 501)
    expect(todos.page.get_by_text("A title holds 500 characters; this one has 501.")).to_be_visible()
    todos.field.press("Enter")
    expect(todos.rows).to_have_count(0)
    expect(todos.field).to_have_value("x" * 501)
    todos.field.fill("x" * 500)
    todos.field.press("Enter")
    expect(todos.rows).to_have_count(1)
    todos.is_saved()
    assert titles_of(ines.api) == ["x" * 500]


def test_a_page_whose_settings_do_not_come_says_so(new_page: NewPage, ines: Person, expected_errors: list[str]) -> None:
    expected_errors.append("thrown: /config.json: 503")
    page = new_page(ines)
    page.route("**/config.json", lambda route: route.fulfill(status=503, body=""))
    for address in ("/todos/", "/sign-in/", "/mailbox/"):
        page.goto(address)
        expect(page.get_by_role("heading", name="This page did not come up.")).to_be_visible()
