"""The rehearsed stage: deployed, asked through its deployed API, changed, broken, taken down."""

import json
import re
import secrets
import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import boto3
import httpx
from botocore import UNSIGNED
from botocore.config import Config
from pycognito.aws_srp import AWSSRP

from infra.deploy import api
from infra.deploy.aws import Aws, connect
from infra.deploy.config import plans
from infra.deploy.plan import Found, look
from infra.deploy.release import Deploy
from infra.deploy.stage import Stage
from infra.local.engine_process import EngineProcess

PASSWORD = "Quiet-Paper-42"
Result = TypeVar("Result")


@dataclass(frozen=True)
class Person:
    """Somebody who has signed in, with a client of the API and the keys their browser got."""

    email: str
    sub: str
    api: httpx.Client
    s3: Any


@dataclass
class Rehearsal:
    """One engine, one project, one stage."""

    stage: Stage
    project: Path
    site_files: Path
    engine: EngineProcess
    said: list[str] = field(default_factory=list)
    opened: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        self.aws: Aws = connect(self.stage)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.opened.close()

    def deploy(self) -> dict[str, str]:
        """Deploy, as `make deploy` does, and return what the stacks put out."""
        made = Deploy(self.aws, self.stage, self.project, self.site_files, self.said.append)
        made.run()
        return made.outputs

    def look(self) -> Found:
        """What there is of the stage."""
        return look(self.aws, self.stage)

    @property
    def outputs(self) -> Mapping[str, str]:
        return self.look().outputs

    def client(self, service: str) -> Any:
        """A client of the account's root, for looks and journeys that are no part of a deploy."""
        client = boto3.client(service, region_name=self.stage.region, **self.root_keys)
        self.opened.callback(client.close)
        return client

    @property
    def root_keys(self) -> dict[str, Any]:
        """The keys of the account's root, as boto3 takes them."""
        return {
            "aws_access_key_id": self.engine.access_key,
            "aws_secret_access_key": self.engine.secret_key,
            # None would be looked for in the environment, which has the role's.
            "aws_session_token": "",
        }

    def key(self, plan: int = 0) -> str:
        """The API key of a usage plan: the site's, or that of readers."""
        found = api.find_key(self.aws, plans(self.stage)[plan].name)
        assert found is not None
        return found.value

    def api(self, token: str | None = None, *, key: str | None = None) -> httpx.Client:
        """A client of the deployed API; the site's key is what CloudFront adds."""
        found = self.look().api_id
        assert found is not None
        headers = {"x-api-key": self.key() if key is None else key}
        if token is not None:
            headers["Authorization"] = token
        # The first requests wait for functions to start.
        client = httpx.Client(base_url=api.base_url(self.aws, found), headers=headers, timeout=60)
        return self.opened.enter_context(client)

    def sign_up(self, name: str, groups: tuple[str, ...] = ()) -> Person:
        """Sign up with an address, confirm it by the mailed code, sign in by SRP, take AWS keys."""
        outputs, email = self.outputs, f"{name}-{secrets.token_hex(3)}@example.com"
        pool, client_id, cognito = outputs["UserPoolId"], outputs["UserPoolClientId"], self._public("cognito-idp")
        sub = cognito.sign_up(
            ClientId=client_id,
            Username=email,
            Password=PASSWORD,
            UserAttributes=[{"Name": "email", "Value": email}, {"Name": "name", "Value": name.capitalize()}],
        )["UserSub"]
        mail = until(lambda: self.mails_to(email))[-1]
        code = re.search(r"\b(\d{6})\b", f"{mail['subject']} {mail['text']}")
        assert code is not None, mail
        cognito.confirm_sign_up(ClientId=client_id, Username=email, ConfirmationCode=code[1])
        for group in groups:
            self.client("cognito-idp").admin_add_user_to_group(UserPoolId=pool, Username=email, GroupName=group)
        srp = AWSSRP(username=email, password=PASSWORD, pool_id=pool, client_id=client_id, client=cognito)
        token = srp.authenticate_user()["AuthenticationResult"]["IdToken"]
        return Person(email, sub, self.api(token), self._s3_of(token))

    def mails_to(self, address: str) -> list[dict[str, Any]]:
        """The mails that the engine sent to an address, oldest first."""
        return [mail for mail in self.engine.mail() if address in mail["to"]]

    def page(self, path: str) -> str | None:
        """What the site bucket holds for a path of the site, as CloudFront would read it."""
        s3 = self.client("s3")
        key = f"{path.lstrip('/')}index.html" if path.endswith("/") else path.lstrip("/")
        try:
            return str(s3.get_object(Bucket=self.outputs["SiteBucket"], Key=key)["Body"].read().decode())
        except s3.exceptions.NoSuchKey:
            return None

    def change(self, file: str, before: str, after: str) -> None:
        """Change the project's code."""
        path = self.project / file
        text = path.read_text()
        assert before in text
        path.write_text(text.replace(before, after))

    def restore(self, file: str) -> None:
        """Undo every change of a file."""
        shutil.copy(Path(__file__).parents[2] / file, self.project / file)

    def deployed(self) -> dict[str, Any]:
        """What Chalice remembers, by resource."""
        file = self.project / ".chalice" / "deployed" / f"{self.stage.name}.json"
        return {each["name"]: each for each in json.loads(file.read_text())["resources"]}

    def _public(self, service: str) -> Any:
        config = Config(signature_version=UNSIGNED)
        client = boto3.client(service, region_name=self.stage.region, config=config)
        self.opened.callback(client.close)
        return client

    def _s3_of(self, token: str) -> Any:
        outputs, identities = self.outputs, self._public("cognito-identity")
        logins = {f"cognito-idp.{self.stage.region}.amazonaws.com/{outputs['UserPoolId']}": token}
        identity = identities.get_id(IdentityPoolId=outputs["IdentityPoolId"], Logins=logins)["IdentityId"]
        keys = identities.get_credentials_for_identity(IdentityId=identity, Logins=logins)["Credentials"]
        client = boto3.client(
            "s3",
            region_name=self.stage.region,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretKey"],
            aws_session_token=keys["SessionToken"],
        )
        self.opened.callback(client.close)
        return client


def until(ask: Callable[[], Result], seconds: float = 45.0) -> Result:
    """Ask until the answer is something; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"nothing within {seconds} s"
        time.sleep(0.2)
    return answer
