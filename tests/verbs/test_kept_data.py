"""What a destroyed stage has kept is found by the next deploy, or is refused with what to do; and it can all go."""

from dataclasses import replace
from pathlib import Path

import pytest

from infra.deploy import __main__ as command
from infra.deploy.aws import Aws
from infra.deploy.destroy import destroy, sentences, words_for_data
from infra.deploy.preflight import PreflightError
from infra.deploy.stacks import StackError, remove
from infra.deploy.stage import Stage
from tests.verbs.conftest import STAGE, MakeStacks

PLAIN = Stage("dev", STAGE.region, STAGE.mail_from, dashboard=False, alarms="least")
TABLE = "mytodolist-dev-posts"
POST = {"slug": {"S": "kept"}}


def take_down(aws: Aws, tmp_path: Path, stage: Stage, words: str = "") -> list[str]:
    """Destroy the stage; return what is left of it but its stacks."""
    said = sentences(destroy(aws, stage, words, tmp_path, lambda _: None))
    return [line for line in said if line.startswith("Left") and "the stack" not in line]


def vaults(aws: Aws) -> list[str]:
    return [each["BackupVaultName"] for each in aws.client("backup").list_backup_vaults()["BackupVaultList"]]


def test_a_stage_comes_back_to_its_data_and_to_backups_in_a_vault_of_their_own(
    aws: Aws, make_stacks: MakeStacks, tmp_path: Path
) -> None:
    # given a stage with a post and a backup of it
    stage = replace(PLAIN, backups=True)
    make_stacks(stage)
    dynamodb, backup = aws.client("dynamodb"), aws.client("backup")
    dynamodb.put_item(TableName=TABLE, Item=POST)
    [vault] = vaults(aws)
    table = dynamodb.describe_table(TableName=TABLE)["Table"]
    backup.start_backup_job(
        BackupVaultName=vault, ResourceArn=table["TableArn"], IamRoleArn=f"arn:aws:iam::{aws.account}:role/backup"
    )
    # when it is destroyed without the words for its data, then the vault is said to stay
    assert take_down(aws, tmp_path, stage) == [f"Left: backup vault {vault}"]
    # and when it is deployed again, then the table is the same, and new backups go to another vault
    make_stacks(stage)
    assert dynamodb.describe_table(TableName=TABLE)["Table"]["TableId"] == table["TableId"]
    assert dynamodb.get_item(TableName=TABLE, Key=POST)["Item"] == POST
    assert len(vaults(aws)) == len([vault, "another"])
    # and by the words for it all goes but the backup, which AWS keeps until it expires, and that is said
    assert take_down(aws, tmp_path, stage, words_for_data(stage)) == [f"Left: backup vault {vault}"]
    assert vaults(aws) == [vault]


def test_tables_whose_stack_was_deleted_by_hand_are_named_and_can_go(
    aws: Aws, make_stacks: MakeStacks, tmp_path: Path
) -> None:
    # given tables that their template has kept, when somebody deleted the stack
    make_stacks(PLAIN, "messaging")
    aws.client("dynamodb").put_item(TableName=TABLE, Item=POST)
    for concern in ("data", "identity"):
        remove(aws.client("cloudformation"), PLAIN.stack(concern), poll_seconds=aws.poll_seconds)
    # when the stage is planned, then they are named with what to do, and so are the users
    with pytest.raises(PreflightError, match=r'make destroy STAGE=dev WORDS="delete all data of dev"') as refused:
        command.show_plan(aws, replace(PLAIN, sets_up_api_logs=True), "")
    for name in ("DynamoDB table mytodolist-dev-posts", "user pool mytodolist-dev", "secret mytodolist-dev-signing"):
        assert name in str(refused.value)
    # when it is deployed all the same, then nothing of them changes
    with pytest.raises(StackError, match="already exists"):
        make_stacks(PLAIN, "messaging")
    assert aws.client("dynamodb").get_item(TableName=TABLE, Key=POST)["Item"] == POST
    # and by the words they go, and the stage can be made
    assert take_down(aws, tmp_path, PLAIN, words_for_data(PLAIN)) == []
    make_stacks(PLAIN, "messaging")
    assert "Item" not in aws.client("dynamodb").get_item(TableName=TABLE, Key=POST)
