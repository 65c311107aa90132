"""The User Pool's app client, as far as the browser's pages depend on it."""

from typing import Any

import pytest

from tests.templates.reading import of_type, stack

WITH_PAGES = {"HostedDomain": "mytodolist", "ReturnUrls": "https://example.com/,https://example.com/sign-in/"}


@pytest.fixture(scope="module")
def client() -> dict[str, Any]:
    """The client of a stage whose people may sign in on Cognito's pages."""
    (found,) = of_type(stack("identity", **WITH_PAGES)["Resources"], "AWS::Cognito::UserPoolClient").values()
    return dict(found["Properties"])


def test_tokens_of_cognitos_pages_may_sign_a_person_out_everywhere(client: dict[str, Any]) -> None:
    # https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GlobalSignOut.html
    assert "aws.cognito.signin.user.admin" in client["AllowedOAuthScopes"]


def test_cognitos_pages_give_codes_to_the_sign_in_page_alone_and_no_tokens_in_addresses(client: dict[str, Any]) -> None:
    assert client["AllowedOAuthFlows"] == ["code"]
    assert "https://example.com/sign-in/" in str(client["CallbackURLs"])
