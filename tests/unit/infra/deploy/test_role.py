"""The deploy role's policy: complete, held to a stage, and of a size that IAM takes."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import cfnlint.api
import pytest

from infra.deploy.__main__ import main
from infra.deploy.parts import TEMPLATES
from infra.deploy.role import calls, handlers, policy, scopes, unused
from infra.deploy.role.bootstrap import LARGEST_TEMPLATE, role_template
from infra.deploy.role.policy import (
    CHANGES_RIGHTS,
    LARGEST,
    MOST,
    OF_ALL,
    deploy_actions,
    drift_actions,
    policies,
    statements,
)
from infra.deploy.role.resources import all_types, types_of
from infra.deploy.role.services import exists, takes_a_resource
from infra.deploy.role.unused import UNUSED, words_in
from infra.deploy.stage import STAGES, Stage, load

ACCOUNT = "123456789012"
# As many kinds of resources as a stage can have.
EVERYTHING = replace(
    load("prod"),
    name="abcdefghijkl",
    dax_nodes=3,
    edge_logs=True,
    replica_regions=("eu-west-1",),
    kms_key_arn=f"arn:aws:kms:eu-north-1:{ACCOUNT}:key/0a1b",
    hosted_zone_id="Z0123456789ABC",
)
FOUND = [load(path.stem) for path in sorted(STAGES.glob("*.yaml"))]
Statement = dict[str, Any]


def matches(pattern: str, arn: str) -> bool:
    """Whether an ARN of a policy is one of an ARN, with `*` for any characters."""
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), arn) is not None


def of(stage: Stage) -> list[Statement]:
    """The statements of a stage's deploy role."""
    return statements(deploy_actions(stage), stage, ACCOUNT)


def test_the_kept_permissions_are_those_of_the_schemas() -> None:
    fresh = handlers.as_text(handlers.from_schemas(all_types()))
    assert handlers.FILE.read_text() == fresh, "run python -m infra.deploy.role.handlers and read what has changed"


@pytest.mark.parametrize("stage", FOUND, ids=lambda stage: stage.name)
def test_every_resource_type_of_a_stage_has_its_permissions(stage: Stage) -> None:
    kept = handlers.read()
    for name in types_of(stage):
        assert kept[name]["create"], name
        assert kept[name]["delete"] or name == "AWS::EC2::SecurityGroupEgress", name


def test_what_is_left_out_as_unused_is_in_no_template() -> None:
    assert words_in(path.read_text() for path in TEMPLATES.rglob("*.yaml")) == []


@pytest.mark.parametrize("word", sorted({word for each in UNUSED for word in each.words}))
def test_a_template_that_comes_to_use_it_is_found(word: str) -> None:
    assert words_in([f"Properties:\n  {word} x\n"]) != []


def test_nothing_is_left_out_that_no_handler_names() -> None:
    """A rule that fits nothing any more is taken away."""
    for each in UNUSED:
        named = [
            (name, action)
            for name in all_types()
            for kind in handlers.KINDS
            for action in handlers.declared(name, kind)
            if each.fits(name, action)
        ]
        assert named, each


def test_each_call_of_a_deploy_has_its_actions() -> None:
    for operation in calls.listed():
        assert calls.actions_of_call(operation) or operation == "sts:GetCallerIdentity"


def test_a_call_that_is_no_action_is_a_sentence() -> None:
    with pytest.raises(calls.CallError, match="does not say which action s3:GetSomething needs"):
        calls.actions_of_call("s3:GetSomething")


@pytest.mark.parametrize(
    ("operation", "actions"),
    [
        ("apigateway:UpdateStage", ("apigateway:PATCH",)),
        ("apigateway:ImportRestApi", ("apigateway:POST",)),
        ("lambda:Invoke", ("lambda:InvokeFunction",)),
        ("s3:HeadObject", ("s3:GetObject",)),
        ("s3:ListObjectsV2", ("s3:ListBucket",)),
        ("sesv2:GetEmailIdentity", ("ses:GetEmailIdentity",)),
    ],
)
def test_an_operation_with_another_name_than_its_action(operation: str, actions: tuple[str, ...]) -> None:
    assert calls.actions_of_call(operation) == actions


@pytest.mark.parametrize("stage", [*FOUND, EVERYTHING], ids=lambda stage: stage.name)
def test_iam_takes_the_policies(stage: Stage) -> None:
    for actions in (deploy_actions(stage), drift_actions(stage)):
        made = policies(actions, stage, ACCOUNT)
        assert len(made) <= MOST
        assert all(policy.size(each) <= LARGEST for each in made)
        packed = {action for each in made for one in each["Statement"] for action in one["Action"]}
        assert packed == actions
        assert all(exists(action) for action in actions)


def test_a_policy_that_iam_would_refuse_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy, "MOST", 1)
    with pytest.raises(policy.PolicyTooLargeError, match="IAM attaches 1 at most"):
        policies(deploy_actions(EVERYTHING), EVERYTHING, ACCOUNT)


def test_only_what_cannot_be_held_to_a_resource_is_allowed_anywhere() -> None:
    for statement in of(EVERYTHING):
        assert not [action for action in statement["Action"] if "*" in action]
        if statement["Resource"] == ["*"]:
            assert {action for action in statement["Action"] if takes_a_resource(action)} <= OF_ALL


def test_rights_change_only_where_the_boundary_holds() -> None:
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/boundary-mytodolist-{EVERYTHING.name}"
    granting = [each for each in of(EVERYTHING) if CHANGES_RIGHTS & set(each["Action"])]
    assert len(granting) == 1
    assert granting[0]["Condition"] == {"StringEquals": {"iam:PermissionsBoundary": boundary}}
    assert "iam:DeleteRolePermissionsBoundary" not in deploy_actions(EVERYTHING)


def test_roles_are_passed_to_named_services_alone() -> None:
    [passing] = [each for each in of(EVERYTHING) if "iam:PassRole" in each["Action"]]
    services = passing["Condition"]["StringEquals"]["iam:PassedToService"]
    assert "lambda.amazonaws.com" in services
    assert "ec2.amazonaws.com" not in services


@pytest.mark.parametrize(
    "own", ["role/deploy-mytodolist-dev", "role/drift-mytodolist-dev", "policy/boundary-mytodolist-dev"]
)
def test_a_deploy_can_change_neither_its_own_role_nor_the_boundary(own: str) -> None:
    stage = load("dev")
    resources = [arn for each in of(stage) for arn in each["Resource"] if arn.startswith("arn:aws:iam:")]
    assert resources
    assert not [arn for arn in resources if matches(arn, f"arn:aws:iam::{ACCOUNT}:{own}")]


def test_a_stage_cannot_touch_one_whose_name_begins_alike() -> None:
    dev, other = load("dev"), "dev2"
    for service in ("dynamodb", "s3", "sqs", "sns", "secretsmanager", "lambda", "events", "budgets", "cloudformation"):
        for arn in scopes.resources(service, dev, ACCOUNT):
            theirs = [each.replace("mytodolist-dev2-*", "mytodolist-dev2-x").replace("*", "x")
                      for each in scopes.resources(service, replace(dev, name=other), ACCOUNT)
                      if "mytodolist-dev2" in each]  # fmt: skip
            assert not [each for each in theirs if matches(arn, each)], arn


def test_a_look_for_drift_changes_nothing() -> None:
    changing = ("Create", "Put", "Update", "Delete", "Modify", "Attach", "Set", "POST", "PATCH", "PUT", "DELETE")
    names = [action.partition(":")[2] for action in drift_actions(EVERYTHING)]
    assert not [name for name in names if name.startswith(changing)]
    assert "cloudformation:DetectStackDrift" in drift_actions(EVERYTHING)


# Names of actions that return secrets, or what people have written, instead of settings.
RETURNS_DATA = re.compile(
    r"secretsmanager:(Batch)?GetSecret.*|ssm:GetParameter.*|kms:(Decrypt|GenerateDataKey|GenerateRandom)"
    r"|dynamodb:(BatchGet|Get(Item|Records)|PartiQL|Query|Scan).*|sqs:Receive.*|s3:GetObject.*"
    r"|logs:(Filter|Get(LogEvents|LogRecord|QueryResults)|Start).*|cognito-idp:(AdminGet|ListUsers).*"
    r"|(sts|ecr|codeartifact):Get.*Token|dax:(BatchGet|Get|Query|Scan).*|lambda:Invoke.*"
)
# Those that a look for drift needs: the kept release, which may be encrypted by a key of KMS.
DATA_FOR_DRIFT = {"s3:GetObject", "kms:Decrypt"}


def returning_data(actions: set[str]) -> set[str]:
    """Those of the actions that return data, and that no look for drift needs."""
    return {action for action in actions if RETURNS_DATA.fullmatch(action)} - DATA_FOR_DRIFT


@pytest.mark.parametrize("stage", [*FOUND, EVERYTHING], ids=lambda stage: stage.name)
def test_a_look_for_drift_reads_no_secret_and_nothing_that_people_wrote(stage: Stage) -> None:
    assert returning_data(drift_actions(stage)) == set()


@pytest.mark.parametrize(
    "added", ["secretsmanager:BatchGetSecretValue", "ssm:GetParametersByPath", "dynamodb:Query", "s3:GetObjectVersion"]
)
def test_a_read_of_data_that_drift_gets_is_found(added: str) -> None:
    assert exists(added)
    assert returning_data({*drift_actions(EVERYTHING), added}) == {added}


def test_no_exception_of_drift_is_left_over() -> None:
    reads = [operation for operation in calls.listed() if calls.is_read(operation)]
    every = handlers.actions_of(types_of(EVERYTHING), ("read",)) | calls.actions_of(reads)
    assert every >= policy.NOT_FOR_DRIFT
    assert drift_actions(EVERYTHING) >= DATA_FOR_DRIFT


def test_a_service_without_known_arns_is_a_sentence() -> None:
    with pytest.raises(scopes.ScopeError, match=r"scopes\.py lacks the ARNs of appstream"):
        scopes.resources("appstream", EVERYTHING, ACCOUNT)


@pytest.mark.parametrize("stage", [*FOUND, EVERYTHING], ids=lambda stage: stage.name)
def test_the_template_of_the_role_fits_into_a_request(stage: Stage) -> None:
    assert len(role_template(stage, ACCOUNT)) < LARGEST_TEMPLATE


def test_the_template_of_the_role_is_one_that_cloudformation_takes(tmp_path: Path) -> None:
    found = cfnlint.api.lint_all(role_template(EVERYTHING, ACCOUNT))
    assert [match for match in found if match.rule.severity == "error"] == []


def test_the_command_prints_the_policies(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["role", "dev"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == policies(deploy_actions(load("dev")), load("dev"), ACCOUNT)


def test_unused_actions_are_those_of_their_types_alone() -> None:
    assert unused.is_unused("AWS::DynamoDB::Table", "s3:GetObject")
    assert not unused.is_unused("AWS::Lambda::Function", "s3:GetObject")
