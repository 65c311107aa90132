"""Sign-up, confirmation, sign-in, second factor, reset and sign-out, as a browser does them."""

from collections.abc import Callable
from typing import Any

import pytest
from engine_support import Aws, eventually, http, refused, unique
from joserfc import jwt
from joserfc.jwk import KeySet
from people import PASSWORD, Pool, claims, mailed_code, make_pool
from sign_ups import confirm, other, pool_with_authenticators, public, sign_up, signed_up, srp

NEW_PASSWORD = "N3w!password"


@pytest.fixture
def pool(aws: Aws) -> Pool:
    return pool_with_authenticators(aws)


@pytest.fixture
def named_pool(aws: Aws) -> Pool:
    """Users have names; the client says who exists."""
    return make_pool(aws, {"PreventUserExistenceErrors": "LEGACY"}, AutoVerifiedAttributes=["email"])


@pytest.mark.parametrize("kind", ["pool", "named_pool"])
def test_a_sign_up_is_confirmed_by_the_mailed_code_alone(kind: str, request: pytest.FixtureRequest) -> None:
    # Given a sign-up
    pool: Pool = request.getfixturevalue(kind)
    email = f"{unique('user')}@example.test"
    username = email if kind == "pool" else unique("user")
    answer = sign_up(pool, username, email)
    assert answer["UserConfirmed"] is False
    code = mailed_code(pool.aws, email)
    # When codes other than the mailed one are tried
    assert refused(lambda: pool.sign_in(username)) == "UserNotConfirmedException"
    assert refused(lambda: srp(pool, username)) == "UserNotConfirmedException"
    for wrong in (other(code), "", "abc"):
        guess = confirm(pool, username, wrong or " ")
        assert refused(guess) in ("CodeMismatchException", "InvalidParameterException")
    # Then they are refused, and the mailed one confirms user and address
    confirm(pool, username, code)()
    user = pool.aws.client("cognito-idp").admin_get_user(UserPoolId=pool.id, Username=username)
    assert user["UserStatus"] == "CONFIRMED"
    assert {"Name": "email_verified", "Value": "true"} in user["UserAttributes"]
    token = claims(pool.sign_in(username)["IdToken"])
    assert (token["email"], token["email_verified"]) == (email, True)
    # And no code confirms twice
    assert refused(confirm(pool, username, code)) == "NotAuthorizedException"


def test_codes_are_not_the_same_for_everyone(pool: Pool) -> None:
    codes = set()
    for _ in range(4):
        email = f"{unique('user')}@example.test"
        sign_up(pool, email)
        codes.add(mailed_code(pool.aws, email))
    assert len(codes) > 1


def test_a_new_code_replaces_the_old_one(pool: Pool) -> None:
    email = f"{unique('user')}@example.test"
    sign_up(pool, email)
    old = mailed_code(pool.aws, email)
    while (new := mailed_code(pool.aws, email)) == old:
        public(pool).resend_confirmation_code(ClientId=pool.client, Username=email)
    assert refused(confirm(pool, email, old)) == "CodeMismatchException"
    confirm(pool, email, new)()
    resend = lambda: public(pool).resend_confirmation_code(ClientId=pool.client, Username=email)  # noqa: E731
    assert refused(resend) == "InvalidParameterException"


@pytest.mark.parametrize("password", ["short1A!", "nodigitsAtall!", "nouppercase1!", ""])
def test_a_weak_password_is_refused(pool: Pool, password: str) -> None:
    email = f"{unique('user')}@example.test"
    assert refused(lambda: sign_up(pool, email, password=password or "x")) == "InvalidPasswordException"


def test_a_taken_address_is_refused(pool: Pool) -> None:
    email = signed_up(pool)
    assert refused(lambda: sign_up(pool, email)) == "UsernameExistsException"


def test_srp_needs_the_password(pool: Pool) -> None:
    email = signed_up(pool)
    assert refused(lambda: srp(pool, email, "Wrongpass1!")) == "NotAuthorizedException"
    assert "IdToken" in srp(pool, email)["AuthenticationResult"]


def test_tokens_carry_the_claims_and_verify_against_the_published_keys(pool: Pool) -> None:
    # Given a user in a group
    email = signed_up(pool)
    admin = pool.aws.client("cognito-idp")
    admin.create_group(UserPoolId=pool.id, GroupName="editors")
    admin.admin_add_user_to_group(UserPoolId=pool.id, Username=email, GroupName="editors")
    # When the user signs in
    tokens = srp(pool, email)["AuthenticationResult"]
    keys = KeySet.import_key_set(http("GET", f"{pool.aws.engine.url}/{pool.id}/.well-known/jwks.json").json)
    identity = jwt.decode(tokens["IdToken"], keys, algorithms=["RS256"]).claims
    access = jwt.decode(tokens["AccessToken"], keys, algorithms=["RS256"]).claims
    # Then both tokens say what AWS's say
    issuer = f"https://cognito-idp.us-east-1.amazonaws.com/{pool.id}"
    sub = identity["sub"]
    for token, use in ((identity, "id"), (access, "access")):
        assert (token["iss"], token["token_use"], token["sub"]) == (issuer, use, sub)
        assert token["auth_time"] <= token["iat"] < token["exp"]
        assert token["cognito:groups"] == ["editors"]
        assert token["jti"]
    assert (identity["aud"], identity["email"], identity["email_verified"]) == (pool.client, email, True)
    assert (identity["cognito:username"], access["username"]) == (sub, sub)
    assert (access["client_id"], "aud" in access) == (pool.client, False)
    assert access["scope"] == "aws.cognito.signin.user.admin"
    assert tokens["ExpiresIn"] == 3600


def test_refreshing_keeps_the_time_of_the_sign_in(pool: Pool) -> None:
    email = signed_up(pool)
    tokens = pool.sign_in(email)
    first = claims(tokens["IdToken"])

    def refreshed() -> dict[str, Any] | None:
        answer = public(pool).initiate_auth(
            ClientId=pool.client,
            AuthFlow="REFRESH_TOKEN_AUTH",
            AuthParameters={"REFRESH_TOKEN": tokens["RefreshToken"]},
        )["AuthenticationResult"]
        assert "RefreshToken" not in answer
        later = claims(answer["IdToken"])
        return later if later["iat"] > first["iat"] else None

    later = eventually(refreshed)
    assert (later["auth_time"], later["sub"], later["origin_jti"]) == (
        first["auth_time"], first["sub"], first["origin_jti"]
    )  # fmt: skip


def test_an_unverified_address_is_not_claimed_to_be_verified(named_pool: Pool) -> None:
    admin = named_pool.aws.client("cognito-idp")
    email = [{"Name": "email", "Value": "ann@example.test"}]
    admin.admin_create_user(UserPoolId=named_pool.id, Username="ann", UserAttributes=email, MessageAction="SUPPRESS")
    admin.admin_set_user_password(UserPoolId=named_pool.id, Username="ann", Password=PASSWORD, Permanent=True)
    assert claims(named_pool.sign_in("ann")["IdToken"])["email_verified"] is False


def test_users_cannot_verify_themselves(pool: Pool) -> None:
    email = signed_up(pool)
    token = pool.sign_in(email)["AccessToken"]
    mine = [{"Name": "email", "Value": "new@example.test"}, {"Name": "email_verified", "Value": "true"}]
    public_api = public(pool)
    assert (
        refused(
            lambda: public_api.sign_up(
                ClientId=pool.client, Username="new@example.test", Password=PASSWORD, UserAttributes=mine
            )
        )
        == "NotAuthorizedException"
    )
    assert (
        refused(lambda: public_api.update_user_attributes(AccessToken=token, UserAttributes=mine))
        == "NotAuthorizedException"
    )
    # A changed address is unverified.
    public_api.update_user_attributes(AccessToken=token, UserAttributes=mine[:1])
    attributes = {a["Name"]: a["Value"] for a in public_api.get_user(AccessToken=token)["UserAttributes"]}
    assert (attributes["email"], attributes["email_verified"]) == ("new@example.test", "false")


def test_a_client_writes_only_its_attributes(aws: Aws) -> None:
    pool = make_pool(aws, {"WriteAttributes": ["email"]})
    pool.add("ann")
    token = pool.sign_in("ann")["AccessToken"]
    update = lambda name: public(pool).update_user_attributes(  # noqa: E731
        AccessToken=token, UserAttributes=[{"Name": name, "Value": "x"}]
    )
    assert refused(lambda: update("nickname")) == "NotAuthorizedException"
    update("email")


@pytest.mark.parametrize("kind", ["pool", "named_pool"])
def test_a_forgotten_password_is_reset_by_the_mailed_code_alone(kind: str, request: pytest.FixtureRequest) -> None:
    # Given a user who forgot the password
    pool: Pool = request.getfixturevalue(kind)
    username = signed_up(pool)
    details = public(pool).forgot_password(ClientId=pool.client, Username=username)["CodeDeliveryDetails"]
    assert details["DeliveryMedium"] == "EMAIL"
    code = mailed_code(pool.aws, username)

    def reset(given: str, password: str = NEW_PASSWORD) -> Any:
        return public(pool).confirm_forgot_password(
            ClientId=pool.client, Username=username, ConfirmationCode=given, Password=password
        )

    # When wrong codes and a weak password are tried, and then the right ones
    assert refused(lambda: reset(other(code))) == "CodeMismatchException"
    assert refused(lambda: reset(code, "weak")) == "InvalidPasswordException"
    reset(code)
    # Then only the new password signs in, and the code is used up
    assert refused(lambda: pool.sign_in(username)) == "NotAuthorizedException"
    assert pool.sign_in(username, NEW_PASSWORD)
    assert refused(lambda: reset(code)) == "ExpiredCodeException"


def test_a_password_cannot_be_reset_through_an_unverified_address(named_pool: Pool, pool: Pool) -> None:
    # Given two who have not confirmed their addresses
    sign_up(named_pool, "bob", "bob@example.test")
    hidden = f"{unique('user')}@example.test"
    sign_up(pool, hidden)
    mails = len(pool.aws.engine.mail())
    # When they ask for a code, then a client that says who exists refuses, and the other answers as if it had mailed
    forgot = lambda: public(named_pool).forgot_password(ClientId=named_pool.client, Username="bob")  # noqa: E731
    assert refused(forgot) == "InvalidParameterException"
    answer = public(pool).forgot_password(ClientId=pool.client, Username=hidden)
    assert answer["CodeDeliveryDetails"]["DeliveryMedium"] == "EMAIL"
    assert len(pool.aws.engine.mail()) == mails


def test_a_wrong_password_does_not_tell_who_is_not_confirmed(pool: Pool) -> None:
    email = f"{unique('user')}@example.test"
    sign_up(pool, email)
    assert refused(lambda: pool.sign_in(email, "Wrongpass1!")) == "NotAuthorizedException"
    assert refused(lambda: srp(pool, email, "Wrongpass1!")) == "NotAuthorizedException"


def test_nobody_learns_who_exists(pool: Pool) -> None:
    # Given a known and an unknown address
    known, unknown = signed_up(pool), f"{unique('nobody')}@example.test"
    before = len(pool.aws.engine.mail())
    # When a stranger tries each operation with both
    for name in (known, unknown):
        assert refused(lambda name=name: pool.sign_in(name, "Wrongpass1!")) == "NotAuthorizedException"
        assert refused(lambda name=name: srp(pool, name, "Wrongpass1!")) == "NotAuthorizedException"
        forgotten = public(pool).forgot_password(ClientId=pool.client, Username=name)["CodeDeliveryDetails"]
        assert forgotten["DeliveryMedium"] == "EMAIL"
        reset = lambda name=name: public(pool).confirm_forgot_password(  # noqa: E731
            ClientId=pool.client, Username=name, ConfirmationCode="000000x", Password=NEW_PASSWORD
        )
        assert refused(reset) == "CodeMismatchException"
    # Then the answers are alike, and only the known address got a mail
    assert [mail["to"] for mail in pool.aws.engine.mail()[before:]] == [[known]]


@pytest.mark.parametrize("step", ["NEW_PASSWORD_REQUIRED", "MFA_SETUP", "SOFTWARE_TOKEN_MFA"])
def test_no_step_of_a_sign_in_can_be_skipped(pool: Pool, step: str) -> None:
    # Given a user, and someone who never gave the password
    email = signed_up(pool)
    jump = lambda: public(pool).respond_to_auth_challenge(  # noqa: E731
        ClientId=pool.client,
        ChallengeName=step,
        Session="A" * 44,
        ChallengeResponses={"USERNAME": email, "NEW_PASSWORD": NEW_PASSWORD, "SOFTWARE_TOKEN_MFA_CODE": "000000"},
    )
    # When the second step is tried without the first, it is refused and nothing changes
    assert refused(jump) == "NotAuthorizedException"
    assert pool.sign_in(email)


def test_a_first_password_must_be_changed_to_a_good_one(pool: Pool) -> None:
    # Given a user an administrator made
    admin = pool.aws.client("cognito-idp")
    email = f"{unique('user')}@example.test"
    admin.admin_create_user(
        UserPoolId=pool.id, Username=email, TemporaryPassword="T3mporary!", MessageAction="SUPPRESS"
    )
    first = public(pool).initiate_auth(
        ClientId=pool.client,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": email, "PASSWORD": "T3mporary!"},
    )
    assert first["ChallengeName"] == "NEW_PASSWORD_REQUIRED"

    def change(password: str) -> Any:
        return public(pool).respond_to_auth_challenge(
            ClientId=pool.client,
            ChallengeName="NEW_PASSWORD_REQUIRED",
            Session=first["Session"],
            ChallengeResponses={"USERNAME": email, "NEW_PASSWORD": password},
        )

    # When it is changed, then the policy holds and the session works once
    assert refused(lambda: change("weak")) == "InvalidPasswordException"
    assert "IdToken" in change(PASSWORD)["AuthenticationResult"]
    assert refused(lambda: change("An0ther!one")) == "NotAuthorizedException"
    assert pool.sign_in(email)


# Five are free; the fifth costs one second, and each further one twice as much.
WRONG_FOR_FOUR_SECONDS = 7


@pytest.mark.parametrize("way", ["password", "srp"])
def test_wrong_passwords_lock_a_user_out_for_a_while(pool: Pool, way: str) -> None:
    # Given a user, and one who has nothing to do with it
    email, bystander = signed_up(pool), signed_up(pool)
    enter: Callable[..., Any] = pool.sign_in if way == "password" else lambda *given: srp(pool, *given)

    def said(*given: str) -> str:
        try:
            enter(*given)
        except public(pool).exceptions.NotAuthorizedException as error:
            return str(error.response["Error"]["Message"])
        return "welcome"

    # When wrong passwords keep coming, each as soon as it is heard
    refusal = "Password attempts exceeded"
    for _ in range(WRONG_FOR_FOUR_SECONDS):
        assert eventually(lambda: said(email, "Wrongpass1!") == "Incorrect username or password.")
    # Then even the right one is refused, only for this user, and only for a while
    assert said(email) == refusal
    assert said(bystander) == "welcome"
    assert eventually(lambda: said(email) == "welcome")


def test_signing_out_everywhere_ends_the_tokens(pool: Pool) -> None:
    email = signed_up(pool)
    tokens, others = pool.sign_in(email), pool.sign_in(email)
    public(pool).global_sign_out(AccessToken=tokens["AccessToken"])
    for ended in (tokens, others):
        assert refused(lambda t=ended: public(pool).get_user(AccessToken=t["AccessToken"])) == "NotAuthorizedException"
        assert refused(lambda t=ended: refresh(pool, t)) == "NotAuthorizedException"


def refresh(pool: Pool, tokens: dict[str, Any]) -> Any:
    return public(pool).initiate_auth(
        ClientId=pool.client,
        AuthFlow="REFRESH_TOKEN_AUTH",
        AuthParameters={"REFRESH_TOKEN": tokens["RefreshToken"]},
    )


def test_revoking_a_refresh_token_ends_its_sign_in_only(pool: Pool) -> None:
    email = signed_up(pool)
    tokens, others = pool.sign_in(email), pool.sign_in(email)
    public(pool).revoke_token(ClientId=pool.client, Token=tokens["RefreshToken"])
    assert refused(lambda: refresh(pool, tokens)) == "NotAuthorizedException"
    assert refused(lambda: public(pool).get_user(AccessToken=tokens["AccessToken"])) == "NotAuthorizedException"
    assert refresh(pool, others)


def test_administration_needs_a_signature(pool: Pool) -> None:
    email = signed_up(pool)
    calls = [
        lambda: public(pool).admin_get_user(UserPoolId=pool.id, Username=email),
        lambda: public(pool).admin_set_user_password(
            UserPoolId=pool.id, Username=email, Password=NEW_PASSWORD, Permanent=True
        ),
        lambda: public(pool).list_users(UserPoolId=pool.id),
    ]
    assert {refused(call) for call in calls} == {"MissingAuthenticationTokenException"}
