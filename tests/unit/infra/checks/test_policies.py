"""Every action, ARN and condition key of a policy is one that AWS has, and they belong together."""

from pathlib import Path
from typing import Any

import pytest

from infra.checks.authorization import action, fits
from infra.checks.globs import PART, overlap
from infra.checks.policies import of_functions, of_others, of_stacks, policy_faults
from infra.checks.stacks import stacks_of, stages, with_everything
from infra.checks.statements import EVERYWHERE, faults
from infra.deploy.parts import TEMPLATES

STACKS = [stack for stage in stages() for stack in stacks_of(with_everything(stage))]
QUEUE, TABLE, BUCKET = (
    "arn:aws:sqs:eu-north-1:123456789012:jobs",
    "arn:aws:dynamodb:eu-north-1:123456789012:table/todos",
    "arn:aws:s3:::photos",
)
WRONG: dict[str, tuple[str, Any, dict[str, Any]]] = {
    "AWS has no action sqs:SendMesage": ("sqs:SendMesage", QUEUE, {}),
    "AWS has no action sq:SendMessage": ("sq:SendMessage", QUEUE, {}),
    "AWS has no action s3:Gett*": ("s3:Gett*", f"{BUCKET}/*", {}),
    "sqs:SendMessage does not work on arn:aws:sns": ("sqs:SendMessage", "arn:aws:sns:eu-north-1:123456789012:jobs", {}),
    "s3:GetObject does not work on arn:aws:s3:::photos": ("s3:GetObject", BUCKET, {}),
    "s3:ListBucket does not work on arn:aws:s3:::photos/users": ("s3:ListBucket", f"{BUCKET}/users/*", {}),
    "dynamodb:PutItem does not work on": ("dynamodb:PutItem", f"{TABLE}/index/by_date", {}),
    "dynamodb:GetRecords does not work on": ("dynamodb:GetRecords", TABLE, {}),
    "it takes * alone": ("xray:PutTraceSegments", "arn:aws:xray:eu-north-1:123456789012:group/mine", {}),
    "sqs:SendMessage is allowed on every resource": ("sqs:SendMessage", "*", {}),
    "sqs:ReceiveMessage is allowed on every resource": ("sqs:ReceiveMessage", [QUEUE, "*"], {}),
    "s3:Get* allows actions that AWS will add": ("s3:Get*", f"{BUCKET}/*", {}),
    "has no condition key s3:prefix": ("sqs:SendMessage", QUEUE, {"StringEquals": {"s3:prefix": "a"}}),
    "s3:GetObject has no condition key s3:prefix": (
        "s3:GetObject",
        f"{BUCKET}/*",
        {"StringLike": {"s3:prefix": "users/*"}},
    ),
    "has no condition key ses:FromAdress": (
        "ses:SendEmail",
        "arn:aws:ses:eu-north-1:123456789012:identity/*",
        {"StringEquals": {"ses:FromAdress": "blog@example.com"}},
    ),
}


def statement(actions: Any, resource: Any, condition: dict[str, Any]) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resource, "Condition": condition}


def test_no_policy_of_ours_has_a_fault() -> None:
    assert list(policy_faults(STACKS)) == []


def test_every_kind_of_policy_is_read() -> None:
    read = [place for place, _ in (*of_functions(), *of_stacks(STACKS), *of_others(STACKS, TEMPLATES))]
    assert len(read) > 250
    for kind in ("api-handler", "OwnTodos", "BrowserRole.AssumeRole", "SiteToCloudFront", "ToDynamoDb", "deploy-role"):
        assert [place for place in read if kind in place], kind


@pytest.mark.parametrize("said", WRONG)
def test_a_statement_that_aws_does_not_know_is_found(said: str) -> None:
    found = list(faults(statement(*WRONG[said])))
    assert [each for each in found if said in each]


@pytest.mark.parametrize(
    ("actions", "resource", "condition"),
    [
        ("SQS:sendmessage", QUEUE, {"ArnEquals": {"aws:SourceArn": "arn"}}),
        (["s3:GetObject", "s3:ListBucket"], [BUCKET, f"{BUCKET}/*"], {}),
        ("dynamodb:Query", [TABLE, f"{TABLE}/index/*"], {"Null": {"dynamodb:LeadingKeys": "false"}}),
        ("s3:PutObject", f"{BUCKET}/users/${{aws:PrincipalTag/sub}}/*", {}),
        ("xray:PutTraceSegments", "*", {}),
        ("logs:PutLogEvents", "arn:aws:logs:eu-north-1:123456789012:log-group:/aws/lambda/todo:*", {}),
        ("execute-api:Invoke", "arn:aws:execute-api:eu-north-1:123456789012:abc/api/GET/posts/*", {}),
    ],
)
def test_a_statement_that_aws_knows_has_no_fault(actions: Any, resource: Any, condition: dict[str, Any]) -> None:
    assert list(faults(statement(actions, resource, condition))) == []


def test_what_is_denied_or_bounded_may_be_everything() -> None:
    everything = statement("sqs:SendMessage", "*", {})
    assert list(faults({**everything, "Effect": "Deny"})) == []
    assert list(faults(everything, grants=False)) == []


def test_a_template_that_no_stage_has_is_read_too(tmp_path: Path) -> None:
    (tmp_path / "role.yaml").write_text(
        """
Parameters: { Name: { Type: String } }
Resources:
  It:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement: [{ Effect: Allow, Action: "sqs:Send", Resource: !Sub "arn:aws:sqs:*:*:${Name}" }]
"""
    )
    [fault] = [each for each in policy_faults([], tmp_path) if "role.yaml" in each]
    assert "AWS has no action sqs:Send." in fault


def test_what_is_accepted_everywhere_is_still_allowed_somewhere() -> None:
    used = {
        name
        for _, each in of_functions()
        for name in ([each["Action"]] if isinstance(each["Action"], str) else each["Action"])
    }
    assert set(EVERYWHERE) <= used


def test_actions_are_found_in_any_case() -> None:
    assert action("DynamoDB:getitem") == action("dynamodb:GetItem")


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("a*c", "abbc", True),
        ("a*c", "*b*", True),
        ("a*", "b*", False),
        (f"table/{PART}", "table/todos", True),
        (f"table/{PART}", "table/todos/index/by_date", False),
        (f"table/{PART}/index/{PART}", "table/todos*", True),
        ("", "", True),
        ("", "a", False),
    ],
)
def test_two_patterns_meet_where_a_text_fits_both(one: str, other: str, meet: bool) -> None:  # noqa: FBT001
    assert overlap(one, other) == overlap(other, one) == meet


def test_an_arn_is_compared_part_by_part() -> None:
    assert fits("arn:aws:sqs:*:123456789012:jobs", "arn:*:sqs:*:*:*")
    assert not fits("arn:aws:sns:*:123456789012:jobs", "arn:*:sqs:*:*:*")
    assert fits("*", "arn:*:sqs:*:*:*")
    assert not fits("jobs", "arn:*:sqs:*:*:*")
