"""A first deploy that fails in any stack of a stage can be repeated: the rollback leaves no name behind.

Each stack of a stage with everything on fails once, at a resource that waits for all others. Then it is made.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from engine_support import Aws, MakeEngine, eventually

from infra.deploy.one_stack.template import merge_template
from infra.deploy.parts import EVERY_PART, Part, parts
from infra.deploy.stacks import Stack, StackError, apply
from infra.deploy.stage import Stage
from tests.support.deploy_role import assume_deploy_role
from tests.templates import reading

STAGE = Stage(
    name="first",
    region="eu-north-1",
    mail_from="blog@example.com",
    owner_email="owner@example.com",
    alarm_email="alarms@example.com",
    protected=True,
    firewall=True,
    backups=True,
    edge_logs=True,
    monthly_budget=20,
    dax_nodes=1,
    sets_up_api_logs=True,
    roles_have_boundary=True,
)
POLL_SECONDS = 0.05
BUCKET = "templates-of-first"
# What fails once all else is made.
BROKEN = {"Type": "AWS::CloudWatch::Dashboard", "Properties": {"DashboardBody": "{"}}
# What a stage's own stacks do not put out.
KNOWN = {
    "SiteUrl": "https://todo.example.com",
    "DistributionArn": "arn:aws:cloudfront::000000000000:distribution/E1",
    "DistributionId": "E1",
    "DaxClusterName": "todo-first",
}


class _Loader(yaml.SafeLoader):
    """Reads a template for the names of its resources alone."""


_Loader.add_multi_constructor("!", lambda *_: None)


def failing_last(template: Path, folder: Path) -> Path:
    """Write a copy of the template with a dashboard that CloudWatch refuses, once all else is made."""
    text = template.read_text(encoding="utf-8")
    resources = yaml.load(text, Loader=_Loader)["Resources"]  # noqa: S506 - a safe loader
    made = [name for name, one in resources.items() if isinstance(one, dict) and "Condition" not in one]
    broken = {**BROKEN, "DependsOn": made}
    copy = folder / template.name
    copy.write_text(text.replace("\nResources:\n", f"\nResources:\n  Broken: {json.dumps(broken)}\n", 1))
    return copy


def client(aws: Aws, part: Part) -> Any:
    return aws.client("cloudformation", region=part.region or STAGE.region)


def everything(aws: Aws) -> set[str]:
    """The names of all that a rollback may leave behind."""

    def of(service: str) -> Any:
        return aws.client(service, region=STAGE.region)

    return {
        *of("dynamodb").list_tables()["TableNames"],
        *(each["Name"] for each in of("cognito-idp").list_user_pools(MaxResults=60)["UserPools"]),
        *(each["Name"] for each in of("s3").list_buckets()["Buckets"]),
        *(each["Name"] for each in of("secretsmanager").list_secrets(IncludePlannedDeletion=True)["SecretList"]),
        *(each["BackupVaultName"] for each in of("backup").list_backup_vaults()["BackupVaultList"]),
        *(each["logGroupName"] for each in of("logs").describe_log_groups()["logGroups"]),
        *of("sqs").list_queues().get("QueueUrls", []),
        *(each["TopicArn"] for each in of("sns").list_topics()["Topics"]),
        *(each["IdentityName"] for each in of("sesv2").list_email_identities()["EmailIdentities"]),
    }


def by_role(aws: Aws, folder: Path, patch: pytest.MonkeyPatch) -> Aws:
    """The account as the role that deploys the stage reaches it."""
    patch.setenv("AWS_ENDPOINT_URL", aws.engine.url)
    patch.setenv("AWS_ACCESS_KEY_ID", aws.engine.access_key)
    patch.setenv("AWS_SECRET_ACCESS_KEY", aws.engine.secret_key)
    keys = assume_deploy_role(STAGE, folder)
    return Aws(aws.engine, {name.lower(): value for name, value in keys.items()})


def test_each_stack_fails_once_and_is_made_the_next_time(
    make_engine: MakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a stage in an account that has nothing of it but the role that deploys it
    # Topics and queues take TLS alone.
    aws = Aws(make_engine(environment={"ENGINE_AS_TLS": "1"}))
    role, outputs = by_role(aws, tmp_path, monkeypatch), dict(KNOWN)
    assert parts(STAGE) == EVERY_PART
    for part in parts(STAGE):
        stack = part.stack(STAGE, outputs)
        before = everything(aws)
        # When the creation of a stack fails at its last resource
        broken = Stack(stack.name, failing_last(stack.template, tmp_path), stack.parameters, stack.tags)
        with pytest.raises(StackError, match="Broken: The dashboard body is invalid"):
            apply(client(role, part), broken, poll_seconds=POLL_SECONDS)
        # Then nothing is left of it
        assert everything(aws) == before, part.concern
        # And the next deploy makes it
        outputs |= apply(client(role, part), stack, poll_seconds=POLL_SECONDS)
    assert len(everything(aws)) > len(parts(STAGE))
    # And tables and users are protected
    tables = aws.client("dynamodb", region=STAGE.region)
    assert tables.describe_table(TableName=outputs["TodosTable"])["Table"]["DeletionProtectionEnabled"]
    pools = aws.client("cognito-idp", region=STAGE.region)
    assert pools.describe_user_pool(UserPoolId=outputs["UserPoolId"])["UserPool"]["DeletionProtection"] == "ACTIVE"


STACK = "AWS::CloudFormation::Stack"
WHOLE = replace(
    STAGE,
    roles_have_boundary=True,
    domain="todo.example.com",
    certificate_arn="arn:aws:acm:us-east-1:000000000000:certificate/c",
)


def whole(aws: Aws, failing: str = "") -> dict[str, Any]:
    """The nested stacks of the one stack, uploaded, with one that fails at its last resource."""
    s3 = aws.client("s3", region=STAGE.region)
    nested = {name: one for name, one in merge_template(WHOLE)["Resources"].items() if one.get("Type") == STACK}
    for name, one in nested.items():
        path = one["Properties"]["TemplateURL"].removeprefix("templates/")
        template = reading.template(path.removesuffix(".yaml"))
        template.pop("Transform", None)
        if name == failing:
            made = [each for each, resource in template["Resources"].items() if "Condition" not in resource]
            template["Resources"]["Broken"] = {**BROKEN, "DependsOn": made}
        s3.put_object(Bucket=BUCKET, Key=path, Body=json.dumps(template))
        one["Properties"]["TemplateURL"] = f"https://s3.amazonaws.com/{BUCKET}/{path}"
    # The API and its key are not part of this.
    nested["Edge"]["Properties"]["Parameters"] |= {"ApiDomain": "api.example.com", "ApiKeySecretArn": ""}
    return nested


def needed(name: str, resources: dict[str, Any]) -> set[str]:
    """A nested stack and those that are made before it."""
    text = json.dumps(resources[name])
    return {name}.union(*(needed(other, resources) for other in resources if other != name and f'"{other}"' in text))


def test_the_one_stack_fails_in_each_nested_stack_and_is_made_the_next_time(
    make_engine: MakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given an account that has nothing of the stage but the role that deploys it and a bucket with its templates
    aws = Aws(make_engine(environment={"ENGINE_AS_TLS": "1"}))
    location = {"LocationConstraint": STAGE.region}
    aws.client("s3", region=STAGE.region).create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location)
    role, before = by_role(aws, tmp_path, monkeypatch), everything(aws)
    cloudformation = role.client("cloudformation", region=STAGE.region)

    def create(name: str, resources: dict[str, Any]) -> str:
        template = {
            "Parameters": {"Protected": {"Type": "String"}, "FirewallArn": {"Type": "String"}},
            "Resources": resources,
        }
        cloudformation.create_stack(
            StackName=name,
            TemplateBody=json.dumps(template),
            Parameters=[
                {"ParameterKey": "Protected", "ParameterValue": "false"},
                {"ParameterKey": "FirewallArn", "ParameterValue": ""},
            ],
            Capabilities=["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        )

        def ended() -> str | None:
            status: str = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
            return status if status in ("CREATE_COMPLETE", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED") else None

        return eventually(ended)

    for failing in whole(aws):
        # When the whole fails in one of its nested stacks, then nothing is left of it
        resources = whole(aws, failing)
        part = {name: one for name, one in resources.items() if name in needed(failing, resources)}
        assert create(f"{WHOLE.api_name}-{failing.lower()}", part) == "ROLLBACK_COMPLETE"
        assert everything(aws) == before, failing
    # And when all of them are made and the one stack itself fails, then nothing is left either
    resources = whole(aws)
    resources["Broken"] = {**BROKEN, "DependsOn": list(resources)}
    assert create(f"{WHOLE.api_name}-itself", resources) == "ROLLBACK_COMPLETE"
    assert everything(aws) == before
    # And without the fault it is made
    assert create(WHOLE.api_name, whole(aws)) == "CREATE_COMPLETE"
