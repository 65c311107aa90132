"""Getting in, by every door there is, and out again."""

import re
import secrets
import time

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NewPage
from tests.e2e.support.lists import ListPage, add_todo
from tests.support.laptop import PASSWORD, Laptop, Person

LIST = re.compile(r"/todos/(#/)?$")


def someone() -> str:
    return f"tove-{secrets.token_hex(4)}@example.com"


def fill_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    fill_in(page, email, password)
    page.get_by_role("button", name="Sign in").click()


def sign_up(page: Page, email: str) -> None:
    page.goto("/sign-up/")
    fill_in(page, email, PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name="Check your mail")).to_be_visible()


def leave_before_the_code(page: Page, laptop: Laptop) -> tuple[str, str]:
    """Sign up and go no further; return the address and the code that it was mailed."""
    email = someone()
    sign_up(page, email)
    return email, laptop.code_sent_to(email)


def confirm(page: Page, code: str) -> None:
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Confirm").click()


def test_signed_out_the_list_asks_who_it_is_and_then_opens(page: Page, ines: Person) -> None:
    page.goto("/todos/#/active")
    expect(page).to_have_url(re.compile(r"/sign-in/\?next="))
    sign_in(page, ines.email)
    expect(page).to_have_url(re.compile(r"/todos/#/active$"))
    expect(page.get_by_label("New todo")).to_be_visible()


def test_sign_up_by_the_code_in_the_mailbox(page: Page, laptop: Laptop) -> None:
    email = someone()
    sign_up(page, email)
    with page.expect_popup() as opened:
        page.get_by_role("link", name="local mailbox").click()
    mailbox = opened.value
    newest = mailbox.get_by_role("button").filter(has_text=email)
    newest.click()
    code = mailbox.get_by_label("Code").inner_text()
    assert re.fullmatch(r"\d{3} \d{3}", code)
    mailbox.close()

    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Confirm").click()
    expect(page).to_have_url(LIST)
    expect(page.get_by_role("heading", name="Nothing to do, and that is fine.")).to_be_visible()
    assert [mail["to"] for mail in laptop.mails_to(email)] == [[email]]


def test_a_wrong_code_is_told_and_the_right_one_works(page: Page, laptop: Laptop, expected_errors: list[str]) -> None:
    expected_errors.append("status of 400")
    email = someone()
    sign_up(page, email)
    code = laptop.code_sent_to(email)
    confirm(page, f"{(int(code) + 1) % 1_000_000:06}")
    expect(page.get_by_text("That code does not match. Check the digits.")).to_be_visible()
    expect(page.get_by_label("Code")).to_be_focused()
    confirm(page, code)
    expect(page).to_have_url(LIST)


def test_who_did_not_confirm_does_so_at_sign_in_by_a_new_code(
    page: Page, laptop: Laptop, new_page: NewPage, expected_errors: list[str]
) -> None:
    expected_errors.append("status of 400")
    email, first = leave_before_the_code(page, laptop)
    later = new_page()
    later.goto("/sign-in/")
    sign_in(later, email)
    expect(later.get_by_role("heading", name="Confirm your address")).to_be_visible()
    later.get_by_role("button", name="Send a new code").click()
    expect(later.get_by_text(re.compile(r"New code in \d:\d\d"))).to_be_visible()
    second = laptop.code_sent_to(email)
    assert second != first
    confirm(later, second)
    expect(later).to_have_url(LIST)


def test_a_reload_still_knows_whose_code_is_awaited(page: Page, laptop: Laptop) -> None:
    email = someone()
    sign_up(page, email)
    page.reload()
    expect(page.get_by_text(email)).to_be_visible()
    confirm(page, laptop.code_sent_to(email))
    expect(page).to_have_url(re.compile(r"/sign-in/$"))
    sign_in(page, email)
    expect(page).to_have_url(LIST)


def test_an_address_with_an_account_is_not_signed_up_twice(
    page: Page, ines: Person, expected_errors: list[str]
) -> None:
    expected_errors.append("status of 400")
    page.goto("/sign-up/")
    fill_in(page, ines.email, PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_text("This address has an account already.")).to_be_visible()


@pytest.mark.parametrize(
    ("password", "words"),
    [("Short 1", "too short"), ("no capital 1", "capital letter"), ("NO SMALL LETTER 1", "small letter")],
)
def test_a_weak_password_is_refused_with_its_rule(
    page: Page, password: str, words: str, expected_errors: list[str]
) -> None:
    expected_errors.append("status of 400")
    page.goto("/sign-up/")
    fill_in(page, someone(), password)
    page.get_by_role("button", name="Create account").click()
    expect(page.locator("#password-hint")).to_contain_text(words)
    expect(page.get_by_label("Password", exact=True)).to_be_focused()


def test_a_wrong_password_and_an_unknown_address_read_the_same(
    page: Page, ines: Person, expected_errors: list[str]
) -> None:
    expected_errors.append("status of 400")
    page.goto("/sign-in/")
    said = []
    for email in (ines.email, someone()):
        sign_in(page, email, "Quite-Wrong-1")
        alert = page.get_by_role("alert")
        expect(alert).to_be_visible()
        said.append(alert.inner_text())
        expect(page.get_by_label("Password", exact=True)).to_have_value("Quite-Wrong-1")
    assert said == ["That email and password do not match. Check both, or reset the password."] * 2


def test_what_is_missing_is_said_before_anything_is_sent(page: Page) -> None:
    page.goto("/sign-in/")
    sign_in(page, "ines@example", "x")
    expect(page.get_by_text("That does not look like an email address.")).to_be_visible()
    sign_in(page, "ines@example.com", "")
    expect(page.get_by_text("Type the password.")).to_be_visible()


def test_no_network_is_said_and_keeps_what_was_typed(page: Page, expected_errors: list[str]) -> None:
    expected_errors.append("ERR_INTERNET_DISCONNECTED")
    page.goto("/sign-in/")
    page.context.set_offline(True)
    sign_in(page, "ines@example.com")
    expect(page.get_by_role("alert")).to_contain_text("No answer. Check the network")
    expect(page.get_by_label("Email address")).to_have_value("ines@example.com")


def test_too_many_tries_are_told(page: Page, expected_errors: list[str]) -> None:
    expected_errors.append("status of 400")
    page.goto("/sign-in/")
    page.route(
        re.compile(r"^http://127\.0\.0\.1:[0-9]+/$"),
        lambda route: route.fulfill(
            status=400,
            headers={"Access-Control-Allow-Origin": "*"},
            json={"__type": "NotAuthorizedException", "message": "Password attempts exceeded"},
        ),
    )
    sign_in(page, "ines@example.com")
    expect(page.get_by_role("alert")).to_have_text("Too many tries. Wait a few minutes, then try again.")


def test_a_forgotten_password_is_replaced(page: Page, laptop: Laptop, ines: Person) -> None:
    page.goto("/sign-in/")
    page.get_by_role("link", name="Forgotten it?").click()
    page.get_by_label("Email address").fill(ines.email)
    page.get_by_role("button", name="Send the code").click()
    page.get_by_label("Code").fill(laptop.code_sent_to(ines.email))
    page.get_by_label("New password").fill("Another-Paper-43")
    page.get_by_role("button", name="Change the password").click()
    expect(page).to_have_url(LIST)
    assert laptop.sign_in(ines.email, "Another-Paper-43")["IdToken"]


def test_who_left_before_the_code_and_forgot_the_password_gets_in(
    page: Page, laptop: Laptop, new_page: NewPage, expected_errors: list[str]
) -> None:
    expected_errors.append("status of 400")
    # given somebody who signed up, left before the code, and remembers no password
    email, first = leave_before_the_code(page, laptop)
    later = new_page()
    later.goto("/sign-in/")
    sign_in(later, email, "Not-the-one-12")
    later.get_by_role("link", name="reset the password").click()
    # when they ask for a new password, and no mail comes
    later.get_by_label("Email address").fill(email)
    later.get_by_role("button", name="Send the code").click()
    later.get_by_role("button", name="Confirm it first").click()
    # then they confirm the address by a code, and choose a password by another
    expect(later.get_by_role("heading", name="Confirm your address")).to_be_visible()
    second = laptop.code_sent_to(email)
    assert second != first
    confirm(later, second)
    expect(later.get_by_label("New password")).to_be_visible()
    later.get_by_label("Code").fill(laptop.code_sent_to(email))
    later.get_by_label("New password").fill("Another-Paper-43")
    later.get_by_role("button", name="Change the password").click()
    expect(later).to_have_url(LIST)


def test_who_signs_up_again_confirms_the_first_sign_up(
    page: Page, laptop: Laptop, new_page: NewPage, expected_errors: list[str]
) -> None:
    expected_errors.append("status of 400")
    # given an address that signed up and was never confirmed
    email = someone()
    sign_up(page, email)
    # when it signs up once more, with another case and another password
    later = new_page()
    later.goto("/sign-up/")
    fill_in(later, email.upper(), "Another-Paper-43")
    later.get_by_role("button", name="Create account").click()
    # then a code confirms it, and as the password is not the first one, a new one is chosen
    expect(later.get_by_role("heading", name="Check your mail")).to_be_visible()
    confirm(later, laptop.code_sent_to(email))
    expect(later.get_by_role("heading", name="A new password")).to_be_visible()


def test_a_wrong_reset_code_changes_nothing(
    page: Page, laptop: Laptop, ines: Person, expected_errors: list[str]
) -> None:
    expected_errors.append("status of 400")
    page.goto("/reset/")
    page.get_by_label("Email address").fill(ines.email)
    page.get_by_role("button", name="Send the code").click()
    code = laptop.code_sent_to(ines.email)
    page.get_by_label("Code").fill(f"{(int(code) + 1) % 1_000_000:06}")
    page.get_by_label("New password").fill("Another-Paper-43")
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_text("That code does not match. Check the digits.")).to_be_visible()
    assert laptop.sign_in(ines.email, PASSWORD)["IdToken"]


def test_a_second_step_is_set_up_asked_for_and_turned_off(
    new_page: NewPage, ines: Person, expected_errors: list[str]
) -> None:
    expected_errors.append("status of 400")
    # given an account page on which the second step is set up
    account = new_page(ines)
    account.goto("/account/")
    account.get_by_role("button", name="Set up").click()
    expect(account.get_by_role("img", name="The key as a QR code")).to_be_visible()
    app = pyotp.TOTP(account.locator(".key").inner_text().replace(" ", ""))
    code = account.get_by_label("Code from the app")
    code.fill(f"{(int(app.now()) + 1) % 1_000_000:06}")
    account.get_by_role("button", name="Turn on").click()
    expect(account.get_by_text("That code does not match.")).to_be_visible()
    code.fill(app.now())
    account.get_by_role("button", name="Turn on").click()
    expect(account.locator(".standing .state")).to_have_text("On")

    # when they sign in elsewhere
    page = new_page()
    page.goto("/sign-in/")
    sign_in(page, ines.email)

    # then the app's code is asked for, and no other will do
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    field = page.get_by_label("Code from the app")
    expect(field).to_be_focused()
    field.fill(f"{(int(app.now()) + 1) % 1_000_000:06}")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Type the one on screen now.")).to_be_visible()
    # A code works once, and the last one has turned the second step on: the clock is half a minute ahead.
    field.fill(app.at(int(time.time()) + 30))
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(LIST)

    # and once it is turned off, the password is enough
    account.get_by_role("button", name="Turn off").click()
    account.get_by_role("dialog").get_by_role("button", name="Turn off").click()
    expect(account.locator(".standing .state")).to_have_text("Off")
    plain = new_page()
    plain.goto("/sign-in/")
    sign_in(plain, ines.email)
    expect(plain).to_have_url(LIST)


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example/", "/\\evil.example", "/%09/../\\evil.example"]
)
def test_sign_in_leads_nowhere_but_here(page: Page, site: str, ines: Person, address: str) -> None:
    page.goto(f"/sign-in/?next={address}")
    sign_in(page, ines.email)
    expect(page).to_have_url(LIST)
    assert page.url.startswith(site)


def test_who_is_signed_in_need_not_do_so_again(new_page: NewPage, ines: Person) -> None:
    page = new_page(ines)
    page.goto("/sign-in/?next=/account/")
    expect(page).to_have_url(re.compile(r"/account/$"))
    expect(page.get_by_text(ines.email)).to_be_visible()


def test_signed_out_nothing_of_the_list_stays_to_be_read(todos: ListPage, ines: Person) -> None:
    add_todo(ines.api, "A private thing")
    todos.reload()
    todos.has("A private thing")
    expect(todos.state).to_have_text("Saved")
    todos.page.get_by_role("button", name="Sign out").click()
    expect(todos.page.get_by_role("heading", name="Two small things")).to_be_visible()
    kept = todos.page.evaluate(
        """async () => {
            const open = indexedDB.open('mytodolist');
            await new Promise(done => { open.onsuccess = done; });
            const all = open.result.transaction('kept').objectStore('kept').getAll();
            await new Promise(done => { all.onsuccess = done; });
            return JSON.stringify([all.result, { ...localStorage }]);
        }"""
    )
    assert "A private thing" not in kept
    assert ines.tokens["RefreshToken"] not in kept
    todos.page.goto("/todos/")
    expect(todos.page).to_have_url(re.compile(r"/sign-in/"))


def test_signing_out_everywhere_ends_the_other_sessions(
    new_page: NewPage, ines: Person, expected_errors: list[str]
) -> None:
    expected_errors.append("status of 400")
    elsewhere = ListPage(new_page(ines)).open()
    page = new_page(ines)
    page.goto("/account/")
    page.get_by_role("button", name="Sign out everywhere").click()
    expect(page.get_by_role("heading", name="Two small things")).to_be_visible()

    # The other browser finds out when its token has run out.
    elsewhere.page.evaluate(
        """() => {
            for (const name of Object.keys(localStorage)) {
                if (!name.endsWith('.idToken')) continue;
                const [head, body, sign] = localStorage[name].split('.');
                const claims = JSON.parse(atob(body.replace(/-/g, '+').replace(/_/g, '/')));
                const old = btoa(JSON.stringify({ ...claims, exp: 1 })).replace(/=+$/, '');
                localStorage[name] = [head, old, sign].join('.');
            }
        }"""
    )
    elsewhere.page.reload()
    expect(elsewhere.page).to_have_url(re.compile(r"/sign-in/"))


def test_the_theme_is_kept_and_is_there_at_the_first_paint(new_page: NewPage, ines: Person) -> None:
    page = new_page(ines, color_scheme="light")
    page.goto("/account/")
    page.get_by_label("Dark").check()
    background = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(background) == "rgb(19, 23, 22)"
    page.goto("/")
    assert page.evaluate(background) == "rgb(19, 23, 22)"
    page.get_by_label("As the system").check()
    assert page.evaluate(background) == "rgb(252, 252, 251)"
