"""The DynamoDB the applications rely on: conditions, transactions, indexes, pages, limits."""

import random
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from engine_support import Aws, eventually, make_table, number, refused, text, unique

Dynamo = Any
SINGLE_TABLE: dict[str, Any] = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "AttributeDefinitions": [
        {"AttributeName": name, "AttributeType": kind}
        for name, kind in (("pk", "S"), ("sk", "S"), ("due", "S"), ("tag", "S"), ("rank", "N"))
    ],
    "LocalSecondaryIndexes": [
        {
            "IndexName": "by-due",
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "due", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by-tag",
            "KeySchema": [{"AttributeName": "tag", "KeyType": "HASH"}, {"AttributeName": "rank", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["title"]},
        }
    ],
}


@pytest.fixture
def dynamo(aws: Aws) -> Dynamo:
    return aws.client("dynamodb")


@pytest.fixture
def table(aws: Aws) -> str:
    return make_table(aws, **SINGLE_TABLE)


def key(pk: str, sk: str = "a") -> dict[str, Any]:
    return {"pk": text(pk), "sk": text(sk)}


def error(call: Callable[[], object]) -> dict[str, Any]:
    """The whole answer of a refused call."""
    with pytest.raises(ClientError) as caught:
        call()
    return dict(caught.value.response)


def test_no_update_is_lost_among_fifty_writers(dynamo: Dynamo, table: str) -> None:
    # Given an item with a version, and 50 writers that each want to raise it 10 times
    dynamo.put_item(TableName=table, Item={**key("counter"), "version": number(0)})
    lost: list[int] = []

    def raise_version() -> None:
        version, raised = 0, 0
        while raised < 10:
            try:
                dynamo.update_item(
                    TableName=table,
                    Key=key("counter"),
                    UpdateExpression="SET version = :new ADD writes :one",
                    ConditionExpression="version = :old",
                    ExpressionAttributeValues={
                        ":old": number(version),
                        ":new": number(version + 1),
                        ":one": number(1),
                    },
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
                version, raised = version + 1, raised + 1
            except dynamo.exceptions.ConditionalCheckFailedException as error:
                lost.append(version)
                version = int(error.response["Item"]["version"]["N"])
                time.sleep(random.random() / 2)  # noqa: S311 - a back-off

    # When they all run at once
    writers = [threading.Thread(target=raise_version) for _ in range(50)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    # Then every success counted, and there was a race to lose
    item = dynamo.get_item(TableName=table, Key=key("counter"))["Item"]
    assert (item["version"], item["writes"]) == (number(500), number(500))
    assert lost


def test_one_of_fifty_racers_creates_an_item(dynamo: Dynamo, table: str) -> None:
    outcomes: list[str] = []

    def claim(name: int) -> None:
        try:
            dynamo.put_item(
                TableName=table,
                Item={**key("slug"), "by": number(name)},
                ConditionExpression="attribute_not_exists(pk)",
            )
            outcomes.append("won")
        except dynamo.exceptions.ConditionalCheckFailedException:
            outcomes.append("lost")

    racers = [threading.Thread(target=claim, args=(name,)) for name in range(50)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert (outcomes.count("won"), outcomes.count("lost")) == (1, 49)


@pytest.mark.parametrize("operation", ["put_item", "update_item", "delete_item"])
def test_a_failed_condition_can_show_the_item(dynamo: Dynamo, table: str, operation: str) -> None:
    item = {**key("a"), "version": number(2)}
    dynamo.put_item(TableName=table, Item=item)
    arguments: dict[str, Any] = {
        "put_item": {"Item": {**key("a"), "version": number(3)}},
        "update_item": {
            "Key": key("a"),
            "UpdateExpression": "SET n = :v",
        },
        "delete_item": {"Key": key("a")},
    }[operation]

    def write(show: str) -> dict[str, Any]:
        return error(
            lambda: getattr(dynamo, operation)(
                TableName=table,
                ConditionExpression="version = :v",
                ExpressionAttributeValues={":v": number(1)},
                ReturnValuesOnConditionCheckFailure=show,
                **arguments,
            )
        )

    shown, hidden = write("ALL_OLD"), write("NONE")
    assert shown["Error"]["Code"] == hidden["Error"]["Code"] == "ConditionalCheckFailedException"
    assert shown["Item"] == item
    assert "Item" not in hidden
    assert dynamo.get_item(TableName=table, Key=key("a"))["Item"] == item


def test_a_failed_condition_on_nothing_shows_nothing(dynamo: Dynamo, table: str) -> None:
    answer = error(
        lambda: dynamo.update_item(
            TableName=table,
            Key=key("missing"),
            UpdateExpression="SET n = :n",
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeValues={":n": number(1)},
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    )
    assert "Item" not in answer
    assert "Item" not in dynamo.get_item(TableName=table, Key=key("missing"))


def test_a_cancelled_transaction_says_why_and_changes_nothing(dynamo: Dynamo, table: str) -> None:
    # Given two items
    first, second = {**key("a"), "n": number(1)}, {**key("b"), "n": number(1)}
    for item in (first, second):
        dynamo.put_item(TableName=table, Item=item)
    # When a transaction writes three and the condition on one fails
    cancelled = error(
        lambda: dynamo.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": table, "Item": key("c")}},
                {
                    "Update": {
                        "TableName": table,
                        "Key": key("b"),
                        "UpdateExpression": "ADD n :one",
                        "ConditionExpression": "n = :two",
                        "ExpressionAttributeValues": {":one": number(1), ":two": number(2)},
                        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                    }
                },
                {"Delete": {"TableName": table, "Key": key("a")}},
            ]
        )
    )
    # Then the reasons stand in the order of the items, with the item asked for, and nothing was written
    assert cancelled["Error"]["Code"] == "TransactionCanceledException"
    assert [reason["Code"] for reason in cancelled["CancellationReasons"]] == ["None", "ConditionalCheckFailed", "None"]
    assert cancelled["CancellationReasons"][1]["Item"] == second
    assert "Item" not in cancelled["CancellationReasons"][0]
    assert "Item" not in dynamo.get_item(TableName=table, Key=key("c"))
    assert dynamo.get_item(TableName=table, Key=key("a"))["Item"] == first


def test_transactions_are_idempotent_by_token(dynamo: Dynamo, table: str) -> None:
    def add(amount: int, token: str) -> Any:
        return dynamo.transact_write_items(
            ClientRequestToken=token,
            TransactItems=[
                {
                    "Update": {
                        "TableName": table,
                        "Key": key("a"),
                        "UpdateExpression": "ADD n :n",
                        "ExpressionAttributeValues": {":n": number(amount)},
                    }
                }
            ],
        )

    token = unique("token")
    for _ in range(3):
        add(1, token)
    assert dynamo.get_item(TableName=table, Key=key("a"))["Item"]["n"] == number(1)
    assert refused(lambda: add(2, token)) == "IdempotentParameterMismatchException"
    add(1, unique("token"))
    assert dynamo.get_item(TableName=table, Key=key("a"))["Item"]["n"] == number(2)


def test_a_transaction_names_an_item_once(dynamo: Dynamo, table: str) -> None:
    twice = [
        {"Put": {"TableName": table, "Item": key("a")}},
        {"ConditionCheck": {"TableName": table, "Key": key("a"), "ConditionExpression": "attribute_exists(pk)"}},
    ]
    assert refused(lambda: dynamo.transact_write_items(TransactItems=twice)) == "ValidationException"
    many = [{"Put": {"TableName": table, "Item": key(str(n))}} for n in range(101)]
    assert refused(lambda: dynamo.transact_write_items(TransactItems=many)) == "ValidationException"


def test_transact_get_reads_all_or_says_what_is_missing(dynamo: Dynamo, table: str) -> None:
    dynamo.put_item(TableName=table, Item=key("a"))
    gets = [{"Get": {"TableName": table, "Key": key(name)}} for name in ("a", "missing")]
    answers = dynamo.transact_get_items(TransactItems=gets)["Responses"]
    assert answers == [{"Item": key("a")}, {}]


def test_an_update_reads_the_values_from_before_it(dynamo: Dynamo, table: str) -> None:
    dynamo.put_item(TableName=table, Item={**key("a"), "x": number(1), "y": number(2)})
    dynamo.update_item(TableName=table, Key=key("a"), UpdateExpression="SET x = y, y = x, z = x REMOVE w")
    item = dynamo.get_item(TableName=table, Key=key("a"))["Item"]
    assert (item["x"], item["y"], item["z"]) == (number(2), number(1), number(1))
    dynamo.update_item(TableName=table, Key=key("a"), UpdateExpression="SET moved = z REMOVE z")
    item = dynamo.get_item(TableName=table, Key=key("a"))["Item"]
    assert (item["moved"], "z" in item) == (number(1), False)


def test_updates_of_lists_maps_sets_and_counters(dynamo: Dynamo, table: str) -> None:
    dynamo.put_item(
        TableName=table,
        Item={**key("a"), "list": {"L": [number(1), number(2), number(3)]}, "map": {"M": {"in": text("x")}}},
    )
    updated = dynamo.update_item(
        TableName=table,
        Key=key("a"),
        UpdateExpression=(
            "SET #l[0] = :nine, #m.#i = :nine, points = if_not_exists(points, :zero) + :nine,"
            " more = list_append(#l, :list) REMOVE #l[1] ADD tags :tags, visits :one DELETE gone :tags"
        ),
        ExpressionAttributeNames={"#l": "list", "#m": "map", "#i": "in"},
        ExpressionAttributeValues={
            ":nine": number(9),
            ":zero": number(0),
            ":one": number(1),
            ":list": {"L": [number(4)]},
            ":tags": {"SS": ["a", "b"]},
        },
        ReturnValues="ALL_NEW",
    )["Attributes"]
    assert updated["list"] == {"L": [number(9), number(3)]}
    assert updated["map"] == {"M": {"in": number(9)}}
    assert updated["more"] == {"L": [number(1), number(2), number(3), number(4)]}
    assert (updated["points"], updated["visits"]) == (number(9), number(1))
    assert sorted(updated["tags"]["SS"]) == ["a", "b"]


def titles(items: list[dict[str, Any]]) -> list[str]:
    return [item["title"]["S"] for item in items]


def fill(dynamo: Dynamo, table: str, count: int = 25) -> None:
    for n in range(count):
        dynamo.put_item(
            TableName=table,
            Item={
                **key("ann", f"todo#{n:02d}"),
                "due": text(f"2030-01-{(n * 7) % count + 1:02d}"),
                "tag": text("home" if n % 2 else "work"),
                "rank": number(n - 10),
                "title": text(f"t{n}"),
                "body": text("x"),
            },
        )


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize(
    ("index", "condition", "values"),
    [
        (None, "pk = :v", {":v": text("ann")}),
        ("by-due", "pk = :v", {":v": text("ann")}),
        ("by-due", "pk = :v AND due BETWEEN :a AND :b",
         {":v": text("ann"), ":a": text("2030-01-05"), ":b": text("2030-01-20")}),
        ("by-tag", "tag = :v", {":v": text("home")}),
        ("by-tag", "tag = :v AND #r >= :n", {":v": text("home"), ":n": number(-3)}),
    ],
)  # fmt: skip
def test_pages_join_to_the_whole_in_order(
    dynamo: Dynamo, table: str, index: str | None, condition: str, values: dict[str, Any], *, forward: bool
) -> None:
    # Given 25 items, some of them with the same index key
    fill(dynamo, table)
    for twin in range(3):
        twins = {**key("ann", f"twin#{twin}"), "due": text("2030-01-09"), "tag": text("home"), "rank": number(5)}
        dynamo.put_item(TableName=table, Item={**twins, "title": text(f"twin{twin}")})
    query: dict[str, Any] = {
        "TableName": table,
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": values,
        "ScanIndexForward": forward,
        **({"IndexName": index} if index else {}),
        **({"ExpressionAttributeNames": {"#r": "rank"}} if "#r" in condition else {}),
    }
    whole = dynamo.query(**query)["Items"]
    sort = {None: "sk", "by-due": "due", "by-tag": "rank"}[index]
    order = [float(item[sort]["N"]) if "N" in item[sort] else item[sort]["S"] for item in whole]
    assert order == sorted(order, reverse=not forward)
    assert len(whole) > 4
    # When the same is read page by page
    for limit in (1, 3, len(whole)):
        pages = list(dynamo.get_paginator("query").paginate(**query, PaginationConfig={"PageSize": limit}))
        # Then nothing is missing and nothing comes twice
        assert [item for page in pages for item in page["Items"]] == whole
        assert all(page["Count"] <= limit for page in pages)


def test_an_index_gives_only_what_it_projects(dynamo: Dynamo, table: str) -> None:
    fill(dynamo, table, 1)
    found = dynamo.query(
        TableName=table,
        IndexName="by-tag",
        KeyConditionExpression="tag = :t",
        ExpressionAttributeValues={":t": text("work")},
    )["Items"]
    assert [sorted(item) for item in found] == [["pk", "rank", "sk", "tag", "title"]]


def test_consistent_reads_are_for_tables_and_local_indexes(dynamo: Dynamo, table: str) -> None:
    fill(dynamo, table, 3)
    query = {"TableName": table, "ConsistentRead": True, "ExpressionAttributeValues": {":v": text("ann")}}
    assert dynamo.query(**query, KeyConditionExpression="pk = :v", IndexName="by-due")["Count"] == 3
    tagged = lambda: dynamo.query(**query, KeyConditionExpression="tag = :v", IndexName="by-tag")  # noqa: E731
    assert refused(tagged) == "ValidationException"


def test_an_item_leaves_a_sparse_index_with_its_attribute(dynamo: Dynamo, table: str) -> None:
    fill(dynamo, table, 4)

    def indexed(index: str, condition: str, value: str) -> list[str]:
        found = dynamo.query(
            TableName=table,
            IndexName=index,
            KeyConditionExpression=condition,
            ExpressionAttributeValues={":v": text(value)},
        )["Items"]
        return sorted(titles(found))

    assert indexed("by-due", "pk = :v", "ann") == ["t0", "t1", "t2", "t3"]
    assert indexed("by-tag", "tag = :v", "work") == ["t0", "t2"]
    dynamo.update_item(TableName=table, Key=key("ann", "todo#00"), UpdateExpression="REMOVE due, tag")
    assert indexed("by-due", "pk = :v", "ann") == ["t1", "t2", "t3"]
    assert indexed("by-tag", "tag = :v", "work") == ["t2"]
    dynamo.update_item(
        TableName=table,
        Key=key("ann", "todo#00"),
        UpdateExpression="SET tag = :t",
        ExpressionAttributeValues={":t": text("home")},
    )
    assert indexed("by-tag", "tag = :v", "home") == ["t0", "t1", "t3"]


def test_a_filter_is_applied_after_the_limit(dynamo: Dynamo, table: str) -> None:
    fill(dynamo, table, 10)
    page = dynamo.query(
        TableName=table,
        KeyConditionExpression="pk = :p",
        FilterExpression="tag = :t",
        ExpressionAttributeValues={":p": text("ann"), ":t": text("home")},
        Limit=4,
    )
    assert (page["Count"], page["ScannedCount"]) == (2, 4)
    assert page["LastEvaluatedKey"] == key("ann", "todo#03")


def test_sizes_and_empty_keys(dynamo: Dynamo, table: str) -> None:
    fits = {**key("a"), "body": text("x" * (399 * 1024))}
    dynamo.put_item(TableName=table, Item=fits)
    too_large = {**key("a"), "body": text("x" * (401 * 1024))}
    grow = {"UpdateExpression": "SET more = :m", "ExpressionAttributeValues": {":m": text("x" * 2048)}}
    for call in (
        lambda: dynamo.put_item(TableName=table, Item=too_large),
        lambda: dynamo.update_item(TableName=table, Key=key("a"), **grow),
        lambda: dynamo.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": too_large}}]}),
        lambda: dynamo.put_item(TableName=table, Item=key("")),
        lambda: dynamo.put_item(TableName=table, Item=key("a", "")),
        lambda: dynamo.put_item(TableName=table, Item={**key("a"), "tag": text("")}),
        lambda: dynamo.put_item(TableName=table, Item={"pk": text("a")}),
        lambda: dynamo.put_item(TableName=table, Item={**key("a"), "rank": text("not a number")}),
        lambda: dynamo.get_item(TableName=table, Key={"pk": text("a")}),
        lambda: dynamo.update_item(TableName=table, Key=key("a"), UpdateExpression="SET sk = pk"),
    ):
        assert refused(call) == "ValidationException"
    assert dynamo.get_item(TableName=table, Key=key("a"))["Item"] == fits


def test_a_page_ends_at_one_megabyte(dynamo: Dynamo, table: str) -> None:
    for n in range(4):
        dynamo.put_item(TableName=table, Item={**key("big", str(n)), "body": text("x" * 350_000)})
    page = dynamo.query(
        TableName=table, KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": text("big")}
    )
    assert 0 < page["Count"] < 4
    assert "LastEvaluatedKey" in page


def test_expired_items_go_with_a_stream_record_that_names_the_service(dynamo: Dynamo, aws: Aws) -> None:
    # Given a table with a time to live, and two items of which one has expired
    table = make_table(aws, StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"})
    dynamo.update_time_to_live(
        TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires_at"}
    )
    now = int(time.time())
    for name, expires in (("old", now - 60), ("new", now + 3600), ("long ago", now - 6 * 365 * 86400)):
        dynamo.put_item(TableName=table, Item={"pk": text(name), "expires_at": number(expires)})
    # When the sweeper comes by
    eventually(lambda: "Item" not in dynamo.get_item(TableName=table, Key={"pk": text("old")}), seconds=60)
    # Then the others stay, and the stream says who removed it
    assert "Item" in dynamo.get_item(TableName=table, Key={"pk": text("new")})
    assert "Item" in dynamo.get_item(TableName=table, Key={"pk": text("long ago")})
    streams = aws.client("dynamodbstreams")
    arn = dynamo.describe_table(TableName=table)["Table"]["LatestStreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    start = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    last = streams.get_records(ShardIterator=start["ShardIterator"])["Records"][-1]
    assert (last["eventName"], last["dynamodb"]["Keys"]) == ("REMOVE", {"pk": text("old")})
    assert last["userIdentity"] == {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}
