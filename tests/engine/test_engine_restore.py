"""docs/restore.md, by its own commands: a table beside the damaged one, and a photo from the version before."""

import json
import re
import shlex
from typing import Any

import pytest
from botocore import xform_name
from engine_support import Aws, eventually, unique

from infra.local.engine_process import ROOT

PAGE = (ROOT / "docs" / "restore.md").read_text(encoding="utf-8")
ACCOUNT = "000000000000"
BUCKET, KEY = f"mytodolist-prod-media-{ACCOUNT}", "users/sub/photo.jpg"
TABLE = "mytodolist-prod-todos"


def run(aws: Aws, operation: str, **names: str) -> Any:
    """Do what the page's command of this operation says, with names in the place of its capitals."""
    command = next(each for each in re.findall(r"`(aws [^`]+)`", PAGE) if f" {operation} " in each)
    for placeholder, value in names.items():
        command = command.replace(placeholder, value)
    _, service, name, *options = shlex.split(command)
    client = aws.client({"s3api": "s3"}.get(service, service))
    model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[name.replace("-", "_")])
    members = {xform_name(member, "-"): member for member in model.input_shape.members}
    given = dict(zip(options[::2], options[1::2], strict=True))
    return getattr(client, name.replace("-", "_"))(**{members[key[2:]]: value for key, value in given.items()})


@pytest.fixture
def queue(aws: Aws) -> str:
    """The URL of a queue that is told of what is made in a bucket with versions."""
    s3, sqs = aws.client("s3"), aws.client("sqs")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    service = {"Service": "s3.amazonaws.com"}
    send = {"Effect": "Allow", "Principal": service, "Action": "sqs:SendMessage", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [send]})
    url = str(sqs.create_queue(QueueName=unique("made"), Attributes={"Policy": policy})["QueueUrl"])
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    created = [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}]
    s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration={"QueueConfigurations": created})
    return url


def test_a_photo_that_was_deleted_comes_back_with_the_event_that_makes_its_thumbnail(aws: Aws, queue: str) -> None:
    # given a photo that was deleted
    s3, sqs = aws.client("s3"), aws.client("sqs")
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=b"photo")
    s3.delete_object(Bucket=BUCKET, Key=KEY)
    # when it is copied from the version that the page's first command names, by the second
    listed = run(aws, "list-object-versions", ACCOUNT=ACCOUNT, SUB="sub")["Versions"]
    [version] = [each["VersionId"] for each in listed if each["Key"] == KEY]
    run(aws, "copy-object", ACCOUNT=ACCOUNT, VERSION=version, KEY=KEY)
    # then it is there, and S3 says that it was made by a copy
    assert s3.get_object(Bucket=BUCKET, Key=KEY)["Body"].read() == b"photo"

    def told_of_copy() -> bool:
        messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        return any("ObjectCreated:Copy" in each["Body"] for each in messages)

    assert eventually(told_of_copy)


def test_a_table_is_restored_beside_the_damaged_one(aws: Aws) -> None:
    dynamodb = aws.client("dynamodb")
    keys = [{"AttributeName": "id", "KeyType": "HASH"}]
    attributes = [{"AttributeName": "id", "AttributeType": "S"}]
    dynamodb.create_table(
        TableName=TABLE, KeySchema=keys, AttributeDefinitions=attributes, BillingMode="PAY_PER_REQUEST"
    )
    recovery = {"PointInTimeRecoveryEnabled": True}
    dynamodb.update_continuous_backups(TableName=TABLE, PointInTimeRecoverySpecification=recovery)
    dynamodb.put_item(TableName=TABLE, Item={"id": {"S": "1"}})
    moment = dynamodb.describe_continuous_backups(TableName=TABLE)["ContinuousBackupsDescription"]
    latest = moment["PointInTimeRecoveryDescription"]["LatestRestorableDateTime"]
    run(aws, "restore-table-to-point-in-time", **{"2026-01-31T09:59:00Z": latest.isoformat()})
    restored = f"{TABLE}-restored"
    assert {TABLE, restored} <= set(dynamodb.list_tables()["TableNames"])
    assert dynamodb.scan(TableName=restored)["Items"] == [{"id": {"S": "1"}}]
