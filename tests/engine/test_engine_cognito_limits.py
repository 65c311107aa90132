"""Codes work once, and neither codes nor passwords can be tried without end."""

import time
from typing import Any

import pyotp
import pytest
from engine_support import Aws, eventually, refused, unique
from people import PASSWORD, Pool, mailed_code
from sign_ups import confirm, other, pool_with_authenticators, public, sign_up, signed_up, srp

HALF_A_MINUTE = 30


@pytest.fixture
def pool(aws: Aws) -> Pool:
    return pool_with_authenticators(aws)


def with_an_authenticator(pool: Pool, ahead: int = 0) -> tuple[str, pyotp.TOTP, str]:
    """A user, their authenticator, and the code that has set it up; a clock may be half a minute ahead."""
    email = signed_up(pool)
    token = pool.sign_in(email)["AccessToken"]
    app = pyotp.TOTP(public(pool).associate_software_token(AccessToken=token)["SecretCode"])
    code = app.at(int(time.time()) + ahead)
    verify = lambda code: public(pool).verify_software_token(AccessToken=token, UserCode=code)  # noqa: E731
    assert refused(lambda: verify(other(code))) == "EnableSoftwareTokenMFAException"
    assert verify(code)["Status"] == "SUCCESS"
    public(pool).set_user_mfa_preference(
        AccessToken=token, SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True}
    )
    return email, app, code


def next_code(app: pyotp.TOTP) -> str:
    """The code after the one that the authenticator shows; a clock may be so much ahead."""
    return app.at(int(time.time()) + HALF_A_MINUTE)


def answer(pool: Pool, email: str, session: str, code: str) -> Any:
    return public(pool).respond_to_auth_challenge(
        ClientId=pool.client,
        ChallengeName="SOFTWARE_TOKEN_MFA",
        Session=session,
        ChallengeResponses={"USERNAME": email, "SOFTWARE_TOKEN_MFA_CODE": code},
    )


def test_a_second_factor_is_asked_for_and_checked(pool: Pool) -> None:
    # Given a user with an authenticator, who signs in
    email, app, _ = with_an_authenticator(pool)
    first = srp(pool, email)
    # Then the password alone gives no tokens, a wrong code or another session neither, the right one does
    assert first["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    assert "AuthenticationResult" not in first
    code = next_code(app)
    assert refused(lambda: answer(pool, email, first["Session"], other(code))) == "CodeMismatchException"
    assert refused(lambda: answer(pool, email, "A" * 44, code)) == "NotAuthorizedException"
    assert "IdToken" in answer(pool, email, first["Session"], code)["AuthenticationResult"]
    assert refused(lambda: answer(pool, email, first["Session"], code)) == "NotAuthorizedException"


def test_a_code_signs_in_once(pool: Pool) -> None:
    # Given a code that has signed in
    email, app, _ = with_an_authenticator(pool)
    code = next_code(app)
    assert answer(pool, email, srp(pool, email)["Session"], code)
    # When it is used in another sign-in, then it is refused
    assert refused(lambda: answer(pool, email, srp(pool, email)["Session"], code)) == "ExpiredCodeException"


def test_the_code_that_set_an_authenticator_up_does_not_sign_in(pool: Pool) -> None:
    email, _, code = with_an_authenticator(pool, ahead=HALF_A_MINUTE)
    assert refused(lambda: answer(pool, email, srp(pool, email)["Session"], code)) == "ExpiredCodeException"


# Five are free; the fifth costs one second, and each further one twice as much.
WRONG_FOR_FOUR_SECONDS = 7


def test_wrong_codes_lock_a_user_out_whatever_the_session(pool: Pool) -> None:
    # Given a user with an authenticator, and a stranger who knows the password
    email, app, _ = with_an_authenticator(pool)
    sessions = [srp(pool, email)["Session"] for _ in range(3)]
    guess = lambda session, code: refused(lambda: answer(pool, email, session, code))  # noqa: E731
    # When the stranger guesses in one sign-in and another, each time as soon as it is heard
    wrong = other(other(other(app.now())))
    for number in range(WRONG_FOR_FOUR_SECONDS):
        assert eventually(lambda number=number: guess(sessions[number % 2], wrong) == "CodeMismatchException")
    # Then the next guess is not looked at, in a new sign-in neither, right or wrong
    assert guess(sessions[2], next_code(app)) == "NotAuthorizedException"


def test_neither_tries_nor_new_codes_are_without_end(pool: Pool) -> None:
    # Given a sign-up, and a stranger who guesses its code
    email = f"{unique('user')}@example.test"
    sign_up(pool, email)
    resend = lambda name=email: public(pool).resend_confirmation_code(ClientId=pool.client, Username=name)  # noqa: E731
    # When a new code is asked for after each third guess
    for _ in range(5):
        code = mailed_code(pool.aws, email)
        for _ in range(3):
            assert refused(confirm(pool, email, other(code))) == "CodeMismatchException"
        resend()
    # Then there is no sixth code within the hour, and the right one is not looked at either
    mails = len(pool.aws.engine.mail())
    assert refused(resend) == "LimitExceededException"
    assert len(pool.aws.engine.mail()) == mails
    assert refused(confirm(pool, email, mailed_code(pool.aws, email))) == "LimitExceededException"


def test_the_limits_tell_nobody_who_exists(pool: Pool) -> None:
    nobody = f"{unique('nobody')}@example.test"
    resend = lambda: public(pool).resend_confirmation_code(ClientId=pool.client, Username=nobody)  # noqa: E731
    for _ in range(5):
        resend()
    assert refused(resend) == "LimitExceededException"


def test_resets_and_changes_of_a_password_are_limited(pool: Pool) -> None:
    # Given a user who is signed in
    email = signed_up(pool)
    token = pool.sign_in(email)["AccessToken"]
    # When the old password is guessed, and codes for a new one are asked for
    change = lambda: public(pool).change_password(  # noqa: E731
        AccessToken=token, PreviousPassword="Wrongpass1!", ProposedPassword=PASSWORD
    )
    forgot = lambda: public(pool).forgot_password(ClientId=pool.client, Username=email)  # noqa: E731
    assert [refused(change) for _ in range(6)] == [*["NotAuthorizedException"] * 5, "LimitExceededException"]
    for _ in range(20):
        forgot()
    # Then both end
    assert refused(forgot) == "LimitExceededException"
