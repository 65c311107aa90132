"""`make beside` of a stage that is one stack: it protects the stack, and names the tags that it is deployed with."""

import pytest

from infra.deploy.__main__ import beside
from infra.deploy.aws import Aws
from infra.deploy.stage import GLOBAL_REGION, ROOT, Stage
from tests.support.cloudformation import CloudFormation

STAGE = Stage("prod", "eu-north-1", "blog@example.com", domain="example.com", protected=True, owner="web team")


class Account:
    """An account that knows nothing but stacks."""

    def __init__(self) -> None:
        self.cloudformation = CloudFormation()
        self.of_global_services = CloudFormation()

    def client(self, service: str, **where: object) -> "CloudFormation | Empty":
        if service != "cloudformation":
            return Empty()
        return self.of_global_services if where.get("region_name") == GLOBAL_REGION else self.cloudformation


ARN = "arn:aws:secretsmanager:eu-north-1:123456789012:secret:mytodolist-prod-signing-key-a1b2c3"


class Empty:
    """A service that has nothing of the stage."""

    def get_paginator(self, _: str) -> "Empty":
        return self

    def describe_secret(self, **asked: str) -> dict[str, dict[str, list[str]]]:
        assert asked == {"SecretId": ARN}
        return {"VersionIdsToStages": {"before": ["AWSPREVIOUS"], "after": ["AWSCURRENT"]}}

    def get_account(self) -> dict[str, str]:
        return {"cloudwatchRoleArn": "arn:aws:iam::123456789012:role/logs-of-all-apis"}

    def paginate(self, **_: object) -> list[dict[str, list[object]]]:
        return [{"items": [], "Functions": []}]


def test_the_one_stack_of_a_protected_stage_is_protected_and_its_tags_are_printed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    account = Account()
    account.cloudformation.stacks[STAGE.api_name] = {"StackStatus": "CREATE_COMPLETE"}
    beside(Aws(account, "eu-north-1", "123456789012", "aws"), STAGE, "")
    assert account.cloudformation.stacks[STAGE.api_name]["EnableTerminationProtection"] is True
    said = capsys.readouterr().out.splitlines()
    assert [line for line in said if line.startswith("Tag=")] == [
        "Tag=app=mytodolist",
        "Tag=stage=prod",
        "Tag=owner=web team",
    ]


def keys_rotated(account: Account, capsys: pytest.CaptureFixture[str]) -> list[str]:
    beside(Aws(account, "eu-north-1", "123456789012", "aws"), STAGE, "")
    return [line for line in capsys.readouterr().out.splitlines() if line.startswith("KeysRotated=")]


def test_the_version_of_the_signing_key_is_printed_once_there_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    account = Account()
    account.cloudformation.stacks[STAGE.api_name] = {"StackStatus": "UPDATE_COMPLETE"}
    assert keys_rotated(account, capsys) == []
    outputs = [{"OutputKey": "SigningKeyArn", "OutputValue": ARN}]
    account.cloudformation.stacks[STAGE.api_name] = {"StackStatus": "CREATE_COMPLETE", "Outputs": outputs}
    assert keys_rotated(account, capsys) == ["KeysRotated=after"]


def test_a_firewall_that_is_switched_off_stays_while_the_one_stack_uses_it(capsys: pytest.CaptureFixture[str]) -> None:
    # Given a firewall that the stage's file does not ask for any more, and a one stack that was deployed with it
    account, name = Account(), STAGE.stack("firewall")
    web_acl = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/mytodolist-prod/1234"
    account.of_global_services.stacks[name] = {
        "StackStatus": "CREATE_COMPLETE",
        "Outputs": [{"OutputKey": "FirewallArn", "OutputValue": web_acl}],
    }
    root = {"StackStatus": "UPDATE_COMPLETE"}
    parameters = [{"ParameterKey": "FirewallArn", "ParameterValue": web_acl}]
    account.cloudformation.stacks[STAGE.api_name] = {**root, "Parameters": parameters}
    aws = Aws(account, "eu-north-1", "123456789012", "aws")
    # When what is beside the one stack is made, then the firewall stays, and the next step is said
    beside(aws, STAGE, "")
    assert name in account.of_global_services.stacks
    assert f"{name} stays until the one stack is deployed without it" in capsys.readouterr().out
    # And it goes when the one stack was deployed without it
    account.cloudformation.stacks[STAGE.api_name] = root
    beside(aws, STAGE, "")
    assert name not in account.of_global_services.stacks


def test_the_workflow_passes_the_version_on() -> None:
    workflow = (ROOT / ".github" / "workflows" / "deploy-stage.yml").read_text(encoding="utf-8")
    assert "grep '^KeysRotated=' dist/beside.txt" in workflow
    assert '"${parameters[@]}"' in workflow


def test_the_workflow_deploys_the_one_stack_with_these_tags() -> None:
    workflow = (ROOT / ".github" / "workflows" / "deploy-stage.yml").read_text(encoding="utf-8")
    assert "s/^Tag=//p" in workflow
    assert '--tags "${tags[@]}"' in workflow
