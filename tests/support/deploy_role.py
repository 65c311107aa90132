"""The role of a stage's deploys: made by `make bootstrap`, with the generated policy and nothing else."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from infra.deploy.aws import connect
from infra.deploy.role import calls
from infra.deploy.role.bootstrap import bootstrap
from infra.deploy.stage import Stage

REPOSITORY = "owner@1/mytodolist@2"
# As long as the workflow's.
SESSION_SECONDS = 5400


def assume_deploy_role(stage: Stage, folder: Path) -> dict[str, str]:
    """Bootstrap the account as its root, and return the environment of who deploys.

    GitHub's token stands for nothing here, so that the role trusts the account instead; its policies stay as they are.
    """
    aws = connect(stage)
    # The rehearsal turns DAX on later, and an administrator would run make bootstrap again for it.
    made = bootstrap(aws, replace(stage, dax_nodes=1), REPOSITORY, lambda _: None, folder)
    root = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{aws.account}:root"}, "Action": "sts:AssumeRole"}
    trust = {"Version": "2012-10-17", "Statement": [root]}
    name = made["DeployRoleArn"].rpartition("/")[2]
    aws.client("iam").update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(trust))
    keys = aws.client("sts").assume_role(
        RoleArn=made["DeployRoleArn"], RoleSessionName="rehearsal", DurationSeconds=SESSION_SECONDS
    )["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
    }


def unlisted(made: Iterable[Mapping[str, Any]]) -> list[str]:
    """The operations that deploys called and that the role's policy does not know."""
    return sorted({f"{call['service']}:{call['operation']}" for call in made} - calls.listed())
