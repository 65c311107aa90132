"""Sign-ups and sign-ins as a browser does them."""

from collections.abc import Callable
from typing import Any

from engine_support import Aws, unique
from people import PASSWORD, Pool, mailed_code, make_pool
from pycognito.aws_srp import AWSSRP

POLICY = {"PasswordPolicy": {"MinimumLength": 10, "RequireNumbers": True, "RequireUppercase": True}}
EMAIL_POOL: dict[str, Any] = {
    "AutoVerifiedAttributes": ["email"],
    "UsernameAttributes": ["email"],
    "Policies": POLICY,
    "MfaConfiguration": "OPTIONAL",
}


def pool_with_authenticators(aws: Aws) -> Pool:
    """A pool whose users sign in with their address and may have an authenticator; its client hides who exists."""
    pool = make_pool(aws, {"PreventUserExistenceErrors": "ENABLED"}, **EMAIL_POOL)
    aws.client("cognito-idp").set_user_pool_mfa_config(
        UserPoolId=pool.id, SoftwareTokenMfaConfiguration={"Enabled": True}, MfaConfiguration="OPTIONAL"
    )
    return pool


def public(pool: Pool) -> Any:
    return pool.aws.unsigned("cognito-idp")


def sign_up(pool: Pool, username: str, email: str | None = None, password: str = PASSWORD) -> dict[str, Any]:
    attributes = [{"Name": "email", "Value": email or username}]
    answer = public(pool).sign_up(ClientId=pool.client, Username=username, Password=password, UserAttributes=attributes)
    return dict(answer)


def confirm(pool: Pool, username: str, code: str) -> Callable[[], Any]:
    return lambda: public(pool).confirm_sign_up(ClientId=pool.client, Username=username, ConfirmationCode=code)


def signed_up(pool: Pool) -> str:
    """A confirmed user's address."""
    email = f"{unique('user')}@example.test"
    sign_up(pool, email)
    confirm(pool, email, mailed_code(pool.aws, email))()
    return email


def srp(pool: Pool, username: str, password: str = PASSWORD) -> dict[str, Any]:
    client = AWSSRP(username=username, password=password, pool_id=pool.id, client_id=pool.client, client=public(pool))
    parameters = client.get_auth_params()
    first = public(pool).initiate_auth(ClientId=pool.client, AuthFlow="USER_SRP_AUTH", AuthParameters=parameters)
    answers = client.process_challenge(first["ChallengeParameters"], parameters)
    second = public(pool).respond_to_auth_challenge(
        ClientId=pool.client, ChallengeName="PASSWORD_VERIFIER", ChallengeResponses=answers
    )
    return dict(second)


def other(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"
