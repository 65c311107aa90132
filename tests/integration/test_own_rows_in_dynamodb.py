"""Todos past the API: a person's own credentials read their own rows, and nobody else's by any route."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.laptop import Laptop, Person

TABLE = "mytodolist-local-todos"
EVERYTHING = f'SELECT * FROM "{TABLE}"'  # noqa: S608 - that is what is tried


@pytest.fixture
def dynamodb(laptop: Laptop, ada: Person) -> Any:
    """DynamoDB as Ada's browser sees it."""
    return laptop.as_browser("dynamodb", laptop.keys_for(ada.tokens["IdToken"]))


def key(person: Person, todo_id: str) -> dict[str, dict[str, str]]:
    return {"user_id": {"S": person.sub}, "todo_id": {"S": todo_id}}


def query(dynamodb: Any, attribute: str, value: str, **more: Any) -> Any:
    return dynamodb.query(
        TableName=TABLE,
        KeyConditionExpression="#key = :value",
        ExpressionAttributeNames={"#key": attribute},
        ExpressionAttributeValues={":value": {"S": value}},
        **more,
    )


def refused(call: Callable[[], Any]) -> bool:
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"]) == "AccessDeniedException"
    return False


def test_a_person_reads_their_own_rows(dynamodb: Any, ada: Person) -> None:
    todo_id = ada.api.post("/todos", json={"title": "mine"}).json()["id"]
    assert dynamodb.get_item(TableName=TABLE, Key=key(ada, todo_id))["Item"]["title"]["S"] == "mine"
    assert query(dynamodb, "user_id", ada.sub)["Count"] == 1
    assert query(dynamodb, "user_id", ada.sub, IndexName="by_created")["Count"] == 1
    assert query(dynamodb, "user_state", f"{ada.sub}#open", IndexName="by_state")["Count"] == 1


def test_nobody_elses_rows_are_read_by_any_route(dynamodb: Any, ada: Person, bob: Person) -> None:
    # given a todo of Bob's
    todo_id = bob.api.post("/todos", json={"title": "secret"}).json()["id"]
    calls: list[Callable[[], Any]] = [
        lambda: dynamodb.get_item(TableName=TABLE, Key=key(bob, todo_id)),
        lambda: query(dynamodb, "user_id", bob.sub),
        lambda: query(dynamodb, "user_id", bob.sub, IndexName="by_created"),
        lambda: query(dynamodb, "user_state", f"{bob.sub}#open", IndexName="by_state"),
        lambda: query(dynamodb, "user_state", f"{bob.sub}#done", IndexName="by_due"),
        lambda: query(dynamodb, "user_id", f"{ada.sub}x"),
        lambda: query(dynamodb, "user_id", "${aws:PrincipalTag/sub}"),
        lambda: dynamodb.scan(TableName=TABLE),
        lambda: dynamodb.scan(TableName=TABLE, IndexName="by_created"),
        lambda: dynamodb.batch_get_item(RequestItems={TABLE: {"Keys": [key(ada, todo_id), key(bob, todo_id)]}}),
        lambda: dynamodb.execute_statement(Statement=EVERYTHING),
        lambda: dynamodb.execute_statement(Statement=f"{EVERYTHING} WHERE user_id = '{bob.sub}'"),
    ]
    # then every one of them is refused
    assert [refused(call) for call in calls] == [True] * len(calls)


def test_writing_goes_through_the_api_alone(dynamodb: Any, ada: Person) -> None:
    own = key(ada, "0" * 26)
    calls: list[Callable[[], Any]] = [
        lambda: dynamodb.put_item(TableName=TABLE, Item=own | {"title": {"S": "forged"}}),
        lambda: dynamodb.update_item(TableName=TABLE, Key=own),
        lambda: dynamodb.delete_item(TableName=TABLE, Key=own),
        lambda: dynamodb.transact_write_items(TransactItems=[{"Delete": {"TableName": TABLE, "Key": own}}]),
        lambda: dynamodb.batch_write_item(RequestItems={TABLE: [{"DeleteRequest": {"Key": own}}]}),
    ]
    assert [refused(call) for call in calls] == [True] * len(calls)


def test_the_other_tables_are_closed(dynamodb: Any, laptop: Laptop) -> None:
    tables = set(laptop.root("dynamodb").list_tables()["TableNames"]) - {TABLE}
    assert len(tables) >= 2
    for table in tables:
        assert refused(lambda table=table: dynamodb.scan(TableName=table))
        assert refused(lambda table=table: dynamodb.describe_table(TableName=table))
