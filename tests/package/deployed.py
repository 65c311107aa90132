"""A stage that is one stack of a local engine, made as CI makes it: by the role of the stage's deploys."""

import io
import json
import os
import sysconfig
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import httpx
import pytest
from botocore.config import Config

from infra import shell
from infra.deploy import __main__ as command
from infra.deploy.aws import CALLS_FILE, Aws, connect
from infra.deploy.config import plans
from infra.deploy.stacks import CAPABILITIES
from infra.deploy.stage import API_STAGE, ROOT
from infra.local.engine_process import EngineProcess
from tests.package.building import STAGE, Built, build
from tests.support.deploy_role import assume_deploy_role

NAME = STAGE.api_name
STACK = "AWS::CloudFormation::Stack"
_WAIT_SECONDS = 90


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
        keys = self.client("apigateway").get_api_keys(includeValues=True)["items"]
        found = {each["name"]: each["value"] for each in keys}
        return self.api_with("" if plan is None else found[plans(STAGE)[plan].name])

    def api_with(self, key: str) -> httpx.Client:
        """The stage's API, asked with a key."""
        api_id = self.resources()["RestAPI"]["PhysicalResourceId"]
        base = f"{self.engine.url}/_aws/execute-api/{api_id}/{API_STAGE}"
        return httpx.Client(base_url=base, headers={"x-api-key": key} if key else {}, timeout=30)

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

    def bring(self, template: Mapping[str, Any], kind: str = "UPDATE", **parameters: str) -> dict[str, Any]:
        """Do what `aws cloudformation deploy` does, and describe the stack after it; what is not given stays."""
        name, cloudformation = f"c{uuid4()}", self.aws.client("cloudformation")
        self.aws.client("s3").put_object(Bucket=self.bucket, Key="packages/stack.json", Body=json.dumps(template))
        kept = template.get("Parameters", {}) if kind == "UPDATE" else ()
        given = [{"ParameterKey": each, "ParameterValue": value} for each, value in parameters.items()]
        cloudformation.create_change_set(
            StackName=NAME,
            ChangeSetName=name,
            ChangeSetType=kind,
            TemplateURL=f"{self.url}/stack.json",
            Parameters=given
            + [{"ParameterKey": each, "UsePreviousValue": True} for each in kept if each not in parameters],
            Capabilities=CAPABILITIES,
            Tags=[{"Key": key, "Value": value} for key, value in STAGE.tags.items()],
        )
        cloudformation.get_waiter("change_set_create_complete").wait(
            StackName=NAME, ChangeSetName=name, WaiterConfig={"Delay": self.aws.poll_seconds}
        )
        cloudformation.execute_change_set(StackName=NAME, ChangeSetName=name)
        deadline = time.monotonic() + _WAIT_SECONDS
        while (stack := self.described())["StackStatus"].endswith(("_IN_PROGRESS", "REVIEW_IN_PROGRESS")):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        return stack

    def reasons(self) -> list[str]:
        """Why resources of the stack could not be made or changed, as its events say."""
        pages = self.client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=NAME)
        events = [each for page in pages for each in page["StackEvents"]]
        return [
            f"{each['LogicalResourceId']}: {each['ResourceStatusReason']}"
            for each in events
            if each["ResourceStatus"].endswith("_FAILED")
        ]


@contextmanager
def account(folder: Path) -> Iterator[Deployed]:
    """An account that an administrator has prepared for the stage, with the deploy role's keys in the environment."""
    with (
        pytest.MonkeyPatch.context() as patch,
        # Buckets, topics and queues take TLS alone.
        EngineProcess(folder / "engine", environment={"ENGINE_AS_TLS": "1"}) as engine,
    ):
        for name in [name for name in os.environ if name.startswith("AWS_") and name not in shell.NO_FILES]:
            patch.delenv(name)
        patch.setenv("AWS_ENDPOINT_URL", engine.url)
        patch.setenv("AWS_ACCESS_KEY_ID", engine.access_key)
        patch.setenv("AWS_SECRET_ACCESS_KEY", engine.secret_key)
        # The account's role for logs is there before a stage that does not make it.
        role = {"op": "replace", "path": "/cloudwatchRoleArn", "value": "arn:aws:iam::000000000000:role/logs"}
        connect(STAGE).client("apigateway").update_account(patchOperations=[role])
        for name, value in assume_deploy_role(STAGE, folder).items():
            patch.setenv(name, value)
        patch.setenv(CALLS_FILE, str(folder / "calls.jsonl"))
        yield Deployed(engine, build(folder), connect(STAGE), folder / "calls.jsonl")


def deploy(stage: Deployed) -> None:
    """Do what .github/workflows/deploy-stage.yml does up to the site."""
    command.beside(stage.aws, STAGE, "")
    stage.upload()
    made = stage.bring(stage.template(), "CREATE", Protected="false")
    assert made["StackStatus"] == "CREATE_COMPLETE", stage.reasons()
    protected = stage.bring(stage.template(), Protected="true")
    assert protected["StackStatus"] == "UPDATE_COMPLETE", stage.reasons()
    command.beside(stage.aws, STAGE, "")


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
