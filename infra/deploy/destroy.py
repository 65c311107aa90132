"""Takes a stage down. What people entered stays, unless the command says otherwise in words."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from infra.deploy import api, config, execution_log
from infra.deploy.aws import Aws
from infra.deploy.chalice_app import deployed_file
from infra.deploy.parts import Part, parts
from infra.deploy.plan import Found, look
from infra.deploy.release import run_chalice
from infra.deploy.stacks import remove
from infra.deploy.stage import ROOT, Stage
from infra.deploy.state import State

# These hold what people entered, or what the stacks that hold it need.
KEPT = ("deploys", "logs", "identity", "data", "messaging", "media")
_TABLES = ("Todos", "Media", "Posts", "PostTags", "Subscribers", "Deliveries", "Messages", "Idempotency")


class DestroyError(Exception):
    """The words are not those that the command needs; the message has them."""


def words_for_data(stage: Stage) -> str:
    """What WORDS must be to delete what people entered."""
    return f"delete all data of {stage.name}"


def words_for_protected(stage: Stage) -> str:
    """What WORDS must be to take a protected stage down and keep its data."""
    return f"take {stage.name} down"


def destroy(aws: Aws, stage: Stage, words: str, project: Path = ROOT, say: Callable[[str], None] = print) -> list[str]:
    """Take the stage down and return what is left of it.

    Raises:
        DestroyError: the words are wrong, or a protected stage was named without any.
    """
    data = words == words_for_data(stage)
    if words and not data and words != words_for_protected(stage):
        raise DestroyError(f'To delete all data too: make destroy STAGE={stage.name} WORDS="{words_for_data(stage)}"')
    if stage.protected and not words:
        raise DestroyError(
            f"{stage.name} is protected. To take it down and keep its data: "
            f'make destroy STAGE={stage.name} WORDS="{words_for_protected(stage)}"'
        )
    found = look(aws, stage)
    _take_down_release(aws, stage, found, project, say)
    if "SiteBucket" in found.outputs:
        _empty(aws, found.outputs["SiteBucket"])
    going = [part for part in reversed(parts(stage)) if data or part.concern not in KEPT]
    if data:
        _unprotect(aws, found)
    for part in going:
        if stage.stack(part.concern) in found.stacks:
            say(f"  {stage.stack(part.concern)}")
            _remove(aws, stage, part, found, data=data)
    return [] if data else [stage.stack(each) for each in KEPT if stage.stack(each) in found.stacks]


def _take_down_release(aws: Aws, stage: Stage, found: Found, project: Path, say: Callable[[str], None]) -> None:
    bucket = found.outputs.get("DeploysBucket")
    if bucket is None:
        return
    state, deployed = State(aws, bucket, stage.name), deployed_file(project, stage.name)
    with state.locked():
        state.fetch(deployed)
        # They outlive an API that `chalice delete` has taken away.
        api.delete_plans(aws, config.plans(stage))
        if deployed.exists():
            say("  functions and API")
            run_chalice(aws, stage, project, "delete")
        if found.api_id is not None:
            execution_log.delete(aws, found.api_id)
        state.forget(deployed)


def _remove(aws: Aws, stage: Stage, part: Part, found: Found, *, data: bool) -> None:
    client = aws.client("cloudformation", part.region)
    remove(client, stage.stack(part.concern), poll_seconds=aws.poll_seconds)
    # Templates keep these when their stack goes; what is left would stand in the way of the next deploy.
    if part.concern == "edge":
        _delete_bucket(aws, found.outputs["SiteBucket"])
    if data:
        _delete_kept(aws, part, found)


def _delete_kept(aws: Aws, part: Part, found: Found) -> None:
    outputs = found.outputs
    if part.concern == "data":
        dynamodb = aws.client("dynamodb")
        for table in _TABLES[:-1]:
            dynamodb.delete_table(TableName=outputs[f"{table}Table"])
    elif part.concern == "identity":
        aws.client("cognito-idp").delete_user_pool(UserPoolId=outputs["UserPoolId"])
        aws.client("secretsmanager").delete_secret(SecretId=outputs["SigningKeyArn"], ForceDeleteWithoutRecovery=True)
    elif part.concern == "media":
        _delete_bucket(aws, outputs["MediaBucket"])
        _delete_bucket(aws, outputs["ThumbnailsBucket"])
    elif part.concern == "logs":
        _delete_bucket(aws, outputs["LogsBucket"])
    elif part.concern == "deploys":
        _delete_bucket(aws, outputs["DeploysBucket"])


def _unprotect(aws: Aws, found: Found) -> None:
    """Let go of what refuses to be deleted."""
    dynamodb = aws.client("dynamodb")
    for table in _TABLES[:-1]:
        name = found.outputs.get(f"{table}Table")
        if name is not None:
            described = dynamodb.describe_table(TableName=name)["Table"]
            if described.get("DeletionProtectionEnabled"):
                dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False)
    pool = found.outputs.get("UserPoolId")
    if pool is not None:
        cognito = aws.client("cognito-idp")
        kept = cognito.describe_user_pool(UserPoolId=pool)["UserPool"]
        if kept.get("DeletionProtection") == "ACTIVE":
            # An update forgets whatever it does not name.
            cognito.update_user_pool(UserPoolId=pool, DeletionProtection="INACTIVE", **_pool_settings(kept))


def _pool_settings(pool: dict[str, Any]) -> dict[str, Any]:
    kept = ("AutoVerifiedAttributes", "EmailConfiguration", "MfaConfiguration", "Policies", "UserPoolTags")
    return {name: pool[name] for name in kept if name in pool}


def _delete_bucket(aws: Aws, bucket: str) -> None:
    s3 = aws.client("s3")
    _empty(aws, bucket)
    try:
        s3.delete_bucket(Bucket=bucket)
    except s3.exceptions.NoSuchBucket:
        return


def _empty(aws: Aws, bucket: str) -> None:
    s3 = aws.client("s3")
    try:
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
            if found:
                gone = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]
                s3.delete_objects(Bucket=bucket, Delete={"Objects": gone, "Quiet": True})
    except s3.exceptions.NoSuchBucket:
        return
