"""The transformed template as one CloudFormation stack of a local engine: made whole by the role that deploys it."""

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from infra.deploy.one_stack.functions import ALIAS
from infra.deploy.stage import ROOT
from tests.package.building import STAGE
from tests.package.deployed import NAME, STACK, Deployed, account, deploy

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
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


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with account(tmp_path_factory.mktemp("one-stack")) as stack:
        deploy(stack)
        yield stack


def declared(template: Path) -> dict[str, str]:
    """The types of a template's resources, without those that hang on a condition."""
    found = json.loads(template.read_text())["Resources"]
    return {name: each["Type"] for name, each in found.items() if "Condition" not in each}


def types(resources: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    return {name: each["ResourceType"] for name, each in resources.items()}


def test_every_resource_of_the_stack_is_made(deployed: Deployed) -> None:
    stack = deployed.described()
    assert stack["StackStatus"] == "UPDATE_COMPLETE", stack.get("StackStatusReason")
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
        assert deployed.described(stack_id)["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
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
