"""The deploy role's policy, judged by the simulator on names of the stage and on those of others."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from infra import simulate
from infra.deploy.role.policy import CHANGES_RIGHTS, OF_ALL, deploy_actions, policies
from infra.deploy.role.services import takes_a_resource
from infra.deploy.stage import load
from infra.simulate import Request

ACCOUNT = "123456789012"
STAGE = replace(load("prod"), domain="", certificate_arn="", edge_logs=True)
WHO = f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy-mytodolist-prod/rehearsal"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/boundary-mytodolist-prod"
HERE = f"eu-north-1:{ACCOUNT}"
# What each service calls a thing of the stage, and the same of another stage. Neither is read from the policy's code.
NAMES = {
    "budgets:ViewBudget": f"arn:aws:budgets::{ACCOUNT}:budget/mytodolist-prod",
    "cloudformation:CreateChangeSet": f"arn:aws:cloudformation:{HERE}:stack/mytodolist-prod-data/0a1b",
    "cloudformation:DeleteStack": f"arn:aws:cloudformation:{HERE}:stack/mytodolist-prod-data/0a1b",
    "cloudformation:ExecuteChangeSet": f"arn:aws:cloudformation:{HERE}:stack/mytodolist-prod-data/0a1b",
    "cloudwatch:PutDashboard": f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/mytodolist-prod",
    "cloudwatch:PutMetricAlarm": f"arn:aws:cloudwatch:{HERE}:alarm:mytodolist-prod-api-errors",
    "dynamodb:CreateTable": f"arn:aws:dynamodb:{HERE}:table/mytodolist-prod-todos",
    "dynamodb:DeleteTable": f"arn:aws:dynamodb:{HERE}:table/mytodolist-prod-todos",
    "dynamodb:UpdateTimeToLive": f"arn:aws:dynamodb:{HERE}:table/mytodolist-prod-todos",
    "events:PutRule": f"arn:aws:events:{HERE}:rule/mytodolist-prod-sweep-mail-event",
    "iam:DeleteRole": f"arn:aws:iam::{ACCOUNT}:role/mytodolist-prod-browser",
    "iam:UpdateAssumeRolePolicy": f"arn:aws:iam::{ACCOUNT}:role/mytodolist-prod-browser",
    "lambda:CreateFunction": f"arn:aws:lambda:{HERE}:function:mytodolist-prod-publish-pages",
    "lambda:UpdateFunctionCode": f"arn:aws:lambda:{HERE}:function:mytodolist-prod",
    "logs:CreateLogGroup": f"arn:aws:logs:{HERE}:log-group:/aws/lambda/mytodolist-prod",
    "logs:PutRetentionPolicy": f"arn:aws:logs:{HERE}:log-group:/aws/lambda/mytodolist-prod-tell-owner",
    "s3:CreateBucket": f"arn:aws:s3:::mytodolist-prod-media-{ACCOUNT}",
    "s3:DeleteBucket": f"arn:aws:s3:::mytodolist-prod-media-{ACCOUNT}",
    "s3:GetObject": f"arn:aws:s3:::mytodolist-prod-site-{ACCOUNT}/index.html",
    "s3:PutBucketPolicy": f"arn:aws:s3:::mytodolist-prod-site-{ACCOUNT}",
    "s3:PutLifecycleConfiguration": f"arn:aws:s3:::mytodolist-prod-deploys-{ACCOUNT}",
    "s3:PutObject": f"arn:aws:s3:::mytodolist-prod-site-{ACCOUNT}/index.html",
    "secretsmanager:GetSecretValue": f"arn:aws:secretsmanager:{HERE}:secret:mytodolist-prod-signing-key-AbCdEf",
    "ses:CreateConfigurationSet": f"arn:aws:ses:{HERE}:configuration-set/mytodolist-prod",
    "sns:CreateTopic": f"arn:aws:sns:{HERE}:mytodolist-prod-owner",
    "sqs:CreateQueue": f"arn:aws:sqs:{HERE}:mytodolist-prod-announcements",
    "sqs:DeleteQueue": f"arn:aws:sqs:{HERE}:mytodolist-prod-announcements",
}


def judged(made: Sequence[Any], requests: Sequence[Request]) -> list[bool]:
    return simulate.allowed([(request, made, None) for request in requests], ACCOUNT)


def role(*without: str) -> list[Any]:
    """The role's policies, but for some actions."""
    return list(policies(deploy_actions(STAGE) - set(without), STAGE, ACCOUNT))


def on_roles(boundary: str) -> list[Request]:
    name = f"arn:aws:iam::{ACCOUNT}:role/mytodolist-prod-browser"
    return [Request(WHO, action, name, {"iam:PermissionsBoundary": boundary}) for action in sorted(CHANGES_RIGHTS)]


def test_the_role_does_this_to_its_stage() -> None:
    requests = [Request(WHO, action, name) for action, name in NAMES.items()]
    assert [each for each, allowed in zip(requests, judged(role(), requests), strict=True) if not allowed] == []


def test_the_role_does_none_of_it_to_another() -> None:
    requests = [
        Request(WHO, action, name.replace("mytodolist-prod", "mytodolist-dev")) for action, name in NAMES.items()
    ]
    assert [each for each, allowed in zip(requests, judged(role(), requests), strict=True) if allowed] == []


def test_each_action_that_is_taken_away_is_missed() -> None:
    missed = []
    for action, name in NAMES.items():
        missed.append(((Request(WHO, action, name)), role(action), None))
    assert simulate.allowed(missed, ACCOUNT) == [False] * len(NAMES)
    assert len(missed) >= 20


def test_rights_change_where_the_boundary_holds_and_nowhere_else() -> None:
    assert all(judged(role(), on_roles(BOUNDARY)))
    assert not any(judged(role(), on_roles(f"arn:aws:iam::{ACCOUNT}:policy/other")))
    bare = [Request(WHO, each.action, each.resource) for each in on_roles(BOUNDARY)]
    assert not any(judged(role(), bare))


@pytest.mark.parametrize(("service", "allowed"), [("lambda", True), ("ec2", False)])
def test_roles_are_passed_to_the_services_of_the_stage_alone(service: str, *, allowed: bool) -> None:
    name = f"arn:aws:iam::{ACCOUNT}:role/mytodolist-prod-publish-pages"
    passing = Request(WHO, "iam:PassRole", name, {"iam:PassedToService": f"{service}.amazonaws.com"})
    assert judged(role(), [passing]) == [allowed]


def test_the_role_cannot_change_itself_or_its_boundary() -> None:
    own = f"arn:aws:iam::{ACCOUNT}:role/deploy-mytodolist-prod"
    asked = [Request(WHO, action, own, {"iam:PermissionsBoundary": BOUNDARY}) for action in sorted(CHANGES_RIGHTS)]
    versions = [Request(WHO, action, BOUNDARY) for action in ("iam:CreatePolicyVersion", "iam:DeletePolicy")]
    assert not any(judged(role(), [*asked, *versions]))


def test_the_stacks_of_an_account_are_listed_and_nothing_else_is_of_all() -> None:
    assert frozenset({"cloudformation:DescribeStacks", "cloudwatch:DescribeAlarms"}) == OF_ALL
    assert all(takes_a_resource(action) for action in OF_ALL)
