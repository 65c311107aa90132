"""A whole laptop cloud of the tests' own: free ports, a folder of its own, real sign-in."""

import json
import re
import secrets
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import boto3
import httpx
from botocore import UNSIGNED
from botocore.config import Config
from pycognito.aws_srp import AWSSRP

from infra.local import aws
from infra.local.layout import REGION, Layout
from infra.local.supervisor import Supervisor

PASSWORD = "Quiet-Paper-42"
Result = TypeVar("Result")


@dataclass(frozen=True)
class Person:
    """Somebody who has signed in, with an HTTP client that carries their ID token."""

    email: str
    sub: str
    tokens: Mapping[str, str]
    api: httpx.Client


@dataclass(frozen=True)
class Laptop:
    """A running laptop cloud; `urls` is what its urls.json says."""

    layout: Layout
    supervisor: Supervisor
    urls: Mapping[str, Any]
    opened: ExitStack

    def root(self, service: str) -> Any:
        """A boto3 client with the installation's root key."""
        return self._closed_later(aws.client(self.layout, self.supervisor.keys, service))

    def public(self, service: str) -> Any:
        """A boto3 client without credentials, as a browser's SDK is before sign-in."""
        config = Config(signature_version=UNSIGNED)
        client = boto3.client(service, region_name=REGION, endpoint_url=self.layout.aws, config=config)
        return self._closed_later(client)

    def person(self, name: str = "someone", groups: tuple[str, ...] = ()) -> Person:
        """Create a new person and sign them in by SRP."""
        email = f"{name}-{secrets.token_hex(4)}@example.com"
        cognito, pool = self.root("cognito-idp"), self.urls["user_pool_id"]
        attributes = [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]
        cognito.admin_create_user(UserPoolId=pool, Username=email, UserAttributes=attributes, MessageAction="SUPPRESS")
        cognito.admin_set_user_password(UserPoolId=pool, Username=email, Password=PASSWORD, Permanent=True)
        for group in groups:
            cognito.admin_add_user_to_group(UserPoolId=pool, Username=email, GroupName=group)
        tokens = self.sign_in(email, PASSWORD)
        user = cognito.admin_get_user(UserPoolId=pool, Username=email)
        sub = next(each["Value"] for each in user["UserAttributes"] if each["Name"] == "sub")
        return Person(email, sub, tokens, self.client(tokens["IdToken"]))

    def sign_in(self, email: str, password: str, *, pool: str = "", client: str = "") -> dict[str, str]:
        """Sign in by SRP, at the laptop's own pool and client or at others, and return the tokens."""
        srp = AWSSRP(
            username=email,
            password=password,
            pool_id=pool or self.urls["user_pool_id"],
            client_id=client or self.urls["user_pool_client_id"],
            client=self.public("cognito-idp"),
        )
        tokens: dict[str, str] = srp.authenticate_user()["AuthenticationResult"]
        return tokens

    @property
    def provider(self) -> str:
        """The user pool's name to the identity pool."""
        return f"cognito-idp.{REGION}.amazonaws.com/{self.urls['user_pool_id']}"

    def keys_for(self, token: str, identity: str | None = None) -> Mapping[str, str]:
        """Exchange an ID token for AWS credentials, as a browser does: by two public calls."""
        public, logins = self.public("cognito-identity"), {self.provider: token}
        identity = identity or public.get_id(IdentityPoolId=self.urls["identity_pool_id"], Logins=logins)["IdentityId"]
        keys: Mapping[str, str] = public.get_credentials_for_identity(IdentityId=identity, Logins=logins)["Credentials"]
        return keys

    def as_browser(self, service: str, keys: Mapping[str, str]) -> Any:
        """A boto3 client with a person's own credentials."""
        version = {"signature_version": "s3v4"} if service == "s3" else {}
        client = boto3.client(
            service,
            region_name=REGION,
            endpoint_url=self.layout.aws,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretKey"],
            aws_session_token=keys["SessionToken"],
            # Presigned URLs would otherwise be signed the old way here, which newer regions do not take.
            config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}, **version),
        )
        return self._closed_later(client)

    def client(self, token: str | None = None) -> httpx.Client:
        """An HTTP client of the API, with a token or without."""
        headers = {} if token is None else {"Authorization": token}
        client: httpx.Client = self._closed_later(httpx.Client(base_url=self.layout.api, headers=headers, timeout=30))
        return client

    def _closed_later(self, client: Any) -> Any:
        self.opened.callback(client.close)
        return client

    def mails_to(self, address: str) -> list[dict[str, Any]]:
        """The mails in the local mailbox, newest first."""
        answer = httpx.get(self.layout.mailbox, headers={"Accept": "application/json"})
        return [mail for mail in answer.json()["messages"] if address in mail["to"]]

    def code_sent_to(self, address: str) -> str:
        """The six digits of the newest mail."""
        mail = until(lambda: self.mails_to(address))[0]
        found = re.search(r"\b(\d{6})\b", mail["text"] or mail["subject"])
        assert found is not None, mail
        return found[1]


@contextmanager
def running_laptop(folder: Path, *, caches: bool = False) -> Iterator[Laptop]:
    """Bring a laptop cloud up under `folder`, with stage cache and DAX or without, and take it down afterwards."""
    site, api, engine, dax = free_ports(4)
    project = folder / "local" / "project"
    layout = Layout(folder / "local", project, site, api, engine, cache=caches, dax_port=dax if caches else 0)
    supervisor = Supervisor(layout, small_site(folder / "site"), say=lambda _: None)
    try:
        supervisor.start()
        with ExitStack() as opened:
            yield Laptop(layout, supervisor, json.loads(layout.urls.read_text()), opened)
    finally:
        supervisor.stop()


def small_site(folder: Path) -> Path:
    """A site of two pages, so that nothing here waits for the front end's build."""
    (folder / "mailbox").mkdir(parents=True)
    for page in ("index.html", "mailbox/index.html"):
        (folder / page).write_text("<!doctype html><title>MyTodoList</title>")
    return folder


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def until(ask: Callable[[], Result], seconds: float = 20.0) -> Result:
    """Ask until the answer is something; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"nothing within {seconds} s"
        time.sleep(0.1)
    return answer
