"""Sign-in by another provider on Cognito's own pages, which a test plays: the engine has no such pages."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import NewPage
from tests.e2e.support.access import DESKTOP, SMALLEST, is_accessible
from tests.e2e.support.lists import ListPage, todos_of
from tests.support.laptop import Person

# At the site's own origin, since the laptop's content security policy names no sign-in pages.
PAGES = "/their-pages"
PLANTS = "Water the plants"


class SignInPages:
    """Cognito's pages, where one person signs in by Google."""

    def __init__(self, page: Page, site: str, person: Person) -> None:
        self._site, self._person = site, person
        self.visits: list[str] = []
        self.error = ""
        self._challenge = ""
        page.context.route("**/config.json", self._configure)
        page.context.route(f"**{PAGES}/**", self._answer)

    def _configure(self, route: Route) -> None:
        config = route.fetch().json()
        providers = {"address": self._site + PAGES, "providers": ["Google", "SAML"]}
        route.fulfill(json={**config, "sign_in_pages": providers})

    def _answer(self, route: Route) -> None:
        url = urlsplit(route.request.url)
        given = {name: value for name, [value] in parse_qs(url.query or route.request.post_data or "").items()}
        self.visits.append(url.path.removeprefix(PAGES))
        match self.visits[-1]:
            case "/oauth2/authorize":
                result = {"error": self.error} if self.error else {"code": "the-code"}
                query = urlencode({**result, "state": given["state"]})
                route.fulfill(status=302, headers={"Location": f"{given['redirect_uri']}?{query}"})
            case "/oauth2/token":
                assert (given["code"], given["grant_type"]) == ("the-code", "authorization_code")
                route.fulfill(json=self._tokens())
            case "/logout":
                route.fulfill(status=302, headers={"Location": given["logout_uri"]})

    def _tokens(self) -> dict[str, str]:
        """The person's own tokens; those of the pages have OpenID's scope besides."""
        tokens = self._person.tokens
        head, body, signature = tokens["AccessToken"].split(".")
        claims = json.loads(urlsafe_b64decode(body + "=="))
        widened = urlsafe_b64encode(json.dumps({**claims, "scope": "openid email"}).encode()).decode().rstrip("=")
        access = f"{head}.{widened}.{signature}"
        return {"id_token": tokens["IdToken"], "access_token": access, "refresh_token": tokens["RefreshToken"]}


@pytest.fixture
def page(new_page: NewPage) -> Page:
    return new_page()


@pytest.fixture
def pages(page: Page, site: str, ines: Person) -> SignInPages:
    return SignInPages(page, site, ines)


def test_somebody_signs_in_by_google_and_out_again(
    page: Page, pages: SignInPages, ines: Person, expected_errors: list[str]
) -> None:
    # The account page asks about the second step by the access token, whose signature ends with its widening.
    expected_errors.append("status of 400")
    # when somebody who was on their way to the list signs in by Google
    page.goto("/todos/")
    page.get_by_role("button", name="Continue with Google").click()
    # then the list is theirs, and the code is in no address
    todos = ListPage(page).is_read()
    todos.add(PLANTS)
    todos.is_saved()
    assert [todo["title"] for todo in todos_of(ines.api)] == [PLANTS]
    assert pages.visits == ["/oauth2/authorize", "/oauth2/token"]
    assert "code" not in page.url
    # and signing out signs them out of Cognito's pages too
    page.goto("/account/")
    page.get_by_role("button", name="Sign out here").click()
    expect(page).to_have_url("/")
    assert pages.visits[2:] == ["/logout"]
    page.goto("/todos/")
    expect(page.get_by_role("button", name="Continue with Google")).to_be_visible()


def test_who_calls_it_off_reads_so_and_may_use_a_password(page: Page, pages: SignInPages) -> None:
    pages.error = "access_denied"
    page.goto("/sign-in/?next=/account/")
    page.get_by_role("button", name="Continue with your organization").click()
    expect(page.get_by_text("You have not been signed in: it was called off.")).to_be_visible()
    expect(page).to_have_url("/sign-in/?next=/account/")
    assert pages.visits == ["/oauth2/authorize"]
    is_accessible(page, (SMALLEST, DESKTOP))


def test_without_such_a_provider_there_is_no_button(page: Page) -> None:
    page.goto("/sign-in/")
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    expect(page.get_by_role("group", name="Other ways to sign in")).to_have_count(0)
