"""Tokens for `chalice local`: a demo person's own, and one that somebody else has made of it."""

from collections.abc import Mapping

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from pycognito.aws_srp import AWSSRP

from infra.local.demo import DEMO_USERS
from tests.support.tokens import Signer, opened


def sign_in(environment: Mapping[str, str]) -> str:
    """The ID token of the first demo person of a laptop's stage."""
    region, endpoint = environment["AWS_REGION"], environment["AWS_ENDPOINT_URL"]
    config = Config(signature_version=UNSIGNED)
    cognito = boto3.client("cognito-idp", region_name=region, endpoint_url=endpoint, config=config)
    pool, client_id = environment["USER_POOL_ARN"].rpartition("/")[2], environment["USER_POOL_CLIENT_ID"]
    srp = AWSSRP(
        username=DEMO_USERS[0].email,
        password=DEMO_USERS[0].password,
        pool_id=pool,
        client_id=client_id,
        client=cognito,
    )
    try:
        return str(srp.authenticate_user()["AuthenticationResult"]["IdToken"])
    finally:
        cognito.close()


def forged(token: str) -> str:
    """The same claims and header, signed by a key of one's own."""
    header, claims = opened(token)
    return Signer(header["kid"]).sign(header, claims)
