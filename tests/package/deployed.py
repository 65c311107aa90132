"""A stage that is one stack of a local engine, made as CI makes it: by the role of the stage's deploys."""

import io
import json
import sysconfig
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import boto3
import httpx
from botocore.config import Config

from infra.deploy.api import find_key
from infra.deploy.aws import CALLS_FILE, Aws, connect
from infra.deploy.beside import make_beside
from infra.deploy.config import plans
from infra.deploy.stacks import CAPABILITIES
from infra.deploy.stage import API_STAGE, ROOT
from infra.local.engine_process import EngineProcess
from tests.package.building import STAGE, Built, build
from tests.support.deploy_role import assume_deploy_role
from tests.support.engine_as_aws import engine_as_aws

NAME = STAGE.api_name
STACK = "AWS::CloudFormation::Stack"
_WAIT_SECONDS = 90
Result = TypeVar("Result")


@dataclass(frozen=True)
class Deployed:
    """The stack, as the engine has it. `aws` is the account as the deploy role reaches it."""

    engine: EngineProcess
    built: Built
    aws: Aws
    calls: Path

    @property
    def bucket(self) -> str:
        """Where CI uploads packages to."""
        return f"mytodolist-artifacts-{self.aws.account}-{STAGE.region}"

    @property
    def url(self) -> str:
        """Where CloudFormation finds packages."""
        return f"https://s3.amazonaws.com/{self.bucket}/packages"

    def client(self, service: str) -> Any:
        """A client of the account's root, to look at what the role has made."""
        return boto3.client(
            service,
            endpoint_url=self.engine.url,
            region_name=STAGE.region,
            aws_access_key_id=self.engine.access_key,
            aws_secret_access_key=self.engine.secret_key,
            # None would be looked for in the environment, which has the role's.
            aws_session_token="",
            config=Config(s3={"addressing_style": "path"}),
        )

    def described(self, name: str = NAME) -> dict[str, Any]:
        stack: dict[str, Any] = self.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
        return stack

    def resources(self, name: str = NAME) -> dict[str, dict[str, Any]]:
        """What a stack holds, by logical id."""
        found = self.client("cloudformation").describe_stack_resources(StackName=name)["StackResources"]
        return {each["LogicalResourceId"]: each for each in found}

    def nested(self) -> dict[str, str]:
        """The nested stacks' ids by their logical ids."""
        return {
            name: each["PhysicalResourceId"] for name, each in self.resources().items() if each["ResourceType"] == STACK
        }

    def api(self, plan: int | None = 0) -> httpx.Client:
        """The stage's API, asked with the key of a plan or with none."""
        key = None if plan is None else find_key(self.aws, plans(STAGE)[plan].name)
        return self.api_with("" if key is None else key.value)

    def api_with(self, key: str) -> httpx.Client:
        """The stage's API, asked with a key."""
        api_id = self.resources()["RestAPI"]["PhysicalResourceId"]
        base = f"{self.engine.url}/_aws/execute-api/{api_id}/{API_STAGE}"
        return httpx.Client(base_url=base, headers={"x-api-key": key} if key else {}, timeout=30)

    def site_key(self, number: str = "") -> str:
        """The site's key as Secrets Manager has it."""
        secrets = self.client("secretsmanager")
        return str(secrets.get_secret_value(SecretId=f"{NAME}-site-key{number}")["SecretString"])

    def answers(self, key: str) -> int:
        """The status with which a public route answers a key."""
        with self.api_with(key) as api:
            return api.get("/posts").status_code

    def template(self) -> dict[str, Any]:
        """The template of the one stack, as it is uploaded."""
        template: dict[str, Any] = json.loads(self.built.stack.read_text())
        for resource in template["Resources"].values():
            properties = resource["Properties"]
            if resource["Type"] == STACK:
                name = properties["TemplateURL"].partition("/templates/")[2]
                properties["TemplateURL"] = f"{self.url}/templates/{name}"
            elif resource["Type"] == "AWS::Lambda::Function":
                properties["Code"] = {"S3Bucket": self.bucket, "S3Key": "packages/deployment.zip"}
        del template["Resources"]["Messaging"]["Properties"]["Parameters"]["MailDomain"]
        return template

    def upload(self) -> None:
        """Do what `aws cloudformation package` does."""
        s3 = self.aws.client("s3")
        for file in self.built.expanded.rglob("*.yaml"):
            key = f"packages/templates/{file.relative_to(self.built.expanded).as_posix()}"
            s3.put_object(Bucket=self.bucket, Key=key, Body=file.read_bytes())
        s3.put_object(Bucket=self.bucket, Key="packages/deployment.zip", Body=code())

    def bring(
        self, template: Mapping[str, Any], kind: str = "UPDATE", on_failure: str = "ROLLBACK", **parameters: str
    ) -> str:
        """Do what `aws cloudformation deploy` does, and return the status of the stack after it."""
        self.begin(template, kind, on_failure, **parameters)
        return self.end()

    def begin(
        self, template: Mapping[str, Any], kind: str = "UPDATE", on_failure: str = "ROLLBACK", **parameters: str
    ) -> None:
        """Begin to bring the stack to a template; a parameter that is not given stays as it is."""
        name, cloudformation = f"c{uuid4()}", self.aws.client("cloudformation")
        self.aws.client("s3").put_object(Bucket=self.bucket, Key="packages/stack.json", Body=json.dumps(template))
        given = [{"ParameterKey": each, "ParameterValue": value} for each, value in parameters.items()]
        kept = template.get("Parameters", {}) if kind == "UPDATE" else ()
        cloudformation.create_change_set(
            StackName=NAME,
            ChangeSetName=name,
            ChangeSetType=kind,
            TemplateURL=f"{self.url}/stack.json",
            Parameters=given
            + [{"ParameterKey": each, "UsePreviousValue": True} for each in kept if each not in parameters],
            Capabilities=CAPABILITIES,
            OnStackFailure=on_failure,
            Tags=[{"Key": key, "Value": value} for key, value in STAGE.tags.items()],
        )
        cloudformation.get_waiter("change_set_create_complete").wait(
            StackName=NAME, ChangeSetName=name, WaiterConfig={"Delay": self.aws.poll_seconds}
        )
        cloudformation.execute_change_set(StackName=NAME, ChangeSetName=name)

    def end(self) -> str:
        """Wait until the change has ended, and return the status of the stack."""
        return until(lambda: None if (status := self.status()).endswith("_IN_PROGRESS") else status)

    def status(self) -> str:
        return str(self.described()["StackStatus"])

    def events(self) -> list[dict[str, Any]]:
        """What CloudFormation has done with the stack, the newest first."""
        pages = self.client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=NAME)
        return [each for page in pages for each in page["StackEvents"]]

    def has_begun(self, resource: str) -> bool:
        """Whether CloudFormation has begun with a resource."""
        return resource in {each["LogicalResourceId"] for each in self.events()}

    def reasons(self) -> list[str]:
        """Why resources of the stack could not be made or changed, as its events say."""
        return [
            f"{each['LogicalResourceId']}: {each['ResourceStatusReason']}"
            for each in self.events()
            if each["ResourceStatus"].endswith("_FAILED")
        ]


def until(ask: Callable[[], Result | None]) -> Result:
    """Ask until there is an answer."""
    deadline = time.monotonic() + _WAIT_SECONDS
    while (answer := ask()) is None:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return answer


@contextmanager
def account(folder: Path) -> Iterator[Deployed]:
    """An account that an administrator has prepared for the stage, with the deploy role's keys in the environment."""
    with engine_as_aws(folder / "engine") as (engine, patch):
        # The account's role for logs is there before a stage that does not make it.
        role = {"op": "replace", "path": "/cloudwatchRoleArn", "value": "arn:aws:iam::000000000000:role/logs"}
        connect(STAGE).client("apigateway").update_account(patchOperations=[role])
        for name, value in assume_deploy_role(STAGE, folder).items():
            patch.setenv(name, value)
        patch.setenv(CALLS_FILE, str(folder / "calls.jsonl"))
        yield Deployed(engine, build(folder), connect(STAGE), folder / "calls.jsonl")


def deploy(stage: Deployed) -> None:
    """Do what .github/workflows/deploy-stage.yml does up to the site."""
    given = beside(stage)
    stage.upload()
    made = stage.bring(stage.template(), "CREATE", Protected="false", **given)
    assert made == "CREATE_COMPLETE", stage.reasons()
    protected = stage.bring(stage.template(), Protected="true", **given)
    assert protected == "UPDATE_COMPLETE", stage.reasons()
    beside(stage)


def beside(stage: Deployed) -> dict[str, str]:
    """Run make beside, and return the parameters that it says."""
    said: list[str] = []
    make_beside(stage.aws, STAGE, said.append)
    found = dict(line.split("=", 1) for line in said if "=" in line)
    return {name: value for name, value in found.items() if name in ("FirewallArn", "KeysRotated")}


def code() -> bytes:
    """The application without its libraries, which are those of this environment; the real zip is rehearsed."""
    libraries = f"import sys\nsys.path.append({sysconfig.get_path('purelib')!r})\n"
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("app.py", libraries + (ROOT / "app.py").read_text())
        for file in (ROOT / "chalicelib").rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                archive.write(file, file.relative_to(ROOT))
    return held.getvalue()
