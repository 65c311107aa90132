"""The local mailbox: what the machine would have mailed, as it comes."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

ADDRESS = re.compile(r"/mailbox/$")


def mail(subject: str, **more: Any) -> dict[str, Any]:
    return {
        "id": subject,
        "to": ["ines@example.com"],
        "from": "MyTodoList <hello@mytodolist.local>",
        "subject": subject,
        "text": "Hello.",
        "html": None,
        "sent_at": datetime.now(UTC).isoformat(),
        **more,
    }


class Mails:
    """What the mailbox holds; a test adds to it."""

    def __init__(self, page: Page) -> None:
        self.found: list[dict[str, Any]] = []
        self.is_up = True
        page.route(ADDRESS, self._answer)

    def _answer(self, route: Route) -> None:
        if "application/json" not in route.request.headers["accept"]:
            route.fallback()
        elif self.is_up:
            route.fulfill(body=json.dumps({"messages": self.found}), content_type="application/json")
        else:
            route.fulfill(status=503, body="{}")


@pytest.fixture
def mails(page: Page) -> Mails:
    return Mails(page)


def test_an_empty_mailbox_says_that_mail_comes_by_itself(page: Page, mails: Mails) -> None:
    page.goto("/mailbox/")
    expect(page.get_by_role("heading", name="No mail yet.")).to_be_visible()
    expect(page.get_by_role("heading", name="0 mails")).to_be_visible()
    assert mails.found == []


def test_new_mail_turns_up_while_an_open_one_stays_untouched(page: Page, mails: Mails) -> None:
    # given an open mail
    mails.found = [mail("The first")]
    page.goto("/mailbox/")
    expect(page.get_by_role("heading", name="The first", level=1)).to_be_visible()
    letter = page.get_by_role("article", name="Mail")
    letter.evaluate("element => { element.mark = 'the same element'; }")
    page.get_by_role("button", name="The first").click()

    # when another one comes
    mails.found.insert(0, mail("Your code is 482913"))
    expect(page.get_by_role("heading", name="2 mails, 1 new")).to_be_visible()

    # then the open one is the very same element, and the new one is one click away
    assert letter.evaluate("element => element.mark") == "the same element"
    page.get_by_role("button", name="Your code is 482913").click()
    expect(page.get_by_label("Code")).to_have_text("482 913")
    expect(page.get_by_role("heading", name="2 mails", exact=True)).to_be_visible()


def test_a_code_is_copied(page: Page, mails: Mails) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    mails.found = [mail("482913 is your code")]
    page.goto("/mailbox/")
    page.get_by_role("button", name="Copy code").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "482913"


def test_html_is_shown_as_designed_without_scripts_and_without_a_hole_in_the_policy(
    page: Page, mails: Mails, expected_errors: list[str]
) -> None:
    expected_errors.append("status of 404")
    html = (
        '<html><head><style>p { color: rgb(1, 2, 3); }</style></head><body style="background: rgb(4, 5, 6)">'
        '<p>Confirm <a href="https://example.com/confirm">here</a>.</p>'
        '<script>parent.document.title = "owned"</script><img src="https://tracker.example/x.gif">'
        '<img src="x" onerror="parent.document.title = \'owned\'"></body></html>'
    )
    mails.found = [mail("Confirm your subscription", html=html)]
    page.goto("/mailbox/")
    frame = page.frame_locator("iframe")
    words = frame.get_by_text("Confirm here.")
    expect(words).to_have_css("color", "rgb(1, 2, 3)")
    expect(frame.locator("body")).to_have_css("background-color", "rgb(4, 5, 6)")
    expect(frame.get_by_role("link", name="here")).to_have_attribute("target", "_blank")
    expect(page).to_have_title("Local mailbox")
    page.get_by_label("Plain text").check()
    expect(page.locator("iframe")).to_have_count(0)
    expect(page.get_by_text("Hello.")).to_be_visible()


def test_addresses_in_plain_text_are_links(page: Page, mails: Mails) -> None:
    mails.found = [mail("Confirm", text="Go to http://127.0.0.1:8080/confirm?t=1.")]
    page.goto("/mailbox/")
    link = page.get_by_role("link", name="http://127.0.0.1:8080/confirm?t=1")
    expect(link).to_have_attribute("href", "http://127.0.0.1:8080/confirm?t=1")


def test_when_nobody_answers_it_says_so_and_looks_again(page: Page, mails: Mails, expected_errors: list[str]) -> None:
    expected_errors.append("status of 503")
    mails.is_up = False
    page.goto("/mailbox/")
    expect(page.get_by_role("heading", name="The mailbox does not answer.")).to_be_visible()
    mails.is_up = True
    mails.found = [mail("Here I am")]
    expect(page.get_by_role("heading", name="Here I am", level=1)).to_be_visible()
    mails.is_up = False
    expect(page.get_by_text("No answer")).to_be_visible()
    expect(page.get_by_role("heading", name="Here I am", level=1)).to_be_visible()
