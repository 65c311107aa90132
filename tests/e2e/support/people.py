"""People who can sign in, and how a browser remembers that they have."""

import json
import secrets
from base64 import urlsafe_b64decode
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import httpx
from botocore import UNSIGNED
from botocore.config import Config
from pycognito.aws_srp import AWSSRP

from tests.support.laptop import PASSWORD, Laptop, Person


class People:
    """Makes people: the next one while a test is busy with the last."""

    def __init__(self, laptop: Laptop) -> None:
        self._laptop = laptop
        self._root = laptop.root("cognito-idp")
        config = Config(signature_version=UNSIGNED)
        self._public = boto3.client(
            "cognito-idp", region_name=laptop.urls["region"], endpoint_url=laptop.layout.aws, config=config
        )
        self._worker = ThreadPoolExecutor(max_workers=1)
        self._next = self._worker.submit(self._make)

    def new(self) -> Person:
        """Somebody who has an account and has signed in."""
        person = self._next.result()
        self._next = self._worker.submit(self._make)
        return person

    def _make(self) -> Person:
        email, pool = f"ines-{secrets.token_hex(4)}@example.com", self._laptop.urls["user_pool_id"]
        attributes = [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]
        self._root.admin_create_user(
            UserPoolId=pool, Username=email, UserAttributes=attributes, MessageAction="SUPPRESS"
        )
        self._root.admin_set_user_password(UserPoolId=pool, Username=email, Password=PASSWORD, Permanent=True)
        client_id = self._laptop.urls["user_pool_client_id"]
        srp = AWSSRP(username=email, password=PASSWORD, pool_id=pool, client_id=client_id, client=self._public)
        tokens: dict[str, str] = srp.authenticate_user()["AuthenticationResult"]
        api = httpx.Client(base_url=self._laptop.layout.api, headers={"Authorization": tokens["IdToken"]}, timeout=30)
        self._laptop.opened.callback(api.close)
        return Person(email, _claims(tokens["IdToken"])["sub"], tokens, api)

    def close(self) -> None:
        self._worker.shutdown()
        self._public.close()


def storage_of(person: Person, site: str, client_id: str) -> Any:
    """What a browser keeps of a session: Amplify's tokens, and who it is."""
    claims = _claims(person.tokens["IdToken"])
    username, is_author = claims["cognito:username"], "authors" in claims.get("cognito:groups", [])
    prefix = f"CognitoIdentityServiceProvider.{client_id}"
    kept = {
        f"{prefix}.LastAuthUser": username,
        f"{prefix}.{username}.idToken": person.tokens["IdToken"],
        f"{prefix}.{username}.accessToken": person.tokens["AccessToken"],
        f"{prefix}.{username}.refreshToken": person.tokens["RefreshToken"],
        f"{prefix}.{username}.clockDrift": "0",
        "mytodolist.person": json.dumps({"sub": person.sub, "email": person.email, "isAuthor": is_author}),
    }
    items = [{"name": name, "value": value} for name, value in kept.items()]
    return {"cookies": [], "origins": [{"origin": site, "localStorage": items}]}


def _claims(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    claims: dict[str, Any] = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return claims
