"""Names and addresses in another case, addresses that change, and what others verify tokens by."""

from typing import Any

import jwt
import pytest
from engine_support import Aws, http, refused, unique
from people import PASSWORD, Pool, mailed_code, make_pool
from pycognito import Cognito
from sign_ups import EMAIL_POOL, confirm, public, sign_up, signed_up, srp

ANY_CASE = {"UsernameConfiguration": {"CaseSensitive": False}}
VERIFIED_FIRST = {"UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]}}


@pytest.fixture
def pool(aws: Aws) -> Pool:
    """A pool as the product's: addresses are names, in any case, and change when they are verified."""
    return make_pool(aws, {"PreventUserExistenceErrors": "ENABLED"}, **EMAIL_POOL, **ANY_CASE, **VERIFIED_FIRST)


def attributes(pool: Pool, token: str) -> dict[str, str]:
    return {each["Name"]: each["Value"] for each in public(pool).get_user(AccessToken=token)["UserAttributes"]}


def test_another_case_of_an_address_is_the_same_user(pool: Pool) -> None:
    # Given an address that signed up, and another case of it
    email = f"{unique('ines')}@example.test"
    other_case = email.replace("ines", "INes").replace("example", "Example")
    sign_up(pool, email)
    # When the other case is used in every operation that names a user, then it is that user
    assert refused(lambda: sign_up(pool, other_case)) == "UsernameExistsException"
    public(pool).resend_confirmation_code(ClientId=pool.client, Username=other_case)
    confirm(pool, other_case, mailed_code(pool.aws, email))()
    tokens = pool.sign_in(other_case)
    assert attributes(pool, tokens["AccessToken"])["email"] == email
    assert "AuthenticationResult" in srp(pool, other_case)
    public(pool).forgot_password(ClientId=pool.client, Username=other_case)
    public(pool).confirm_forgot_password(
        ClientId=pool.client,
        Username=other_case,
        ConfirmationCode=mailed_code(pool.aws, email),
        Password="N3w!password",
    )
    assert pool.sign_in(email, "N3w!password")
    admin = pool.aws.client("cognito-idp")
    assert admin.admin_get_user(UserPoolId=pool.id, Username=other_case)["UserStatus"] == "CONFIRMED"
    again = lambda: admin.admin_create_user(UserPoolId=pool.id, Username=other_case)  # noqa: E731
    assert refused(again) == "UsernameExistsException"
    admin.admin_delete_user(UserPoolId=pool.id, Username=other_case)
    assert refused(lambda: admin.admin_get_user(UserPoolId=pool.id, Username=email)) == "UserNotFoundException"


def test_a_name_is_taken_in_any_case_where_the_pool_says_so(aws: Aws) -> None:
    names = make_pool(aws, **ANY_CASE)
    names.add("Ines")
    assert refused(lambda: names.add("ines")) == "UsernameExistsException"
    assert refused(lambda: sign_up(names, "INES", "ines@example.test")) == "UsernameExistsException"
    assert names.sign_in("iNES")


def test_case_matters_without_the_setting(aws: Aws) -> None:
    names = make_pool(aws)
    names.add("Ines")
    assert refused(lambda: names.sign_in("ines")) == "UserNotFoundException"
    assert names.add("ines")


def test_an_address_changes_when_the_new_one_is_verified(pool: Pool) -> None:
    # Given a user who changes their address
    email, new = signed_up(pool), f"{unique('new')}@example.test"
    token = pool.sign_in(email)["AccessToken"]
    answer = public(pool).update_user_attributes(
        AccessToken=token, UserAttributes=[{"Name": "email", "Value": new}, {"Name": "name", "Value": "Ines"}]
    )
    assert [each["AttributeName"] for each in answer["CodeDeliveryDetailsList"]] == ["email"]
    # Then the old one stays, verified, until the mailed code has come back
    found = attributes(pool, token)
    assert (found["email"], found["email_verified"], found["name"]) == (email, "true", "Ines")
    assert refused(lambda: pool.sign_in(new)) == "NotAuthorizedException"
    verify = lambda code: public(pool).verify_user_attribute(  # noqa: E731
        AccessToken=token, AttributeName="email", Code=code
    )
    assert refused(lambda: verify("000000x")) == "CodeMismatchException"
    public(pool).get_user_attribute_verification_code(AccessToken=token, AttributeName="email")
    code = mailed_code(pool.aws, new)
    verify(code)
    found = attributes(pool, token)
    assert (found["email"], found["email_verified"]) == (new, "true")
    assert pool.sign_in(new)
    assert refused(lambda: pool.sign_in(email)) == "NotAuthorizedException"
    assert refused(lambda: verify(code)) == "ExpiredCodeException"


def test_an_administrator_vouches_for_an_address(pool: Pool) -> None:
    email, new = signed_up(pool), f"{unique('new')}@example.test"
    admin = pool.aws.client("cognito-idp")
    change = lambda *more: admin.admin_update_user_attributes(  # noqa: E731
        UserPoolId=pool.id, Username=email, UserAttributes=[{"Name": "email", "Value": new}, *more]
    )
    change()
    assert mailed_code(pool.aws, new)
    assert pool.sign_in(email)
    change({"Name": "email_verified", "Value": "true"})
    assert pool.sign_in(new)


def test_an_address_of_another_user_is_refused(pool: Pool) -> None:
    mine, theirs = signed_up(pool), signed_up(pool)
    token = pool.sign_in(mine)["AccessToken"]
    wanted = [{"Name": "email", "Value": theirs.upper()}]
    change = lambda: public(pool).update_user_attributes(AccessToken=token, UserAttributes=wanted)  # noqa: E731
    assert refused(change) == "AliasExistsException"


def test_the_configuration_fits_the_tokens(pool: Pool) -> None:
    # Given a token, and the pool's OpenID configuration
    token = srp(pool, signed_up(pool))["AuthenticationResult"]["IdToken"]
    document = http("GET", f"{pool.aws.engine.url}/{pool.id}/.well-known/openid-configuration").json
    # When the token is verified by what the document says
    key = jwt.PyJWKClient(document["jwks_uri"]).get_signing_key_from_jwt(token)
    algorithms = document["id_token_signing_alg_values_supported"]
    claims = jwt.decode(token, key, algorithms=algorithms, audience=pool.client, issuer=document["issuer"])
    # Then it passes, and the document names no endpoint that is closed
    assert claims["token_use"] == "id"
    endpoints = [value for name, value in document.items() if name.endswith("_endpoint")]
    assert endpoints == []


def test_a_client_of_others_verifies_its_tokens(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given pycognito, which is told of the engine and of the pool's keys as its documentation says
    email = signed_up(pool)
    monkeypatch.setenv("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", pool.aws.engine.url)
    keys = http("GET", f"{pool.aws.engine.url}/{pool.id}/.well-known/jwks.json").body.decode()
    monkeypatch.setenv("COGNITO_JWKS", keys)
    no_keys = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}
    person: Any = Cognito(pool.id, pool.client, username=email, boto3_client_kwargs=no_keys)
    # When it signs in, then it takes the tokens after it has verified them
    person.authenticate(password=PASSWORD)
    assert person.id_claims["email"] == email
    assert person.access_claims["username"] == person.id_claims["sub"]
