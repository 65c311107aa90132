"""The policy of a stage's deploy role, in as many managed policies as IAM's size of one asks for.

`make role STAGE=dev` prints it.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

import json
import sys
from collections.abc import Iterable
from typing import Any

from infra.deploy.role import calls, handlers, scopes
from infra.deploy.role.resources import types_of
from infra.deploy.role.services import takes_a_resource
from infra.deploy.stage import Stage

# Characters of a managed policy, white space aside, and managed policies of a role.
LARGEST = 6144
MOST = 10
# Refused unless the role has the stage's boundary already, or gets it by this very call.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
CHANGES_RIGHTS = frozenset(
    f"iam:{name}"
    for name in (
        *("AttachRolePolicy", "CreateRole", "DeleteRolePolicy", "DetachRolePolicy", "PutRolePermissionsBoundary"),
        "PutRolePolicy",
    )
)
# Actions that take a resource and that deploys also call for all there are, which no policy can hold to names.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
OF_ALL = frozenset({"cloudformation:DescribeStacks", "cloudwatch:DescribeAlarms"})
# Reads that a look for drift does without: they return secrets, or what people have written. The handler of secrets
# lists the first, but the value is write-only in its schema, so CloudFormation cannot compare it. A grant is for what
# writes; some types declare one list for all handlers.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html
NOT_FOR_DRIFT = frozenset({"secretsmanager:GetSecretValue", "ssm:GetParameter", "dynamodb:GetItem", "kms:CreateGrant"})
# Who a role of the stage may be given to.
PASSED_TO = ("apigateway", "backup", "codedeploy", "cognito-identity", "dax", "lambda")
# Whose service-linked roles a first deploy in an account makes.
LINKED = ("backup", "dax", "email.cognito-idp", "lambda", "ops.apigateway", "replication.dynamodb", "wafv2")
ANY_ACCOUNT, PARTITION = "123456789012", "aws"

Statement = dict[str, Any]
Policy = dict[str, Any]


class PolicyTooLargeError(Exception):
    """The policy does not fit into what IAM allows a role; the message says how large it is."""


def deploy_actions(stage: Stage) -> set[str]:
    """Every action of a deploy: CloudFormation's in the caller's name, and our own calls."""
    return handlers.actions_of(types_of(stage)) | calls.actions_of(calls.listed())


def drift_actions(stage: Stage) -> set[str]:
    """Every action of a look for drift, which changes nothing and reads no secret."""
    reads = [operation for operation in calls.listed() if calls.is_read(operation)]
    return (handlers.actions_of(types_of(stage), ("read",)) | calls.actions_of(reads)) - NOT_FOR_DRIFT


def policies(actions: Iterable[str], stage: Stage, account: str, partition: str = PARTITION) -> list[Policy]:
    """Policies that allow the actions on what belongs to the stage.

    Raises:
        PolicyTooLargeError: there are more than IAM attaches to a role.
    """
    packed = _packed(statements(actions, stage, account, partition))
    if len(packed) > MOST:
        raise PolicyTooLargeError(
            f"The role of {stage.name} needs {len(packed)} policies; IAM attaches {MOST} at most."
        )
    return packed


def statements(actions: Iterable[str], stage: Stage, account: str, partition: str = PARTITION) -> list[Statement]:
    """The statements: a service each, and one for what cannot be held to a resource."""
    wanted = set(actions)
    found = _of_roles(wanted, stage, account, partition)
    plain = {action for action in wanted if action not in CHANGES_RIGHTS and action not in _CONDITIONED}
    by_service: dict[str, list[str]] = {}
    anywhere = []
    for action in sorted(plain):
        if takes_a_resource(action) and action not in OF_ALL:
            by_service.setdefault(action.partition(":")[0], []).append(action)
        else:
            anywhere.append(action)
    for service, named in by_service.items():
        found.append(_allow(named, scopes.resources(service, stage, account, partition)))
    return [*found, _allow(anywhere, ["*"])] if anywhere else found


def size(policy: Policy) -> int:
    """How many characters IAM counts."""
    return len(json.dumps(policy, separators=(",", ":")))


_CONDITIONED = frozenset({"iam:PassRole", "iam:CreateServiceLinkedRole"})


def _of_roles(wanted: set[str], stage: Stage, account: str, partition: str) -> list[Statement]:
    roles = scopes.role_arn(stage, account, partition)
    found = []
    if changes := sorted(wanted & CHANGES_RIGHTS):
        boundary = scopes.boundary_arn(stage, account, partition)
        found.append(_allow(changes, [roles], {"StringEquals": {"iam:PermissionsBoundary": boundary}}))
    if "iam:PassRole" in wanted:
        services = [f"{name}.amazonaws.com" for name in PASSED_TO]
        found.append(_allow(["iam:PassRole"], [roles], {"StringEquals": {"iam:PassedToService": services}}))
    linked = f"arn:{partition}:iam::{account}:role/aws-service-role/*"
    if "iam:GetRole" in wanted:
        # make plan looks which of them there are; one that is not there has no path.
        absent = f"arn:{partition}:iam::{account}:role/AWSServiceRoleFor*"
        found.append(_allow(["iam:GetRole"], [linked, absent]))
    if "iam:CreateServiceLinkedRole" in wanted:
        services = [f"{name}.amazonaws.com" for name in LINKED]
        condition = {"StringEquals": {"iam:AWSServiceName": services}}
        found.append(_allow(["iam:CreateServiceLinkedRole"], [linked], condition))
    return found


def _allow(actions: list[str], resources: list[str], condition: Statement | None = None) -> Statement:
    allowed = {"Effect": "Allow", "Action": actions, "Resource": resources}
    return {**allowed, "Condition": condition} if condition else allowed


def _packed(wanted: list[Statement]) -> list[Policy]:
    """Fill policies one after the other; a statement that does not fit is divided by its actions."""
    packed = [_policy([])]
    for statement in wanted:
        rest = list(statement["Action"])
        while rest:
            taken = _fitting(packed[-1], statement, rest)
            if not taken:
                packed.append(_policy([]))
                taken = _fitting(packed[-1], statement, rest)
            packed[-1]["Statement"].append({**statement, "Action": rest[:taken]})
            rest = rest[taken:]
    return packed


def _fitting(policy: Policy, statement: Statement, actions: list[str]) -> int:
    """How many of the actions fit into a policy beside what it has."""
    for count in range(len(actions), 0, -1):
        if size(_policy([*policy["Statement"], {**statement, "Action": actions[:count]}])) <= LARGEST:
            return count
    return 0


def _policy(statements_of_it: list[Statement]) -> Policy:
    return {"Version": "2012-10-17", "Statement": statements_of_it}


def print_policies(stage: Stage, account: str = "") -> None:
    """Print the policies of a stage's deploy role as a JSON list; without an account, for one that is made up."""
    made = policies(deploy_actions(stage), stage, account or ANY_ACCOUNT)
    sys.stdout.write(json.dumps(made, indent=1) + "\n")
