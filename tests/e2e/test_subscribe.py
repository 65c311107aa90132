"""Letters: a reader asks, confirms, is welcomed once, and leaves; and the contact form says what happened."""

import re
import secrets
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.support.access import DESKTOP, SMALLEST, is_accessible
from tests.support.laptop import Laptop, until

QUIET_SECONDS = 2_000
LINK = re.compile(r"https?://\S+/subscribers/confirm\?token=\S+")
LEAVE = re.compile(r"https?://\S+/blog/unsubscribe/#token=\S+")


@pytest.fixture
def address() -> str:
    return f"tove-{secrets.token_hex(4)}@example.com"


def ask(page: Page, address: str, path: str = "/blog/") -> None:
    page.goto(path)
    page.get_by_label("Email address").fill(address)
    page.get_by_role("button", name="Subscribe").click()


def link_in(laptop: Laptop, address: str, pattern: re.Pattern[str]) -> str:
    """The link in the newest mail that has one."""

    def found() -> str | None:
        matches = (pattern.search(mail["text"]) for mail in laptop.mails_to(address))
        return next((match[0] for match in matches if match), None)

    link = until(found)
    assert link is not None
    return link


def answer(page: Page, path: str, **reply: Any) -> None:
    """Let the API answer so from now on."""
    headers = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Retry-After"}

    def fulfil(route: Route) -> None:
        if route.request.method == "OPTIONS":
            route.fallback()
            return
        route.fulfill(**{**reply, "headers": {**headers, **reply.get("headers", {})}})

    page.route(re.compile(path), fulfil)


def test_a_reader_subscribes_is_welcomed_once_and_leaves(page: Page, laptop: Laptop, address: str) -> None:
    # given a reader who asks without leaving the page
    ask(page, address, "/blog/fewer-shelves/")
    expect(page.get_by_role("status")).to_contain_text(f"We sent a link to {address}.")
    expect(page.get_by_text("Look in your inbox")).to_be_focused()
    expect(page).to_have_url(re.compile("/blog/fewer-shelves/$"))

    # when they follow the link of the mail in the mailbox, and again
    page.goto(laptop.urls["mailbox"])
    page.get_by_role("button", name=re.compile(re.escape(address))).first.click()
    page.get_by_text("Plain text").click()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="subscribers/confirm").click()
    confirmed = opened.value
    expect(confirmed).to_have_url(re.compile("/blog/subscribed/$"))
    expect(confirmed.get_by_role("heading", name="You are on the list.")).to_be_visible()
    confirmed.goto(link_in(laptop, address, LINK))

    # then one welcome mail comes, and not another
    leave = link_in(laptop, address, LEAVE)
    page.wait_for_timeout(QUIET_SECONDS)
    assert sum("You are on the list" in mail["text"] for mail in laptop.mails_to(address)) == 1

    # and its link leads off the list again
    page.goto(leave)
    page.get_by_role("button", name="Leave the list").click()
    expect(page.get_by_role("heading", name="You are off the list.")).to_be_focused()
    expect(page).to_have_url(re.compile("/blog/unsubscribe/$"))
    page.goto(link_in(laptop, address, LINK))
    expect(page.get_by_role("heading", name="That link does not work any more.")).to_be_visible()


def test_nobody_learns_who_subscribes(page: Page, laptop: Laptop, address: str) -> None:
    ask(page, address)
    expect(page.get_by_role("status")).to_be_visible()
    first = page.get_by_role("status").inner_text()
    until(lambda: laptop.mails_to(address))
    ask(page, address)
    expect(page.get_by_role("status")).to_have_text(re.compile("An address that is on the list already gets none"))
    assert page.get_by_role("status").inner_text() == first


def test_another_address_can_be_given(page: Page, address: str) -> None:
    ask(page, address)
    page.get_by_role("button", name="Use another address").click()
    expect(page.get_by_label("Email address")).to_be_focused()
    expect(page.get_by_label("Email address")).to_have_value(address)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "Type your email address."),
        ("tove@example", "That address is missing its ending, such as .com."),
        ("töve@example.com", "No mail can be sent to that address. Check its spelling."),
    ],
)
def test_what_is_no_address_is_said_at_the_field(page: Page, expected_errors: list[str], typed: str, why: str) -> None:
    expected_errors.append("status of 400")
    ask(page, typed)
    field = page.get_by_label("Email address")
    expect(field).to_have_accessible_description(why)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()
    is_accessible(page, (SMALLEST, DESKTOP))


def test_without_an_answer_the_words_stay(page: Page, expected_errors: list[str], address: str) -> None:
    expected_errors.append("ERR_")
    page.route(re.compile("/subscribers"), lambda route: route.abort())
    ask(page, address)
    expect(page.get_by_text("No answer. What you typed is still here")).to_be_visible()
    expect(page.get_by_label("Email address")).to_have_value(address)
    page.unroute(re.compile("/subscribers"))
    page.get_by_role("button", name="Subscribe").click()
    expect(page.get_by_text("Look in your inbox")).to_be_visible()


def test_too_often_says_when_to_try_again(page: Page, expected_errors: list[str], address: str) -> None:
    expected_errors.append("status of 429")
    answer(page, "/subscribers", status=429, headers={"Retry-After": "600"})
    ask(page, address)
    expect(page.get_by_text(re.compile(r"That was often\. Try again at \d\d:\d\d\."))).to_be_visible()


def test_a_link_that_is_not_whole_says_so(page: Page, expected_errors: list[str]) -> None:
    expected_errors.append("status of 400")
    page.goto("/blog/unsubscribe/#token=cut.of")
    page.get_by_role("button", name="Leave the list").click()
    expect(page.get_by_role("heading", name="This link is not whole.")).to_be_focused()


def test_who_cannot_be_taken_off_now_is_told_so(page: Page, expected_errors: list[str]) -> None:
    expected_errors.append("ERR_")
    page.route(re.compile("/subscribers/unsubscribe"), lambda route: route.abort())
    page.goto("/blog/unsubscribe/#token=a.b")
    page.get_by_role("button", name="Leave the list").click()
    expect(page.get_by_role("alert")).to_contain_text("you are still on the list")


def fill_contact(page: Page, message: str = "I ride the same train.", email: str = "tove@example.com") -> None:
    page.get_by_label("Your name").fill("Tove")
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Message").fill(message)


def test_a_message_reaches_the_owner(page: Page, laptop: Laptop, address: str) -> None:
    page.goto("/blog/contact/")
    fill_contact(page, email=address)
    page.get_by_role("button", name="Send message").click()
    expect(page.get_by_text("Sent. Thank you, Tove.")).to_be_visible()
    messages = laptop.root("dynamodb").scan(TableName="mytodolist-local-messages")["Items"]
    assert address in [message["email"]["S"] for message in messages if "email" in message]


def test_every_field_that_lacks_something_says_so(page: Page) -> None:
    page.goto("/blog/contact/")
    page.get_by_label("Message").fill("a" * 5_001)
    page.get_by_role("button", name="Send message").click()
    expect(page.get_by_label("Your name")).to_be_focused()
    expect(page.get_by_label("Email address")).to_have_accessible_description("Type your email address.")
    expect(page.get_by_label("Message")).to_have_accessible_description(
        "A message holds 5,000 characters; this one has 5,001."
    )
    is_accessible(page, (SMALLEST, DESKTOP))


def test_what_was_typed_survives_a_failure_and_a_reload(page: Page, expected_errors: list[str]) -> None:
    expected_errors.append("ERR_")
    page.goto("/blog/contact/")
    fill_contact(page)
    page.route(re.compile("/contact$"), lambda route: route.abort())
    page.get_by_role("button", name="Send message").click()
    expect(page.get_by_role("status")).to_contain_text("Not sent. The server did not answer.")
    page.reload()
    expect(page.get_by_label("Message")).to_have_value("I ride the same train.")


def test_the_limit_of_the_hour_is_said_with_its_end(page: Page, expected_errors: list[str]) -> None:
    expected_errors.append("status of 429")
    page.goto("/blog/contact/")
    fill_contact(page)
    answer(page, "/contact$", status=429, headers={"Retry-After": "1200"})
    page.get_by_role("button", name="Send message").click()
    expect(page.get_by_role("status")).to_contain_text("Five messages in an hour is our limit. Try again at")
