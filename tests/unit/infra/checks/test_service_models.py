"""The models of AWS's services judge every template, as a second opinion beside CloudFormation's schemas."""

from typing import Any

import pytest

from infra.checks.service_calls import TRANSLATIONS
from infra.checks.service_models import CALLS, compared, refused_values, table
from infra.checks.stacks import stacks_of, stages, with_everything
from infra.deploy.stage import ROOT

STACKS = [stack for stage in stages() for stack in stacks_of(with_everything(stage))]
FIRST = [stack for stack in STACKS if stack.stage == STACKS[0].stage]
KINDS = {resource["Type"] for stack in STACKS for resource in stack.resources().values()}
PAGE = ROOT / "docs" / "checks.md"
REFUSED_BY_MODELS: dict[str, dict[str, Any]] = {
    "TreatMissingData": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"AlarmName": "a", "TreatMissingData": ""}},
    "ComparisonOperator is 'GreaterThan'": {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {"ComparisonOperator": "GreaterThan"},
    },
    "Period is 0; 1 to": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"Period": "0"}},
    "RoleName has 65 characters": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "r" * 65}},
    "Description has 1001 characters": {"Type": "AWS::IAM::Role", "Properties": {"Description": "d" * 1001}},
    "KeySchema.KeyType": {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {"KeySchema": [{"AttributeName": "id", "KeyType": "PARTITION"}]},
    },
    "OKActions has 6 entries": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"OKActions": ["arn"] * 6}},
    "GroupName has 129": {"Type": "AWS::Cognito::UserPoolGroup", "Properties": {"GroupName": "g" * 129}},
    "PasswordPolicy.MinimumLength is 5": {
        "Type": "AWS::Cognito::UserPool",
        "Properties": {"Policies": {"PasswordPolicy": {"MinimumLength": 5}}},
    },
    "AccessTokenValidity is 'long'; a number": {
        "Type": "AWS::Cognito::UserPoolClient",
        "Properties": {"AccessTokenValidity": "long"},
    },
    "Scope is 'GLOBAL'": {"Type": "AWS::WAFv2::WebACL", "Properties": {"Scope": "GLOBAL"}},
}


def test_no_service_model_refuses_a_value() -> None:
    assert [each for stack in STACKS for each in refused_values(stack.resources())] == []


def test_the_models_judge_thousands_of_values() -> None:
    resources = [resource for stack in FIRST for resource in stack.resources().values()]
    assert sum(len(list(compared(each["Type"], each.get("Properties", {})))) for each in resources) > 1000


@pytest.mark.parametrize("said", REFUSED_BY_MODELS)
def test_a_value_that_a_service_refuses_is_found(said: str) -> None:
    [sentence] = refused_values({"It": REFUSED_BY_MODELS[said]})
    assert said in sentence


def test_a_value_that_only_aws_knows_is_not_judged() -> None:
    client = {"Type": "AWS::Cognito::UserPoolClient", "Properties": {"UserPoolId": "Pool-id"}}
    assert list(refused_values({"Pool": {"Type": "AWS::Cognito::UserPool"}, "Client": client})) == []


def test_every_type_is_judged() -> None:
    assert KINDS - {*CALLS, *TRANSLATIONS} == set()


def test_the_page_shows_which_model_judges_which_type() -> None:
    assert table(KINDS) in PAGE.read_text(encoding="utf-8"), f"Put this into docs/checks.md:\n\n{table(KINDS)}"
