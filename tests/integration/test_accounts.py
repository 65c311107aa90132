"""Accounts as a browser makes and keeps them: public calls to the laptop's own user pool, codes from its mailbox."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyotp
import pytest
from botocore.exceptions import ClientError
from pycognito.aws_srp import AWSSRP

from tests.support.laptop import PASSWORD, Laptop, until

OTHER_PASSWORD = "Louder-Paper-43"


@dataclass(frozen=True)
class Visitor:
    """Somebody at the sign-up page."""

    laptop: Laptop
    email: str
    cognito: Any

    @property
    def client(self) -> str:
        return str(self.laptop.urls["user_pool_client_id"])

    def sign_up(self, password: str = PASSWORD) -> None:
        attributes = [{"Name": "email", "Value": self.email}]
        self.cognito.sign_up(ClientId=self.client, Username=self.email, Password=password, UserAttributes=attributes)

    def confirm(self, code: str) -> None:
        self.cognito.confirm_sign_up(ClientId=self.client, Username=self.email, ConfirmationCode=code)

    def signed_up(self) -> "Visitor":
        self.sign_up()
        self.confirm(self.code())
        return self

    def code(self, *, after: str | None = None) -> str:
        """The newest code in the mailbox, newer than `after`."""
        return until(lambda: (code := self.laptop.code_sent_to(self.email)) != after and code)

    def sign_in(self, password: str = PASSWORD) -> dict[str, str]:
        return self.laptop.sign_in(self.email, password)

    def api_status(self, token: str) -> int:
        return self.laptop.client(token).get("/todos").status_code


@pytest.fixture
def visitor(laptop: Laptop) -> Visitor:
    return Visitor(laptop, f"visitor-{secrets.token_hex(4)}@example.com", laptop.public("cognito-idp"))


def refusal(call: Callable[[], object]) -> tuple[str, str]:
    """The code and the message with which a call is refused."""
    with pytest.raises(ClientError) as refused:
        call()
    error = refused.value.response["Error"]
    return str(error["Code"]), str(error["Message"])


def test_a_visitor_signs_up_by_a_mailed_code_and_has_a_list_of_their_own(visitor: Visitor) -> None:
    visitor.sign_up()
    assert refusal(visitor.sign_in)[0] == "UserNotConfirmedException"
    visitor.confirm(visitor.code())
    api = visitor.laptop.client(visitor.sign_in()["IdToken"])
    assert api.get("/todos").json() == {"items": [], "next": None}
    assert api.post("/todos", json={"title": "my first"}).status_code == 201


def test_the_mail_is_the_pools_own_text(visitor: Visitor) -> None:
    visitor.sign_up()
    code = visitor.code()
    (mail,) = visitor.laptop.mails_to(visitor.email)
    assert mail["subject"] == f"{code} is your MyTodoList code"
    assert code in (mail["text"] or mail["html"])


def test_another_code_confirms_nobody(visitor: Visitor) -> None:
    visitor.sign_up()
    code = visitor.code()
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for guess in (wrong, "123456" if code != "123456" else "654321"):
        assert refusal(lambda guess=guess: visitor.confirm(guess))[0] == "CodeMismatchException"
    visitor.confirm(code)


def test_a_new_code_takes_the_place_of_the_old_one(visitor: Visitor) -> None:
    visitor.sign_up()
    old = visitor.code()
    visitor.cognito.resend_confirmation_code(ClientId=visitor.client, Username=visitor.email)
    new = visitor.code(after=old)
    assert refusal(lambda: visitor.confirm(old))[0] == "CodeMismatchException"
    visitor.confirm(new)


@pytest.mark.parametrize("password", ["Short-1", "no-capitals-42", "NO-SMALL-LETTERS-42", "No-Digits-At-All"])
def test_a_weak_password_is_refused(visitor: Visitor, password: str) -> None:
    assert refusal(lambda: visitor.sign_up(password))[0] == "InvalidPasswordException"


def test_a_forgotten_password_is_replaced_by_a_mailed_code(visitor: Visitor) -> None:
    visitor.signed_up()
    first = visitor.code()
    visitor.cognito.forgot_password(ClientId=visitor.client, Username=visitor.email)
    code = visitor.code(after=first)

    def replace(code: str) -> None:
        visitor.cognito.confirm_forgot_password(
            ClientId=visitor.client, Username=visitor.email, ConfirmationCode=code, Password=OTHER_PASSWORD
        )

    assert refusal(lambda: replace(f"{(int(code) + 1) % 10**6:06d}"))[0] == "CodeMismatchException"
    replace(code)
    assert refusal(visitor.sign_in)[0] == "NotAuthorizedException"
    assert visitor.api_status(visitor.sign_in(OTHER_PASSWORD)["IdToken"]) == 200


def test_a_second_factor_is_asked_for_once_it_is_set_up(visitor: Visitor) -> None:
    # given somebody who has set up an authenticator
    tokens = visitor.signed_up().sign_in()
    secret = visitor.cognito.associate_software_token(AccessToken=tokens["AccessToken"])["SecretCode"]
    authenticator = pyotp.TOTP(secret)

    def verify(code: str) -> Any:
        return visitor.cognito.verify_software_token(AccessToken=tokens["AccessToken"], UserCode=code)

    assert (
        refusal(lambda: verify(f"{(int(authenticator.now()) + 1) % 10**6:06d}"))[0] == "EnableSoftwareTokenMFAException"
    )
    assert verify(authenticator.now())["Status"] == "SUCCESS"
    visitor.cognito.set_user_mfa_preference(
        AccessToken=tokens["AccessToken"], SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True}
    )
    # when they sign in with their password
    challenge = password_only(visitor)
    # then that is not enough, and neither is a wrong code
    assert challenge["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    assert "AuthenticationResult" not in challenge

    def answer(code: str) -> Any:
        return visitor.cognito.respond_to_auth_challenge(
            ClientId=visitor.client,
            ChallengeName="SOFTWARE_TOKEN_MFA",
            Session=challenge["Session"],
            ChallengeResponses={"USERNAME": visitor.email, "SOFTWARE_TOKEN_MFA_CODE": code},
        )

    assert refusal(lambda: answer("000000"))[0] == "CodeMismatchException"
    # and the next code of the authenticator is, once
    challenge = password_only(visitor)
    code = authenticator.at(int(time.time()) + 30)
    assert visitor.api_status(answer(code)["AuthenticationResult"]["IdToken"]) == 200
    challenge = password_only(visitor)
    assert refusal(lambda: answer(code))[0] == "ExpiredCodeException"


def password_only(visitor: Visitor) -> dict[str, Any]:
    """Sign in by SRP up to what comes after the password."""
    srp = AWSSRP(
        username=visitor.email,
        password=PASSWORD,
        pool_id=visitor.laptop.urls["user_pool_id"],
        client_id=visitor.client,
        client=visitor.cognito,
    )
    parameters = srp.get_auth_params()
    first = visitor.cognito.initiate_auth(ClientId=visitor.client, AuthFlow="USER_SRP_AUTH", AuthParameters=parameters)
    answer: dict[str, Any] = visitor.cognito.respond_to_auth_challenge(
        ClientId=visitor.client,
        ChallengeName="PASSWORD_VERIFIER",
        ChallengeResponses=srp.process_challenge(first["ChallengeParameters"], parameters),
    )
    return answer


def test_nobody_learns_who_has_an_account(visitor: Visitor, laptop: Laptop) -> None:
    # given somebody with an account, and an address without one
    visitor.signed_up()
    stranger = Visitor(laptop, f"stranger-{secrets.token_hex(4)}@example.com", visitor.cognito)
    # when a wrong password is tried at both, and a code asked for at both
    wrong = [refusal(lambda each=each: each.sign_in("Wrong-Paper-44")) for each in (visitor, stranger)]
    reset = [
        set(visitor.cognito.forgot_password(ClientId=visitor.client, Username=each.email)) - {"ResponseMetadata"}
        for each in (visitor, stranger)
    ]
    # then the answers are the same
    assert wrong[0] == wrong[1] == ("NotAuthorizedException", "Incorrect username or password.")
    assert reset[0] == reset[1]
    assert laptop.mails_to(stranger.email) == []


def test_a_password_cannot_be_sent_in_the_clear(visitor: Visitor) -> None:
    visitor.signed_up()
    clear = {"USERNAME": visitor.email, "PASSWORD": PASSWORD}
    refused = refusal(
        lambda: visitor.cognito.initiate_auth(
            ClientId=visitor.client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=clear
        )
    )
    assert refused[0] == "InvalidParameterException"


def test_a_session_is_renewed_until_the_person_signs_out(visitor: Visitor) -> None:
    tokens = visitor.signed_up().sign_in()

    def renew() -> str:
        answer = visitor.cognito.initiate_auth(
            ClientId=visitor.client,
            AuthFlow="REFRESH_TOKEN_AUTH",
            AuthParameters={"REFRESH_TOKEN": tokens["RefreshToken"]},
        )
        return str(answer["AuthenticationResult"]["IdToken"])

    assert visitor.api_status(renew()) == 200
    visitor.cognito.global_sign_out(AccessToken=tokens["AccessToken"])
    assert refusal(renew)[0] == "NotAuthorizedException"
    assert refusal(lambda: visitor.cognito.get_user(AccessToken=tokens["AccessToken"]))[0] == "NotAuthorizedException"


def test_guessing_passwords_is_slowed_down(visitor: Visitor) -> None:
    visitor.signed_up()
    # Each wait is twice as long as the one before, so that sooner or later a guess comes too soon.
    until(lambda: refusal(lambda: visitor.sign_in("Wrong-Paper-44"))[1] == "Password attempts exceeded")


def test_the_demo_people_sign_in_and_find_their_todos(laptop: Laptop) -> None:
    for user in laptop.urls["demo_users"]:
        api = laptop.client(laptop.sign_in(user["email"], user["password"])["IdToken"])
        assert api.get("/todos").json()["items"] != []
        assert api.get("/me/posts").status_code == (200 if "authors" in user["groups"] else 403)
