"""What survives a clean stop and `kill -9`."""

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from engine_support import Aws, MakeEngine, eventually, http, make_table, number, settled_snapshot, text

from infra.local.engine_process import EngineFailedError, EngineProcess

STREAM = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}}
BY_OWNER = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "owner")],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by-owner",
            "KeySchema": [{"AttributeName": "owner", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
}


def crash(engine: EngineProcess) -> None:
    engine.kill()
    engine.start()


def items(aws: Aws, table: str) -> list[dict[str, Any]]:
    pages = aws.client("dynamodb").get_paginator("scan").paginate(TableName=table)
    return [item for page in pages for item in page["Items"]]


def test_every_acknowledged_write_survives_a_crash(make_engine: MakeEngine) -> None:
    # Given every kind of write, none of them older than a moment
    engine = make_engine(snapshot_seconds=3600)
    aws = Aws(engine)
    dynamodb = aws.client("dynamodb")
    table = make_table(aws, **BY_OWNER)

    def item(key: str) -> dict[str, object]:
        return {"pk": text(key), "sk": text("a"), "owner": text("ann")}

    def key(value: str) -> dict[str, object]:
        return {"pk": text(value), "sk": text("a")}

    for name in ("put", "updated", "deleted", "transacted"):
        dynamodb.put_item(TableName=table, Item=item(name))
    dynamodb.update_item(
        TableName=table, Key=key("updated"), UpdateExpression="SET n = :n", ExpressionAttributeValues={":n": number(2)}
    )
    dynamodb.delete_item(TableName=table, Key=key("deleted"))
    dynamodb.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": item("batched")}}]})
    dynamodb.transact_write_items(
        TransactItems=[
            {"Delete": {"TableName": table, "Key": key("transacted")}},
            {"Put": {"TableName": table, "Item": item("transacted-2")}},
        ]
    )
    statement = f"UPDATE \"{table}\" SET n = 3 WHERE pk = 'put' AND sk = 'a'"  # noqa: S608 - PartiQL of our own
    dynamodb.execute_statement(Statement=statement)
    expected = sorted(items(aws, table), key=str)
    # When the process is killed
    crash(engine)
    # Then everything is there, the index included
    assert sorted(items(aws, table), key=str) == expected
    assert {str(i["pk"]["S"]) for i in expected} == {"put", "updated", "batched", "transacted-2"}
    found = dynamodb.query(
        TableName=table,
        IndexName="by-owner",
        KeyConditionExpression="#o = :o",
        ExpressionAttributeNames={"#o": "owner"},
        ExpressionAttributeValues={":o": text("ann")},
    )
    assert found["Count"] == 4
    description = dynamodb.describe_table(TableName=table)["Table"]
    assert description["ItemCount"] == 4
    # And again after a second crash, and after a clean stop
    crash(engine)
    engine.stop()
    engine.start()
    assert sorted(items(aws, table), key=str) == expected


def test_a_table_made_again_does_not_inherit_the_old_ones_items(make_engine: MakeEngine) -> None:
    engine = make_engine(snapshot_seconds=0.2)
    aws = Aws(engine)
    table = make_table(aws, "again")
    aws.client("dynamodb").put_item(TableName=table, Item={"pk": text("old")})
    aws.client("dynamodb").delete_table(TableName=table)
    make_table(aws, "again")
    aws.client("dynamodb").put_item(TableName=table, Item={"pk": text("new")})
    crash(engine)
    assert items(aws, table) == [{"pk": text("new")}]


def test_stream_records_and_tokens_survive_a_crash(make_engine: MakeEngine) -> None:
    # Given a stream with two records, one from a transaction with a token
    engine = make_engine(snapshot_seconds=0.2)
    aws = Aws(engine)
    dynamodb = aws.client("dynamodb")
    table = make_table(aws, **STREAM)
    dynamodb.put_item(TableName=table, Item={"pk": text("a")})
    update = {
        "Update": {
            "TableName": table,
            "Key": {"pk": text("a")},
            "UpdateExpression": "ADD n :one",
            "ExpressionAttributeValues": {":one": number(1)},
        }
    }
    dynamodb.transact_write_items(TransactItems=[update], ClientRequestToken="token-1")
    before = stream_records(aws, table)
    assert [record["eventName"] for record in before] == ["INSERT", "MODIFY"]
    # When the process is killed and the client repeats its transaction
    crash(engine)
    dynamodb.transact_write_items(TransactItems=[update], ClientRequestToken="token-1")
    # Then the records are the same, and the repetition changed nothing
    assert stream_records(aws, table) == before
    assert dynamodb.get_item(TableName=table, Key={"pk": text("a")})["Item"]["n"] == number(1)


def stream_records(aws: Aws, table: str) -> list[dict[str, Any]]:
    streams = aws.client("dynamodbstreams")
    arn = aws.client("dynamodb").describe_table(TableName=table)["Table"]["LatestStreamArn"]
    shards = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    iterator = streams.get_shard_iterator(
        StreamArn=arn, ShardId=shards[0]["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    return list(streams.get_records(ShardIterator=iterator)["Records"])


def test_a_write_cut_off_in_the_middle_is_left_out_whole(make_engine: MakeEngine) -> None:
    # Given a journal whose last line a crash cut short
    engine = make_engine(snapshot_seconds=0.2)
    aws = Aws(engine)
    table = make_table(aws)
    aws.client("dynamodb").put_item(TableName=table, Item={"pk": text("whole")})
    engine.kill()
    tail = newest_tail(engine.state_dir)
    with tail.open("ab") as file:
        file.write(b'[["item","half')
    # When the engine starts again, writes, and crashes again
    engine.start()
    aws.client("dynamodb").put_item(TableName=table, Item={"pk": text("next")})
    crash(engine)
    # Then what was acknowledged is there
    assert sorted(str(i["pk"]["S"]) for i in items(aws, table)) == ["next", "whole"]
    assert engine.log.count("left out an unfinished line") == 1


def newest_tail(state: Path) -> Path:
    return max((state / "journal").glob("tail-*.jsonl"))


def test_a_long_journal_is_folded_and_a_damaged_base_costs_nothing(make_engine: MakeEngine) -> None:
    # Given twice so many writes that the journal was folded
    engine = make_engine(snapshot_seconds=0.2)
    aws = Aws(engine)
    table = make_table(aws, **STREAM)
    dynamodb = aws.client("dynamodb")
    for turn in range(2):
        for start in range(16):
            payload = {"pk": text(str(start)), "body": text("x" * 330_000), "turn": number(turn)}
            dynamodb.put_item(TableName=table, Item=payload)
        eventually(lambda turn=turn: len(list(journal(engine).glob("base-*.jsonl"))) > turn)
    dynamodb.delete_item(TableName=table, Key={"pk": text("0")})
    dynamodb.put_item(TableName=table, Item={"pk": text("last")})
    expected = sorted(items(aws, table), key=str)
    # When it crashes with the newest base damaged
    engine.kill()
    newest = max(journal(engine).glob("base-*.jsonl"))
    newest.write_bytes(newest.read_bytes()[:-200])
    engine.start()
    # Then the base before it and the changes since say the same
    assert sorted(items(aws, table), key=str) == expected
    assert len(stream_records(aws, table)) > 0
    assert "is damaged; going back to the one before" in engine.log


def journal(engine: EngineProcess) -> Path:
    return engine.state_dir / "journal"


def test_objects_are_on_disk_when_the_put_is_answered(make_engine: MakeEngine) -> None:
    engine = make_engine(snapshot_seconds=0.2)
    s3 = Aws(engine).client("s3")
    s3.create_bucket(Bucket="pictures")
    settled_snapshot(engine)
    s3.put_object(Bucket="pictures", Key="a/b c.png", Body=b"bytes", ContentType="image/png", Metadata={"by": "ann"})
    s3.put_object(Bucket="pictures", Key="gone", Body=b"x")
    s3.delete_object(Bucket="pictures", Key="gone")
    crash(engine)
    found = s3.get_object(Bucket="pictures", Key="a/b c.png")
    assert (found["Body"].read(), found["ContentType"], found["Metadata"]) == (b"bytes", "image/png", {"by": "ann"})
    assert [o["Key"] for o in s3.list_objects_v2(Bucket="pictures")["Contents"]] == ["a/b c.png"]


def test_everything_else_survives_a_crash_once_it_is_in_a_snapshot(make_engine: MakeEngine) -> None:
    # Given a user, a message, a mail, a role, temporary keys and a parameter
    engine = make_engine()
    aws = Aws(engine)
    cognito, sqs, ses, iam = (aws.client(name) for name in ("cognito-idp", "sqs", "ses", "iam"))
    pool = cognito.create_user_pool(PoolName="people")["UserPool"]["Id"]
    cognito.admin_create_user(UserPoolId=pool, Username="ann", MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=pool, Username="ann", Password="Passw0rd!x", Permanent=True)
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="web", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    )["UserPoolClient"]["ClientId"]
    queue = sqs.create_queue(QueueName="jobs")["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="work")
    ses.verify_email_identity(EmailAddress="blog@example.test")
    ses.send_email(
        Source="blog@example.test",
        Destination={"ToAddresses": ["ann@example.test"]},
        Message={"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "Welcome"}}},
    )
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=json.dumps(trust))
    role = iam.get_role(RoleName="reader")["Role"]["Arn"]
    keys = aws.client("sts").assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
    settled_snapshot(engine)
    # When it crashes
    crash(engine)
    # Then all of it is there, and the user signs in with keys the old tokens were signed with
    signed_in = aws.unsigned("cognito-idp").initiate_auth(
        ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": "ann", "PASSWORD": "Passw0rd!x"}
    )
    assert "IdToken" in signed_in["AuthenticationResult"]
    assert [m["Body"] for m in sqs.receive_message(QueueUrl=queue)["Messages"]] == ["work"]
    assert [(m["to"], m["subject"], m["text"]) for m in engine.mail()] == [(["ann@example.test"], "Hello", "Welcome")]
    holder = Aws(
        engine,
        {
            "aws_access_key_id": keys["AccessKeyId"],
            "aws_secret_access_key": keys["SecretAccessKey"],
            "aws_session_token": keys["SessionToken"],
        },
    )
    assert ":assumed-role/reader/session" in holder.client("sts").get_caller_identity()["Arn"]


def test_a_clean_stop_saves_what_no_snapshot_has_yet(make_engine: MakeEngine) -> None:
    engine = make_engine(snapshot_seconds=3600)
    ssm = Aws(engine).client("ssm")
    ssm.put_parameter(Name="/p", Value="1", Type="String")
    engine.stop()
    engine.start()
    assert ssm.get_parameter(Name="/p")["Parameter"]["Value"] == "1"


def test_a_damaged_snapshot_falls_back_to_the_one_before(make_engine: MakeEngine) -> None:
    # Given two generations of snapshots
    engine = make_engine(snapshot_seconds=0.2)
    ssm = Aws(engine).client("ssm")
    ssm.put_parameter(Name="/old", Value="1", Type="String")
    settled_snapshot(engine)
    ssm.put_parameter(Name="/new", Value="1", Type="String")
    settled_snapshot(engine)
    engine.kill()
    folder = engine.state_dir / "snapshots"
    newest = folder / json.loads((folder / "manifest.json").read_text())["services"]["ssm"]
    # When the newest one is cut short, or its manifest is
    for damaged in (newest, folder / "manifest.json"):
        damaged.write_bytes(damaged.read_bytes()[:-20])
        engine.start()
        # Then the engine starts from the one before, without anybody cleaning up
        assert ssm.get_parameter(Name="/old")["Parameter"]["Value"] == "1"
        ssm.put_parameter(Name="/newer", Value="1", Type="String", Overwrite=True)
        settled_snapshot(engine)
        engine.kill()
    assert engine.log.count("manifest.json is damaged; using an older one") == 2


def test_two_damaged_snapshots_stop_the_start_instead_of_losing_everything(make_engine: MakeEngine) -> None:
    engine = make_engine(snapshot_seconds=0.2)
    settled_snapshot(engine)
    engine.kill()
    folder = engine.state_dir / "snapshots"
    for manifest in folder.glob("manifest*.json"):
        manifest.write_text("{")
    with pytest.raises(EngineFailedError, match=rf"saved state in {folder} is damaged\. Remove the folder to start"):
        engine.start()


def test_an_idle_engine_writes_nothing(make_engine: MakeEngine) -> None:
    # Given an engine that has saved its last change
    engine = make_engine(snapshot_seconds=0.2)
    aws = Aws(engine)
    make_table(aws)
    aws.client("cognito-idp").create_user_pool(PoolName="people")
    settled_snapshot(engine)
    settled_snapshot(engine)
    before = files(engine.state_dir)
    # When it is only asked whether it is well, for many snapshot intervals
    for _ in range(40):
        assert http("GET", f"{engine.url}/_local/health").status == 200
        time.sleep(0.05)
    # Then no file was touched
    assert files(engine.state_dir) == before


def files(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_requests_are_answered_while_a_snapshot_cannot_be_written(make_engine: MakeEngine) -> None:
    # Given a snapshot that hangs in the middle: its manifest is a pipe nobody reads
    engine = make_engine(snapshot_seconds=0.2)
    aws = Aws(engine)
    table = make_table(aws)
    settled_snapshot(engine)
    folder = engine.state_dir / "snapshots"
    pipe = folder / "manifest.json.tmp"
    os.mkfifo(pipe)
    before = {path.name for path in folder.glob("ssm-*.json")}
    aws.client("ssm").put_parameter(Name="/during", Value="1", Type="String")
    (hanging,) = eventually(lambda: {path.name for path in folder.glob("ssm-*.json")} - before)
    # When requests come in
    for n in range(50):
        aws.client("dynamodb").put_item(TableName=table, Item={"pk": text(str(n))})
        aws.client("ssm").put_parameter(Name=f"/p{n}", Value="1", Type="String")
    assert len(items(aws, table)) == 50
    # Then they were all answered before anyone let the snapshot go on
    manifest = json.loads(pipe.read_bytes())
    assert manifest["services"]["ssm"] == hanging
    engine.kill()  # the pipe is in its way for good


def test_temporary_files_of_the_last_run_are_wiped(make_engine: MakeEngine) -> None:
    engine = make_engine(snapshot_seconds=0.2)
    engine.kill()
    left = engine.state_dir / "tmp" / "worker-abc" / "code.py"
    left.parent.mkdir()
    left.write_text("print('old')")
    engine.start()
    assert not left.parent.exists()
