"""A policy on `dynamodb:LeadingKeys` keeps users in their own partition, whatever operation they try."""

from collections.abc import Callable
from typing import Any

import pytest
from engine_support import Aws, make_table, number, refused, text, unique
from people import Holder, Pool, make_identity_pool, make_pool

SUB = "${cognito-identity.amazonaws.com:sub}"
GUARDED = {
    "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [SUB]},
    "Null": {"dynamodb:LeadingKeys": "false"},
}
TABLE: dict[str, Any] = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "tag")],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by-tag",
            "KeySchema": [{"AttributeName": "tag", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
}


class Tables:
    """Two guarded tables, an open one, and two users."""

    def __init__(self, aws: Aws, condition: dict[str, Any]) -> None:
        pool: Pool = make_pool(aws)
        self.todos, self.notes, self.shared = (make_table(aws, unique("guarded"), **TABLE) for _ in range(3))
        arns = [f"arn:aws:dynamodb:us-east-1:*:table/{name}" for name in (self.todos, self.notes)]
        guarded = {
            "Effect": "Allow",
            "Action": "dynamodb:*",
            "Resource": [*arns, *(f"{arn}/index/*" for arn in arns)],
            "Condition": condition,
        }
        shared = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": f"arn:aws:dynamodb:*:*:table/{self.shared}"}
        identity_pool = make_identity_pool(pool, [guarded, shared])
        self.ann, self.bob = (identity_pool.holder(pool.add(unique("user"))) for _ in range(2))
        self.root = aws.client("dynamodb")
        for who in (self.ann, self.bob):
            for table in (self.todos, self.notes):
                self.root.put_item(TableName=table, Item=item(who))


@pytest.fixture
def tables(aws: Aws) -> Tables:
    return Tables(aws, GUARDED)


def key(who: Holder) -> dict[str, Any]:
    return {"pk": text(who.identity), "sk": text("a")}


def item(who: Holder) -> dict[str, Any]:
    return {**key(who), "tag": text(who.identity)}


def operations(tables: Tables, caller: Holder, owner: Holder) -> dict[str, Callable[[], Any]]:
    """Every way to name the owner's partition."""
    client, todos, notes = caller.aws.client("dynamodb"), tables.todos, tables.notes
    mine = {"TableName": todos, "Key": key(owner)}
    by_pk = {"ExpressionAttributeValues": {":p": text(owner.identity)}}
    one = {":one": number(1)}
    return {
        "get": lambda: client.get_item(**mine),
        "put": lambda: client.put_item(TableName=todos, Item=item(owner)),
        "update": lambda: client.update_item(**mine, UpdateExpression="SET n = :one", ExpressionAttributeValues=one),
        "delete": lambda: client.delete_item(**mine),
        "query": lambda: client.query(TableName=todos, KeyConditionExpression="pk = :p", **by_pk),
        "query reversed": lambda: client.query(TableName=todos, KeyConditionExpression=":p = pk", **by_pk),
        "query by alias": lambda: client.query(
            TableName=todos, KeyConditionExpression="(#k=:p)", ExpressionAttributeNames={"#k": "pk"}, **by_pk
        ),
        "query the old way": lambda: client.query(
            TableName=todos,
            KeyConditions={"pk": {"ComparisonOperator": "EQ", "AttributeValueList": [text(owner.identity)]}},
        ),
        "query an index": lambda: client.query(
            TableName=todos, IndexName="by-tag", KeyConditionExpression="tag = :p", **by_pk
        ),
        "batch get": lambda: client.batch_get_item(
            RequestItems={todos: {"Keys": [key(caller), {**key(owner), "sk": text("b")}]}}
        ),
        "batch write": lambda: client.batch_write_item(
            RequestItems={
                todos: [{"PutRequest": {"Item": item(caller)}}],
                notes: [{"DeleteRequest": {"Key": key(owner)}}],
            }
        ),
        "transact write": lambda: client.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": todos, "Item": item(caller)}},
                {"Update": {**mine, "TableName": notes, "UpdateExpression": "SET n = :one",
                            "ExpressionAttributeValues": one}},
            ]
        ),
        "condition check": lambda: client.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": todos, "Item": item(caller)}},
                {"ConditionCheck": {"TableName": notes, "Key": key(owner),
                                    "ConditionExpression": "attribute_exists(pk)"}},
            ]
        ),
        "transact get": lambda: client.transact_get_items(
            TransactItems=[{"Get": {"TableName": todos, "Key": key(caller)}}, {"Get": {**mine, "TableName": notes}}]
        ),
        "partiql select": lambda: client.execute_statement(
            Statement=f'SELECT * FROM "{todos}" WHERE pk = ?', Parameters=[text(owner.identity)]  # noqa: S608
        ),
        "partiql update": lambda: client.execute_statement(
            Statement=f"UPDATE \"{todos}\" SET n = 1 WHERE pk = '{owner.identity}' AND sk = 'a'"  # noqa: S608
        ),
        "partiql insert": lambda: client.execute_statement(
            Statement=f"INSERT INTO \"{todos}\" VALUE {{'pk': '{owner.identity}', 'sk': '{unique('sk')}'}}"
        ),
        "partiql delete": lambda: client.execute_statement(
            Statement=f"DELETE FROM \"{todos}\" WHERE pk = '{owner.identity}' AND sk = 'a'"  # noqa: S608
        ),
        "partiql in": lambda: client.execute_statement(
            Statement=f"SELECT * FROM \"{todos}\" WHERE pk IN ['{caller.identity}', '{owner.identity}']"  # noqa: S608
        ),
        "partiql transaction": lambda: client.execute_transaction(
            TransactStatements=[
                {"Statement": f"INSERT INTO \"{todos}\" VALUE {{'pk': '{caller.identity}', 'sk': '{unique('sk')}'}}"},
                {"Statement": f"INSERT INTO \"{notes}\" VALUE {{'pk': '{owner.identity}', 'sk': '{unique('sk')}'}}"},
            ]
        ),
    }  # fmt: skip


def without_keys(tables: Tables, caller: Holder) -> dict[str, Callable[[], Any]]:
    """Requests that name no partition at all."""
    client = caller.aws.client("dynamodb")
    select = f'SELECT * FROM "{tables.todos}"'  # noqa: S608
    return {
        "scan": lambda: client.scan(TableName=tables.todos),
        "index scan": lambda: client.scan(TableName=tables.todos, IndexName="by-tag"),
        "partiql scan": lambda: client.execute_statement(Statement=select),
        "partiql or": lambda: client.execute_statement(
            Statement=f"{select} WHERE pk = '{caller.identity}' OR sk = 'a'"
        ),
        "partiql filter": lambda: client.execute_statement(Statement=f"{select} WHERE sk = 'a'"),
        "describe": lambda: client.describe_table(TableName=tables.todos),
    }


def test_the_own_partition_is_open_and_anothers_closed_to_every_operation(tables: Tables) -> None:
    # Given two users' items
    ann, bob = tables.ann, tables.bob
    # When one tries everything on the own partition
    for call in operations(tables, ann, ann).values():
        call()
    # Then it works, and on another's nothing does
    outcomes = {name: refused(call) for name, call in operations(tables, ann, bob).items()}
    assert outcomes == dict.fromkeys(outcomes, "AccessDeniedException")
    assert tables.root.get_item(TableName=tables.todos, Key=key(bob))["Item"] == item(bob)


def test_a_request_without_a_key_is_refused_by_the_null_guard(tables: Tables) -> None:
    outcomes = {name: refused(call) for name, call in without_keys(tables, tables.ann).items()}
    assert outcomes == dict.fromkeys(outcomes, "AccessDeniedException")


def test_without_the_null_guard_a_scan_gets_through_as_on_aws(aws: Aws) -> None:
    tables = Tables(aws, {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [SUB]}})
    for call in without_keys(tables, tables.ann).values():
        call()
    assert refused(operations(tables, tables.ann, tables.bob)["get"]) == "AccessDeniedException"


def test_each_table_is_judged_by_its_own_keys(tables: Tables) -> None:
    # Given a table open to all, and one guarded by key
    client = tables.ann.aws.client("dynamodb")
    # When one transaction writes another's key to the open and the own key to the guarded one, it passes
    client.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": tables.shared, "Item": item(tables.bob)}},
            {"Put": {"TableName": tables.todos, "Item": item(tables.ann)}},
        ]
    )
    client.batch_get_item(
        RequestItems={tables.shared: {"Keys": [key(tables.bob)]}, tables.todos: {"Keys": [key(tables.ann)]}}
    )
    # Then the other way round it does not
    assert (
        refused(
            lambda: client.transact_write_items(
                TransactItems=[
                    {"Put": {"TableName": tables.shared, "Item": item(tables.ann)}},
                    {"Put": {"TableName": tables.todos, "Item": item(tables.bob)}},
                ]
            )
        )
        == "AccessDeniedException"
    )


def test_statements_nobody_can_parse_are_refused(tables: Tables) -> None:
    client = tables.ann.aws.client("dynamodb")
    assert refused(lambda: client.execute_statement(Statement="DROP TABLE todos")) == "AccessDeniedException"
    assert refused(lambda: tables.root.execute_statement(Statement="DROP TABLE todos")) == "ValidationException"
