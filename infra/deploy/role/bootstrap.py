"""What an administrator makes once, so that a stage can be deployed from GitHub: `make bootstrap STAGE=… REPOSITORY=…`.

Two stacks: what an account's stages share (`bootstrap.yaml`), and a stage's roles (`deploy-role.yaml`), to which the
generated policies are added here.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path

from infra.deploy.aws import Aws
from infra.deploy.parts import TEMPLATES
from infra.deploy.role.policy import Policy, deploy_actions, drift_actions, policies
from infra.deploy.stacks import Stack, apply, describe
from infra.deploy.stage import APP, ROOT, Stage

ISSUER = "token.actions.githubusercontent.com"
# What CloudFormation takes as the body of a template.
LARGEST_TEMPLATE = 51_200
_REPOSITORY = re.compile(r"[A-Za-z0-9._-]+(@[0-9]+)?/[A-Za-z0-9._-]+(@[0-9]+)?")
_SHARED = TEMPLATES / "cloud" / "bootstrap.yaml"
_ROLE = TEMPLATES / "cloud" / "deploy-role.yaml"


class BootstrapError(Exception):
    """The account cannot be prepared with what was given; the message names the next step."""


def bootstrap(
    aws: Aws, stage: Stage, repository: str, say: Callable[[str], None] = print, folder: Path = ROOT / "dist"
) -> dict[str, str]:
    """Make what the stage's deploys from GitHub need, and return the outputs of both stacks.

    Raises:
        BootstrapError: the repository is not named as GitHub names one, or the stage's file lacks the boundary.
        StackError: CloudFormation refused a stack.
    """
    if not _REPOSITORY.fullmatch(repository):
        example = f"make bootstrap STAGE={stage.name} REPOSITORY=OWNER/NAME"
        raise BootstrapError(f"The repository is OWNER/NAME or OWNER@ID/NAME@ID, not {repository!r}: {example}")
    if not stage.roles_have_boundary:
        file = f"infra/stages/{stage.name}.yaml"
        raise BootstrapError(
            f"The role may make bounded roles alone: write roles_have_boundary: true into {file} first."
        )
    client = aws.client("cloudformation")
    outputs: dict[str, str] = {}
    for stack in (shared_stack(aws), role_stack(aws, stage, repository, folder / "bootstrap")):
        say(f"  {stack.name}")
        outputs |= apply(client, stack, poll_seconds=aws.poll_seconds)
    return outputs


def shared_stack(aws: Aws) -> Stack:
    """The stack of what every stage of the account shares; it makes GitHub's provider unless the account has one."""
    name = f"bootstrap-{APP}"
    made_here = describe(aws.client("cloudformation"), name) is not None
    makes = made_here or not _has_provider(aws)
    if made_here:
        makes = "GitHub" in _resources(aws, name)
    return Stack(name, _SHARED, {"MakesProvider": "true" if makes else "false"}, {"app": APP})


def role_stack(aws: Aws, stage: Stage, repository: str, folder: Path) -> Stack:
    """The stack of a stage's roles; its template, with the generated policies, is written into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{stage.name}.yaml"
    file.write_text(role_template(stage, aws.account, aws.partition), encoding="utf-8")
    return Stack(f"bootstrap-{APP}-{stage.name}", file, {"Stage": stage.name, "Repository": repository}, {"app": APP})


def role_template(stage: Stage, account: str, partition: str = "aws") -> str:
    """The template of a stage's roles, with the policies that are generated for this account."""
    made = [
        *_resources_for("Deploy", policies(deploy_actions(stage), stage, account, partition)),
        *_resources_for("Drift", policies(drift_actions(stage), stage, account, partition)),
    ]
    before, separator, after = _ROLE.read_text(encoding="utf-8").partition("\nOutputs:\n")
    return before + "\n" + "\n".join(made) + "\n" + separator + after


def _resources_for(role: str, made: list[Policy]) -> list[str]:
    return [_resource(f"{role}{place}", f"{role}Role", policy) for place, policy in enumerate(made, start=1)]


def _resource(name: str, role: str, policy: Policy) -> str:
    # JSON is YAML too.
    properties = {"Roles": [{"Ref": role}], "PolicyDocument": policy}
    return (
        f"  {name}:\n    Type: AWS::IAM::ManagedPolicy\n    Properties: {json.dumps(properties, separators=(',', ':'))}"
    )


def _has_provider(aws: Aws) -> bool:
    found = aws.client("iam").list_open_id_connect_providers()["OpenIDConnectProviderList"]
    return any(provider["Arn"].endswith(f"/{ISSUER}") for provider in found)


def _resources(aws: Aws, stack: str) -> set[str]:
    pages = aws.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    return {each["LogicalResourceId"] for page in pages for each in page["StackResourceSummaries"]}
