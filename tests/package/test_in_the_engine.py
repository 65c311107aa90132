"""The transformed template as one CloudFormation stack of a local engine: made whole, and its API answers."""

import io
import json
import sysconfig
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from botocore.config import Config

from infra.deploy.aws import connect
from infra.deploy.config import plans
from infra.deploy.one_stack import ALIAS
from infra.deploy.role.bootstrap import bootstrap
from infra.deploy.stage import API_STAGE, ROOT
from infra.local.engine_process import EngineProcess
from tests.package.building import STAGE, Built, build

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
BUCKET, NAME = "packages", "mytodolist-prod"
STACK = "AWS::CloudFormation::Stack"
# What the engine does not take, and what the test does about it.
NOT_TAKEN = {
    "transforms of nested templates": "AWS::LanguageExtensions is expanded before, by the engine's own expansion",
    "references to secrets in nested templates": "they stay as they are written, with the secret's ARN",
    "DKIM tokens of a mail domain": "mail comes from an address alone",
}
# What the engine writes down and does not build, so that nothing here says whether it works.
RECORDED_ONLY = {
    "AWS::Backup::BackupSelection",
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::CodeDeploy::Application",
    "AWS::CodeDeploy::DeploymentGroup",
    "AWS::DAX::Cluster",
    "AWS::DAX::ParameterGroup",
    "AWS::DAX::SubnetGroup",
    "AWS::EC2::SecurityGroupEgress",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::XRay::Group",
    "AWS::XRay::SamplingRule",
}
# What the stack is about. All types are made that the templates name; these must be among them.
BUILT = {
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Stage",
    "AWS::ApiGateway::UsagePlan",
    "AWS::CloudFront::Distribution",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::Cognito::UserPool",
    "AWS::DynamoDB::GlobalTable",
    "AWS::DynamoDB::Table",
    "AWS::Events::Rule",
    "AWS::IAM::Role",
    "AWS::Lambda::Alias",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Function",
    "AWS::S3::Bucket",
    "AWS::SES::ConfigurationSet",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::SecretsManager::Secret",
}


@dataclass(frozen=True)
class Deployed:
    """The stack, as the engine has it."""

    engine: EngineProcess
    built: Built

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.engine.url,
            region_name=STAGE.region,
            aws_access_key_id=self.engine.access_key,
            aws_secret_access_key=self.engine.secret_key,
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
        """The stack's API, asked with the key of a plan or with none."""
        keys = self.client("apigateway").get_api_keys(includeValues=True)["items"]
        found = {each["name"]: each["value"] for each in keys}
        headers = {} if plan is None else {"x-api-key": found[plans(STAGE)[plan].name]}
        api_id = self.resources()["RestAPI"]["PhysicalResourceId"]
        base = f"{self.engine.url}/_aws/execute-api/{api_id}/{API_STAGE}"
        return httpx.Client(base_url=base, headers=headers, timeout=30)


def prepare(engine: EngineProcess, folder: Path) -> None:
    """Make the boundary of the stage's roles, as an administrator does before the first deploy."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", engine.url)
        patch.setenv("AWS_ACCESS_KEY_ID", engine.access_key)
        patch.setenv("AWS_SECRET_ACCESS_KEY", engine.secret_key)
        bootstrap(connect(STAGE), STAGE, "owner/mytodolist", lambda _: None, folder / "bootstrap")


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    folder = tmp_path_factory.mktemp("one-stack")
    # Buckets, topics and queues take TLS alone.
    with EngineProcess(folder / "engine", environment={"ENGINE_AS_TLS": "1"}) as engine:
        stack = Deployed(engine, build(folder))
        upload(stack)
        # The account's role for logs is there before a stage that does not make it.
        role = {"op": "replace", "path": "/cloudwatchRoleArn", "value": "arn:aws:iam::000000000000:role/logs"}
        stack.client("apigateway").update_account(patchOperations=[role])
        prepare(engine, folder)
        stack.client("cloudformation").create_stack(
            StackName=NAME,
            TemplateURL=f"https://s3.amazonaws.com/{BUCKET}/stack.json",
            Capabilities=["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
            DisableRollback=True,
        )
        deadline = time.monotonic() + 45
        while stack.described()["StackStatus"] == "CREATE_IN_PROGRESS":
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield stack


def upload(stack: Deployed) -> None:
    """Do what `aws cloudformation package` does."""
    s3 = stack.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": STAGE.region})
    template = json.loads(stack.built.stack.read_text())
    del template["Resources"]["Messaging"]["Properties"]["Parameters"]["MailDomain"]
    s3.put_object(Bucket=BUCKET, Key="stack.json", Body=json.dumps(template))
    for file in stack.built.expanded.rglob("*.yaml"):
        key = f"templates/{file.relative_to(stack.built.expanded).as_posix()}"
        s3.put_object(Bucket=BUCKET, Key=key, Body=file.read_bytes())
    s3.put_object(Bucket=BUCKET, Key="deployment.zip", Body=code())


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


def declared(template: Path) -> dict[str, str]:
    """The types of a template's resources, without those that hang on a condition."""
    found = json.loads(template.read_text())["Resources"]
    return {name: each["Type"] for name, each in found.items() if "Condition" not in each}


def types(resources: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {name: each["ResourceType"] for name, each in resources.items()}


def test_every_resource_of_the_stack_is_made(deployed: Deployed) -> None:
    stack = deployed.described()
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack.get("StackStatusReason")
    made = types(deployed.resources())
    assert made == declared(deployed.built.stack)
    assert len(made) >= 60


def test_every_resource_of_the_nested_stacks_is_made(deployed: Deployed) -> None:
    urls = {
        name: resource["Properties"]["TemplateURL"].partition("/templates/")[2]
        for name, resource in json.loads(deployed.built.stack.read_text())["Resources"].items()
        if resource["Type"] == STACK
    }
    nested = deployed.nested()
    assert set(nested) == set(urls)
    for name, stack_id in nested.items():
        assert deployed.described(stack_id)["StackStatus"] == "CREATE_COMPLETE"
        made = types(deployed.resources(stack_id))
        assert made.items() >= declared(deployed.built.expanded / urls[name]).items(), name


def test_what_is_built_and_what_is_only_recorded(deployed: Deployed) -> None:
    stacks = [NAME, *deployed.nested().values()]
    made = {kind for stack in stacks for kind in types(deployed.resources(stack)).values()}
    source = (ROOT / "infra" / "local" / "engine" / "gaps" / "stack_records.py").read_text()
    assert {kind for kind in made if f'"{kind}": ("' in source} == RECORDED_ONLY
    assert made >= BUILT


def test_its_api_answers(deployed: Deployed) -> None:
    with deployed.api() as api:
        assert api.get("/health").json() == {"status": "ok", "stage": "prod"}
        # It reads its tables with the role that its policy makes.
        assert api.get("/posts").json() == {"items": [], "next": None}
        assert api.get("/todos").status_code == 401
        assert api.get("/nothing-here").status_code == 404
    with deployed.api(plan=None) as api:
        assert api.get("/posts").status_code == 403


def test_its_routes_call_the_alias_of_a_release(deployed: Deployed) -> None:
    functions, handler = deployed.client("lambda"), deployed.resources()["APIHandler"]["PhysicalResourceId"]
    assert functions.get_alias(FunctionName=handler, Name=ALIAS)["FunctionVersion"] == "1"
    apis, api_id = deployed.client("apigateway"), deployed.resources()["RestAPI"]["PhysicalResourceId"]
    resources = apis.get_resources(restApiId=api_id, limit=500)["items"]
    health = next(each["id"] for each in resources if each["path"] == "/health")
    called = apis.get_integration(restApiId=api_id, resourceId=health, httpMethod="GET")["uri"]
    assert called.endswith(f":{handler}:{ALIAS}/invocations")


def test_cloudfront_is_given_the_key_that_the_api_wants(deployed: Deployed) -> None:
    secret = deployed.client("secretsmanager").get_secret_value(SecretId=f"{NAME}-site-key")
    with deployed.api() as asked:
        assert asked.headers["x-api-key"] == secret["SecretString"]
    [distribution] = deployed.client("cloudfront").list_distributions()["DistributionList"]["Items"]
    api_id = deployed.resources()["RestAPI"]["PhysicalResourceId"]
    [api] = [each for each in distribution["Origins"]["Items"] if each["DomainName"].startswith(api_id)]
    shown = {each["HeaderName"]: each["HeaderValue"] for each in api["CustomHeaders"]["Items"]}
    assert shown["x-api-key"] == f"{{{{resolve:secretsmanager:{secret['ARN']}}}}}"


def test_a_message_reaches_the_owner_by_the_stream(deployed: Deployed) -> None:
    message = {"name": "Bo", "email": "bo@example.com", "message": "Hello from one stack"}
    with deployed.api() as api:
        assert api.post("/contact", json=message).status_code == 202
    deadline = time.monotonic() + 30
    while not (mails := [mail for mail in deployed.engine.mail() if STAGE.owner_email in mail["to"]]):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert "Hello from one stack" in mails[0]["text"]


def test_the_manual_says_what_is_not_taken() -> None:
    text = (ROOT / "docs" / "deploying.md").read_text()
    for each in NOT_TAKEN:
        assert each in text
