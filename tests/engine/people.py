"""User pools, identity pools and signed-in users for the tests."""

import base64
import json
import re
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from engine_support import Aws, unique

PASSWORD = "Passw0rd!x"
NOTHING = {"Effect": "Deny", "Action": "*", "Resource": "*"}


@dataclass(frozen=True)
class Pool:
    """A user pool with one public client."""

    aws: Aws
    id: str
    client: str

    @property
    def provider(self) -> str:
        return f"cognito-idp.us-east-1.amazonaws.com/{self.id}"

    @property
    def arn(self) -> str:
        return f"arn:aws:cognito-idp:us-east-1:000000000000:userpool/{self.id}"

    def signing_key(self) -> rsa.RSAPrivateKey:
        """What the pool signs ID tokens with."""
        path = self.aws.engine.state_dir / "keys" / "cognito-pool-keys" / f"{self.id}-id.pem"
        key = load_pem_private_key(path.read_bytes(), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        return key

    def add(self, name: str) -> str:
        admin = self.aws.client("cognito-idp")
        email = [{"Name": "email", "Value": f"{name}@example.test"}, {"Name": "email_verified", "Value": "true"}]
        admin.admin_create_user(UserPoolId=self.id, Username=name, MessageAction="SUPPRESS", UserAttributes=email)
        admin.admin_set_user_password(UserPoolId=self.id, Username=name, Password=PASSWORD, Permanent=True)
        return name

    def sign_in(self, name: str, password: str = PASSWORD) -> dict[str, Any]:
        answer = self.aws.unsigned("cognito-idp").initiate_auth(
            ClientId=self.client,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": password},
        )
        return dict(answer["AuthenticationResult"])


def make_pool(aws: Aws, client_options: dict[str, Any] | None = None, **options: Any) -> Pool:
    admin = aws.client("cognito-idp")
    pool = admin.create_user_pool(PoolName=unique("pool"), **options)["UserPool"]["Id"]
    flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    client = admin.create_user_pool_client(
        UserPoolId=pool, ClientName="web", ExplicitAuthFlows=flows, **(client_options or {})
    )
    return Pool(aws, pool, client["UserPoolClient"]["ClientId"])


def mailed_code(aws: Aws, address: str) -> str:
    """The code in the newest mail to `address`."""
    texts = [str(mail["text"]) for mail in aws.engine.mail() if address in mail["to"]]
    found = re.search(r"\b\d{6}\b", texts[-1])
    assert found, texts
    return found[0]


def claims(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    decoded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return decoded


def reissued(
    token: str,
    changes: dict[str, Any],
    *,
    header: dict[str, Any] | None = None,
    key: rsa.RSAPrivateKey | None = None,
) -> str:
    """The token with other claims, signed under its own key id: by `key`, or by a stranger."""
    head = header or json.loads(base64.urlsafe_b64decode(token.partition(".")[0] + "=="))
    signing = ".".join(_encoded(json.dumps(part).encode()) for part in (head, {**claims(token), **changes}))
    signer = key or rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return f"{signing}.{_encoded(signer.sign(signing.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


@dataclass(frozen=True)
class Holder:
    """A signed-in user's identity and keys."""

    identity: str
    sub: str
    token: str
    aws: Aws


@dataclass(frozen=True)
class IdentityPool:
    """An identity pool for one user pool."""

    pool: Pool
    id: str

    def identity(self, token: str) -> str:
        public = self.pool.aws.unsigned("cognito-identity")
        return str(public.get_id(IdentityPoolId=self.id, Logins={self.pool.provider: token})["IdentityId"])

    def keys(self, identity: str, token: str | None) -> dict[str, str]:
        logins = {} if token is None else {"Logins": {self.pool.provider: token}}
        found = self.pool.aws.unsigned("cognito-identity").get_credentials_for_identity(IdentityId=identity, **logins)
        keys = found["Credentials"]
        return {
            "aws_access_key_id": keys["AccessKeyId"],
            "aws_secret_access_key": keys["SecretKey"],
            "aws_session_token": keys["SessionToken"],
        }

    def holder(self, name: str) -> Holder:
        token = self.pool.sign_in(name)["IdToken"]
        identity = self.identity(token)
        return Holder(identity, claims(token)["sub"], token, Aws(self.pool.aws.engine, self.keys(identity, token)))


def trust(identity_pool: str, amr: str = "authenticated", *, tag: bool = True) -> dict[str, Any]:
    actions = ["sts:AssumeRoleWithWebIdentity", *(["sts:TagSession"] if tag else [])]
    condition = {
        "StringEquals": {"cognito-identity.amazonaws.com:aud": identity_pool},
        "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": amr},
    }
    principal = {"Federated": "cognito-identity.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": actions, "Condition": condition}
    return {"Version": "2012-10-17", "Statement": [statement]}


def make_identity_pool(
    pool: Pool,
    statements: list[dict[str, Any]],
    *,
    trust_policy: dict[str, Any] | None = None,
    guests: bool = False,
    server_side_check: bool = False,
    tags: dict[str, str] | None = None,
) -> IdentityPool:
    """An identity pool whose signed-in users get a role with `statements`; `tags` maps claims to principal tags."""
    aws = pool.aws
    identity, iam = aws.client("cognito-identity"), aws.client("iam")
    provider = {
        "ProviderName": pool.provider,
        "ClientId": pool.client,
        "ServerSideTokenCheck": server_side_check,
    }
    pool_id = identity.create_identity_pool(
        IdentityPoolName=unique("people"), AllowUnauthenticatedIdentities=guests, CognitoIdentityProviders=[provider]
    )["IdentityPoolId"]
    name = unique("signed-in")
    document = json.dumps(trust_policy or trust(pool_id))
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements or [NOTHING]})
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=policy)
    identity.set_identity_pool_roles(IdentityPoolId=pool_id, Roles={"authenticated": role, "unauthenticated": role})
    if tags:
        identity.set_principal_tag_attribute_map(
            IdentityPoolId=pool_id, IdentityProviderName=pool.provider, UseDefaults=False, PrincipalTags=tags
        )
    return IdentityPool(pool, pool_id)
