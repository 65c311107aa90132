"""The list in the tunnel: nothing is lost, nothing is done twice."""

import httpx
import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.e2e.conftest import NewPage
from tests.e2e.support.lists import ListPage, add_todo, titles_of, todos_of
from tests.support.laptop import Person, until


@pytest.fixture(autouse=True)
def expected_errors() -> list[str]:
    return ["ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "status of 412"]


@pytest.fixture
def tunnel(new_page: NewPage, ines: Person) -> ListPage:
    """A list whose page is kept by its service worker, with two todos."""
    add_todo(ines.api, "Call the plumber")
    add_todo(ines.api, "Water the tomatoes")
    todos = ListPage(new_page(ines, service_workers="allow")).open()
    todos.has("Call the plumber", "Water the tomatoes")
    todos.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return todos


def enter(todos: ListPage) -> None:
    todos.page.context.set_offline(True)


def leave(todos: ListPage) -> None:
    todos.page.context.set_offline(False)


def test_changes_wait_and_are_counted(tunnel: ListPage) -> None:
    enter(tunnel)
    expect(tunnel.banner).to_contain_text("Offline. What you change is kept on this device.")
    tunnel.add("Buy stamps")
    expect(tunnel.banner).to_contain_text("Offline. 1 change is kept on this device.")
    tunnel.toggle("Call the plumber")
    tunnel.delete("Water the tomatoes")
    expect(tunnel.banner).to_contain_text("Offline. 3 changes are kept on this device.")
    expect(tunnel.state).to_have_text("3 waiting")
    tunnel.has("Call the plumber", "Buy stamps")


def test_what_cancels_out_does_not_wait(tunnel: ListPage) -> None:
    enter(tunnel)
    expect(tunnel.banner).to_contain_text("Offline.")
    tunnel.toggle("Call the plumber")
    expect(tunnel.state).to_have_text("1 waiting")
    tunnel.toggle("Call the plumber")
    expect(tunnel.state).to_have_text("Offline")


def test_everything_survives_a_reload_and_goes_out_once_and_in_order(tunnel: ListPage, ines: Person) -> None:
    # given changes that were made in the tunnel
    enter(tunnel)
    expect(tunnel.banner).to_contain_text("Offline.")
    tunnel.add("First", "Second", "Third")
    tunnel.rename("Second", "Second, changed")
    tunnel.toggle("Third")
    tunnel.toggle("Call the plumber")
    tunnel.delete("Water the tomatoes")
    expect(tunnel.state).to_have_text("5 waiting")

    # when the page is left and opened again, still in the tunnel
    tunnel.reload()
    tunnel.has("Call the plumber", "First", "Second, changed", "Third")
    expect(tunnel.row("Third").locator(".toggle")).to_be_checked()
    expect(tunnel.banner).to_contain_text("5 changes are kept on this device.")

    # then, once out of it, the server has each of them exactly once
    leave(tunnel)
    expect(tunnel.toast).to_contain_text("Back online. 5 changes sent.")
    tunnel.is_saved()
    expect(tunnel.banner).to_be_empty()
    found = [(todo["title"], todo["completed"], todo["version"]) for todo in todos_of(ines.api)]
    assert found == [
        ("Call the plumber", True, 2),
        ("First", False, 1),
        ("Second, changed", False, 1),
        ("Third", True, 1),
    ]
    tunnel.has("Call the plumber", "First", "Second, changed", "Third")


def test_a_lost_answer_is_no_second_todo(todos: ListPage, ines: Person) -> None:
    # given an API that creates the todo, but whose answer gets lost
    keys = []

    def lose_the_first_answer(route: Route) -> None:
        if route.request.method != "POST":
            route.fallback()
            return
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) == 1:
            route.fetch()
            route.abort()
        else:
            route.fallback()

    todos.page.route("**/todos", lose_the_first_answer)

    # when a todo is added, and the app tries again
    todos.add("Buy stamps")
    expect(todos.banner).to_contain_text("The server does not answer. 1 change is kept on this device.")
    todos.page.get_by_role("button", name="Try now").click()

    # then both requests were the same, and there is one todo
    todos.is_saved()
    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert titles_of(ines.api) == ["Buy stamps"]
    todos.has("Buy stamps")


def test_two_tabs_do_not_send_the_same_thing_twice(tunnel: ListPage, ines: Person) -> None:
    other = tunnel.tab()
    sent: list[str] = []
    tunnel.page.context.on(
        "requestfinished",
        lambda request: sent.extend(key for name, key in request.headers.items() if name == "idempotency-key"),
    )
    enter(tunnel)
    expect(tunnel.banner).to_contain_text("Offline.")
    expect(other.banner).to_contain_text("Offline.")
    tunnel.add("From one tab")
    other.add("From the other")
    expect(tunnel.state).to_have_text("2 waiting")
    expect(other.state).to_have_text("2 waiting")
    other.has("Call the plumber", "Water the tomatoes", "From one tab", "From the other")

    leave(tunnel)
    tunnel.is_saved()
    other.is_saved()
    assert sorted(titles_of(ines.api)) == [
        "Call the plumber",
        "From one tab",
        "From the other",
        "Water the tomatoes",
    ]
    assert len(sent) == len(set(sent)) == 2
    for tab in (tunnel, other):
        tab.has("Call the plumber", "Water the tomatoes", "From one tab", "From the other")


def test_a_todo_that_was_made_in_the_tunnel_can_be_undone_there(tunnel: ListPage, ines: Person) -> None:
    enter(tunnel)
    expect(tunnel.banner).to_contain_text("Offline.")
    tunnel.add("Buy stamps")
    expect(tunnel.state).to_have_text("1 waiting")
    tunnel.delete("Buy stamps")
    expect(tunnel.state).to_have_text("Offline")
    tunnel.toast.get_by_role("button", name="Undo").click()
    expect(tunnel.state).to_have_text("1 waiting")
    leave(tunnel)
    tunnel.is_saved()
    assert titles_of(ines.api) == ["Call the plumber", "Water the tomatoes", "Buy stamps"]


def test_what_is_changed_elsewhere_meanwhile_is_merged(tunnel: ListPage, ines: Person) -> None:
    enter(tunnel)
    expect(tunnel.banner).to_contain_text("Offline.")
    tunnel.rename("Call the plumber", "Call the plumber before ten")
    plumber = todos_of(ines.api)[0]
    ines.api.patch(f"/todos/{plumber['id']}", json={"tags": ["home"]}).raise_for_status()
    leave(tunnel)
    tunnel.is_saved()
    found = todos_of(ines.api)[0]
    assert (found["title"], found["tags"], found["version"]) == ("Call the plumber before ten", ["home"], 3)
    expect(tunnel.row("Call the plumber before ten")).to_contain_text("home")


def test_signing_out_in_the_tunnel_keeps_what_was_not_sent(tunnel: ListPage) -> None:
    enter(tunnel)
    expect(tunnel.banner).to_contain_text("Offline.")
    tunnel.add("Buy stamps")
    expect(tunnel.state).to_have_text("1 waiting")
    tunnel.page.get_by_role("button", name="Sign out").click()
    question = tunnel.page.get_by_role("dialog", name="1 change has not been sent")
    expect(question.get_by_role("heading")).to_be_focused()
    question.get_by_role("button", name="Stay").click()
    expect(tunnel.page.get_by_role("button", name="Sign out")).to_be_focused()
    tunnel.has("Call the plumber", "Water the tomatoes", "Buy stamps")


def test_a_click_just_before_the_page_is_left_is_not_lost(todos: ListPage, ines: Person) -> None:
    todos.field.fill("Last second")
    todos.page.evaluate(
        """() => {
            const enter = new KeyboardEvent('keydown', { key: 'Enter', bubbles: true });
            document.querySelector('.new-todo').dispatchEvent(enter);
            location.reload();
        }"""
    )
    todos.has("Last second")
    todos.is_saved()
    assert titles_of(ines.api) == ["Last second"]


def test_words_that_are_typed_survive_a_reload(tunnel: ListPage, ines: Person) -> None:
    # given words in the entry, in a note and in a title
    tunnel.field.fill("Half a thou")
    sheet = tunnel.unfold("Call the plumber")
    # without the focus, which a page may still lose, and with it save, while it is left
    sheet.get_by_label("Note").evaluate(
        """box => {
            box.value = 'The pressure drops below';
            box.dispatchEvent(new InputEvent('input', { bubbles: true }));
        }"""
    )
    tunnel.reload()
    expect(tunnel.field).to_have_value("Half a thou")
    expect(tunnel.page.get_by_label("Note")).to_have_value("The pressure drops below")
    expect(tunnel.page.get_by_text("These words were not saved yet.")).to_be_visible()
    tunnel.page.get_by_label("Note").focus()
    tunnel.page.keyboard.press("Tab")
    tunnel.is_saved()

    tunnel.edit("Water the tomatoes").fill("Water the tom")
    tunnel.reload()
    expect(tunnel.page.get_by_label("Edit todo")).to_have_value("Water the tom")
    tunnel.page.get_by_label("Edit todo").press("Enter")
    tunnel.is_saved()
    found = todos_of(ines.api)
    assert [todo["title"] for todo in found] == ["Call the plumber", "Water the tom"]
    assert found[0]["notes"] == "The pressure drops below"


def test_the_page_opens_without_a_network(tunnel: ListPage) -> None:
    enter(tunnel)
    tunnel.page.goto("about:blank")
    tunnel.page.goto("/todos/", wait_until="commit")
    tunnel.has("Call the plumber", "Water the tomatoes")
    expect(tunnel.banner).to_contain_text("Offline.")
    expect(tunnel.page.get_by_role("heading", level=1)).to_be_visible()


def test_changes_of_the_last_visit_are_sent_at_the_next(tunnel: ListPage, ines: Person) -> None:
    enter(tunnel)
    expect(tunnel.banner).to_contain_text("Offline.")
    tunnel.toggle("Call the plumber")
    expect(tunnel.state).to_have_text("1 waiting")
    context = tunnel.page.context
    tunnel.page.close()
    context.set_offline(False)
    later = ListPage(context.new_page()).open()
    later.is_saved()
    until(lambda: todos_of(ines.api)[0]["completed"])


QUERY = "DynamoDB_20120810.Query"


def targets(request: Request, operation: str) -> bool:
    return request.headers.get("x-amz-target", "").startswith(operation)


def reads_of(page: Page) -> list[str]:
    """Which lists the page asks the API for from now on."""
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.method == "GET" and "/todos?" in request.url:
            asked.append(request.url)

    page.on("request", note)
    return asked


def test_out_of_the_tunnel_the_own_rows_say_that_nothing_has_changed(tunnel: ListPage) -> None:
    enter(tunnel)
    expect(tunnel.banner).to_contain_text("Offline.")
    asked = reads_of(tunnel.page)
    with tunnel.page.expect_response(lambda answer: targets(answer.request, QUERY)) as answered:
        leave(tunnel)
    assert [row["version"]["N"] for row in answered.value.json()["Items"]] == ["1", "1"]
    # then the API has no list to give, and what comes next goes to it as ever
    tunnel.add("Buy stamps")
    tunnel.is_saved()
    tunnel.has("Call the plumber", "Water the tomatoes", "Buy stamps")
    assert asked == []


def test_out_of_the_tunnel_the_list_is_read_again_where_the_own_rows_have_changed(
    tunnel: ListPage, ines: Person
) -> None:
    enter(tunnel)
    expect(tunnel.banner).to_contain_text("Offline.")
    plumber, tomatoes = todos_of(ines.api)
    ines.api.patch(f"/todos/{plumber['id']}", json={"title": "Call the other plumber"}).raise_for_status()
    ines.api.delete(f"/todos/{tomatoes['id']}").raise_for_status()
    asked = reads_of(tunnel.page)
    with tunnel.page.expect_response(lambda answer: targets(answer.request, QUERY)) as answered:
        leave(tunnel)
    assert answered.value.ok
    tunnel.has("Call the other plumber")
    assert len(asked) == 1


@pytest.fixture
def closed(new_page: NewPage, ines: Person, site: str) -> ListPage:
    """A list whose page takes a table for its own that DynamoDB does not let it read."""
    add_todo(ines.api, "Call the plumber")
    page = new_page(ines)

    def mislead(route: Route) -> None:
        config = httpx.get(f"{site}/config.json").json()
        route.fulfill(json=config | {"todos_table": "mytodolist-local-media"})

    page.route("**/config.json", mislead)
    return ListPage(page).open()


def change_here_and_there(todos: ListPage, person: Person) -> None:
    enter(todos)
    expect(todos.banner).to_contain_text("Offline.")
    todos.add("Buy stamps")
    expect(todos.state).to_have_text("1 waiting")
    plumber = todos_of(person.api)[0]
    person.api.patch(f"/todos/{plumber['id']}", json={"title": "Call the other plumber"}).raise_for_status()


def test_where_dynamodb_refuses_the_api_answers(closed: ListPage, ines: Person, expected_errors: list[str]) -> None:
    expected_errors.append("status of 403")
    change_here_and_there(closed, ines)
    with closed.page.expect_response(lambda answer: targets(answer.request, QUERY)) as answered:
        leave(closed)
    assert answered.value.json()["__type"].endswith("AccessDeniedException")
    closed.is_saved()
    closed.has("Call the other plumber", "Buy stamps")
    assert titles_of(ines.api) == ["Call the other plumber", "Buy stamps"]


@pytest.mark.parametrize("lost", [QUERY, "AWSCognitoIdentityService."])
def test_where_dynamodb_or_the_identity_pool_is_gone_the_api_answers(tunnel: ListPage, ines: Person, lost: str) -> None:
    tunnel.delete("Water the tomatoes")
    tunnel.is_saved()
    change_here_and_there(tunnel, ines)
    gone: list[str] = []

    def lose(route: Route) -> None:
        if targets(route.request, lost):
            gone.append(route.request.headers["x-amz-target"])
            route.abort()
        else:
            route.fallback()

    tunnel.page.route("**/*", lose)
    leave(tunnel)
    tunnel.is_saved()
    tunnel.has("Call the other plumber", "Buy stamps")
    assert titles_of(ines.api) == ["Call the other plumber", "Buy stamps"]
    assert gone
