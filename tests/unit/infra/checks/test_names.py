"""Computed names and values are what AWS takes, for the longest name of a stage."""

from pathlib import Path
from typing import Any

import pytest

from infra.checks.names import LONGEST, wrong_values
from infra.checks.resolving import read
from infra.checks.schemas import schema, values_at
from infra.checks.stacks import stacks_of, stages, with_everything

EVERYTHING = [stack for stage in stages() for stack in stacks_of(with_everything(stage))]
STAGE = "Parameters: { Stage: { Type: String } }\nResources:\n  It:\n    Type: "
WRONG = {
    "a cluster's name of 21 characters": 'AWS::DAX::Cluster\n    Properties: { ClusterName: !Sub "todolist-${Stage}" }',
    "a bucket's name of 64": f'AWS::S3::Bucket\n    Properties: {{ BucketName: !Sub "{"b" * 52}${{Stage}}" }}',
    "a queue's name of 81": f'AWS::SQS::Queue\n    Properties: {{ QueueName: !Sub "{"q" * 69}${{Stage}}" }}',
    "a role's name of 65": f'AWS::IAM::Role\n    Properties: {{ RoleName: !Sub "{"r" * 53}${{Stage}}" }}',
    "a sampling rule's name of 33": (
        f'AWS::XRay::SamplingRule\n    Properties: {{ SamplingRule: {{ RuleName: !Sub "{"r" * 21}${{Stage}}" }} }}'
    ),
    "a retention that CloudWatch does not know": "AWS::Logs::LogGroup\n    Properties: { RetentionInDays: 31 }",
    "an alarm's statistic": "AWS::CloudWatch::Alarm\n    Properties: { TreatMissingData: ignored, Statistic: Mean }",
}


@pytest.mark.parametrize("stack", EVERYTHING, ids=lambda stack: f"{stack.stage}-{stack.concern}")
def test_no_stack_has_a_value_that_aws_refuses(stack: Any) -> None:
    assert list(wrong_values(read(stack.template), stack.parameters)) == []


@pytest.mark.parametrize("name", WRONG)
def test_a_value_that_aws_refuses_is_found(tmp_path: Path, name: str) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(STAGE + WRONG[name])
    assert list(wrong_values(read(file), {})) != []


def test_a_name_that_just_fits_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(f'{STAGE}AWS::DAX::Cluster\n    Properties: {{ ClusterName: !Sub "12345678${{Stage}}" }}')
    assert list(wrong_values(read(file), {})) == []


def test_every_name_of_ours_has_a_limit() -> None:
    unlimited = {
        (resource["Type"], name)
        for stack in EVERYTHING
        for resource in stack.resources().values()
        for name in resource.get("Properties", {})
        if name.endswith("Name") and list(values_at(resource["Properties"], (name,)))
        if "maxLength" not in _followed(schema(resource["Type"]), name) and (resource["Type"], name) not in LONGEST
    }
    # Their names are those of another resource, or of AWS itself.
    assert {kind for kind, _ in unlimited} <= {
        "AWS::Cognito::IdentityPoolPrincipalTag",
        "AWS::DAX::Cluster",
        "AWS::SES::ConfigurationSetEventDestination",
        "AWS::CloudWatch::Alarm",
        "AWS::EC2::VPCEndpoint",
    }


def _followed(whole: Any, name: str) -> Any:
    node = whole["properties"][name]
    while "$ref" in node:
        node = whole["definitions"][node["$ref"].rpartition("/")[2]]
    return node
