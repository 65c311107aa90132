"""What templates keep when their stack is deleted, by name, and how each kind is deleted.

Every resource with a DeletionPolicy that retains it is in RETAINED: tests/unit/infra/deploy/test_retained.py compares.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from infra.deploy.aws import Aws
from infra.deploy.mail_identities import other_senders
from infra.deploy.ownership import (
    bucket_tags,
    identity_tags,
    made_by,
    pool_tags,
    secret_tags,
    table_tags,
    vault_tags,
)
from infra.deploy.stage import Stage
from infra.deploy.user_pool import delete_pool, pools_named

_REPLICA_SECONDS = 1800


class RetainedError(Exception):
    """A kept resource could not be deleted; the message names it and says what to do."""


@dataclass(frozen=True, slots=True)
class Retained:
    """A resource that outlives its stack. In `name` {stage}, {account} and {mail} are filled in; * ends a prefix."""

    concern: str
    logical_id: str
    type: str
    name: str

    def named(self, aws: Aws, stage: Stage) -> str:
        """Its name in an account."""
        return self.name.format(stage=stage.name, account=aws.account, mail=stage.mail_identity_name)


_TABLE, _BUCKET, _IDENTITY = "AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SES::EmailIdentity"
RETAINED = (
    Retained("deploys", "DeploysBucket", _BUCKET, "mytodolist-{stage}-deploys-{account}"),
    Retained("logs", "LogsBucket", _BUCKET, "mytodolist-{stage}-logs-{account}"),
    Retained("identity", "UserPool", "AWS::Cognito::UserPool", "mytodolist-{stage}"),
    Retained("identity", "SigningKey", "AWS::SecretsManager::Secret", "mytodolist-{stage}-signing-key"),
    Retained("data", "Todos", _TABLE, "mytodolist-{stage}-todos"),
    Retained("data", "Media", _TABLE, "mytodolist-{stage}-media"),
    Retained("data", "Posts", "AWS::DynamoDB::GlobalTable", "mytodolist-{stage}-posts"),
    Retained("data", "PostTags", _TABLE, "mytodolist-{stage}-post-tags"),
    Retained("data", "Subscribers", _TABLE, "mytodolist-{stage}-subscribers"),
    Retained("data", "Deliveries", _TABLE, "mytodolist-{stage}-deliveries"),
    Retained("data", "Messages", _TABLE, "mytodolist-{stage}-messages"),
    Retained("edge", "SiteBucket", _BUCKET, "mytodolist-{stage}-site-{account}"),
    Retained("media", "MediaBucket", _BUCKET, "mytodolist-{stage}-media-{account}"),
    Retained("media", "ThumbnailsBucket", _BUCKET, "mytodolist-{stage}-thumbnails-{account}"),
    Retained("messaging", "MailIdentity", _IDENTITY, "{mail}"),
    Retained("backup", "Vault", "AWS::Backup::BackupVault", "mytodolist-{stage}-*"),
)


def delete_retained(aws: Aws, stage: Stage, concern: str) -> None:
    """Delete what the stack of a concern has kept, except a vault that holds backups.

    What has such a name and not the stage's tag is somebody else's, and stays. So does an identity of SES that
    another stage sends from.

    Raises:
        RetainedError: something could not be deleted.
    """
    for each in RETAINED:
        if each.concern == concern:
            DELETERS[each.type](aws, stage, each.named(aws, stage))


def empty_own_bucket(aws: Aws, stage: Stage, bucket: str) -> None:
    """Empty a bucket that the stage has made."""
    if made_by(stage, bucket_tags(aws, bucket)):
        empty_bucket(aws, bucket)


def empty_bucket(aws: Aws, bucket: str) -> None:
    """Delete every version of every object of a bucket.

    Raises:
        RetainedError: S3 refused to delete an object.
    """
    s3 = aws.client("s3")
    try:
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
            if not found:
                continue
            gone = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]
            errors = s3.delete_objects(Bucket=bucket, Delete={"Objects": gone, "Quiet": True}).get("Errors", [])
            if errors:
                raise RetainedError(f"S3 keeps {errors[0]['Key']} of {bucket}: {errors[0].get('Message', '')}")
    except s3.exceptions.NoSuchBucket:
        return


def _delete_bucket(aws: Aws, stage: Stage, bucket: str) -> None:
    if not made_by(stage, bucket_tags(aws, bucket)):
        return
    s3 = aws.client("s3")
    empty_bucket(aws, bucket)
    try:
        s3.delete_bucket(Bucket=bucket)
    except s3.exceptions.NoSuchBucket:
        return


def _delete_table(aws: Aws, stage: Stage, name: str) -> None:
    """Delete a table in every region it has a replica in, the stage's own region last."""
    dynamodb = aws.client("dynamodb")
    table = _table(dynamodb, name)
    if table is None or not made_by(stage, table_tags(aws, table)):
        return
    for region in (each["RegionName"] for each in table.get("Replicas", ()) if each["RegionName"] != aws.region):
        _unprotect_table(aws, aws.client("dynamodb", region), name)
        dynamodb.update_table(TableName=name, ReplicaUpdates=[{"Delete": {"RegionName": region}}])
        _wait_for_replica(aws, dynamodb, name, region)
    _unprotect_table(aws, dynamodb, name)
    dynamodb.delete_table(TableName=name)
    attempts = max(1, int(_REPLICA_SECONDS / aws.poll_seconds))
    waiter = dynamodb.get_waiter("table_not_exists")
    waiter.wait(TableName=name, WaiterConfig={"Delay": aws.poll_seconds, "MaxAttempts": attempts})


def _table(dynamodb: Any, name: str) -> Mapping[str, Any] | None:  # noqa: ANN401 - boto3's client
    try:
        table: Mapping[str, Any] = dynamodb.describe_table(TableName=name)["Table"]
    except dynamodb.exceptions.ResourceNotFoundException:
        return None
    return table


def _unprotect_table(aws: Aws, dynamodb: Any, name: str) -> None:  # noqa: ANN401
    """Let a table be deleted, and wait until DynamoDB takes a further change of it.

    A table that is UPDATING refuses changes and deletion with ResourceInUseException.
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html
    """
    _wait_until_active(aws, dynamodb, name)
    table = _table(dynamodb, name)
    if table is not None and table.get("DeletionProtectionEnabled"):
        dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False)
        _wait_until_active(aws, dynamodb, name)


def _wait_until_active(aws: Aws, dynamodb: Any, name: str) -> None:  # noqa: ANN401
    deadline = time.monotonic() + _REPLICA_SECONDS
    while (_table(dynamodb, name) or {}).get("TableStatus") in ("CREATING", "UPDATING"):
        if time.monotonic() > deadline:
            raise RetainedError(f"DynamoDB still changes {name}: run the command again.")
        time.sleep(aws.poll_seconds)


def _wait_for_replica(aws: Aws, dynamodb: Any, name: str, region: str) -> None:  # noqa: ANN401
    deadline = time.monotonic() + _REPLICA_SECONDS
    while True:
        table = _table(dynamodb, name) or {}
        there = {each["RegionName"] for each in table.get("Replicas", ())}
        if region not in there and table.get("TableStatus") == "ACTIVE":
            return
        if time.monotonic() > deadline:
            raise RetainedError(f"DynamoDB still deletes the replica of {name} in {region}: run the command again.")
        time.sleep(aws.poll_seconds)


def _delete_pools(aws: Aws, stage: Stage, name: str) -> None:
    cognito = aws.client("cognito-idp")
    for pool_id in list(pools_named(cognito, name)):
        if made_by(stage, pool_tags(aws, pool_id)):
            delete_pool(cognito, pool_id)


def _delete_secret(aws: Aws, stage: Stage, name: str) -> None:
    if made_by(stage, secret_tags(aws, name)):
        aws.client("secretsmanager").delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


def _delete_identity(aws: Aws, stage: Stage, name: str) -> None:
    """Delete an identity that the stage has made: an address or a domain may be other stages' too."""
    if made_by(stage, identity_tags(aws, name)) and not other_senders(aws, stage, name):
        aws.client("sesv2").delete_email_identity(EmailIdentity=name)


def _delete_empty_vaults(aws: Aws, stage: Stage, name: str) -> None:
    """Backups stay until they expire, and AWS deletes no vault that holds one."""
    backup = aws.client("backup")
    prefix = name.removesuffix("*")
    for page in backup.get_paginator("list_backup_vaults").paginate():
        for vault in page["BackupVaultList"]:
            is_empty = not vault.get("NumberOfRecoveryPoints")
            is_named = vault["BackupVaultName"].startswith(prefix)
            if is_named and is_empty and made_by(stage, vault_tags(aws, vault["BackupVaultArn"])):
                backup.delete_backup_vault(BackupVaultName=vault["BackupVaultName"])


DELETERS: Mapping[str, Callable[[Aws, Stage, str], None]] = {
    _BUCKET: _delete_bucket,
    _TABLE: _delete_table,
    "AWS::DynamoDB::GlobalTable": _delete_table,
    "AWS::Cognito::UserPool": _delete_pools,
    "AWS::SecretsManager::Secret": _delete_secret,
    _IDENTITY: _delete_identity,
    "AWS::Backup::BackupVault": _delete_empty_vaults,
}
