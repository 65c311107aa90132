"""The engine refuses keys, APIs, mails, transactions and addresses that are one over a limit of AWS."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest
from apis import INTEGRATION, document
from engine_support import Aws, http, make_table, refused, text, unique
from functions import make_function
from test_engine_limits import Trial, answer
from test_engine_mail import SENDER, raw_mail, ses
from test_engine_stack_refusals import attempt, resource

from infra.limits import by_id, limits
from infra.local import mail_sizes
from infra.local.engine import lineage

__all__ = ["ses"]

# Smaller than the largest item, so that several of them are about as large as a transaction may be.
ITEM = 400_000


def _api_key(aws: Aws, length: int) -> object:
    return aws.client("apigateway").create_api_key(name=unique("key"), value=unique("k").ljust(length, "k"))


def _paths(count: int) -> dict[str, Any]:
    """A document with this many resources: a path has one a segment, and the root is one."""
    return document({f"/p/{number}": {} for number in range(count - 2)})


def _resources(aws: Aws, count: int) -> object:
    return aws.client("apigateway").import_rest_api(body=json.dumps(_paths(count)))


def _timed(milliseconds: int) -> dict[str, Any]:
    return document({"/": {"get": {INTEGRATION: {"type": "mock", "timeoutInMillis": milliseconds}}}})


def _integration(aws: Aws, milliseconds: int) -> object:
    return aws.client("apigateway").import_rest_api(body=json.dumps(_timed(milliseconds)))


def _filter_pattern(aws: Aws, size: int) -> object:
    table = make_table(aws, StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})
    empty = json.dumps({"eventName": [""]})
    pattern = empty.replace('""', f'"{"s" * (size - len(empty))}"')
    return aws.client("lambda").create_event_source_mapping(
        EventSourceArn=aws.client("dynamodb").describe_table(TableName=table)["Table"]["LatestStreamArn"],
        FunctionName=make_function(aws),
        StartingPosition="LATEST",
        FilterCriteria={"Filters": [{"Pattern": pattern}]},
    )


def _items(total: int) -> list[dict[str, Any]]:
    """Items of this many bytes together."""
    sizes = [ITEM] * (total // ITEM) + [total % ITEM]
    names = len("pk00v")
    return [{"pk": text(f"{place:02}"), "v": text("x" * (size - names))} for place, size in enumerate(sizes)]


def _transaction(aws: Aws, total: int) -> object:
    table = make_table(aws)
    puts = [{"Put": {"TableName": table, "Item": item}} for item in _items(total)]
    return aws.client("dynamodb").transact_write_items(TransactItems=puts)


TRIALS = {
    "api-key-value": Trial(_api_key, "BadRequestException"),
    "api-resources": Trial(_resources, "LimitExceededException"),
    "api-timeout": Trial(_integration, "BadRequestException"),
    "lambda-filter-pattern": Trial(_filter_pattern, "ValidationException"),
    "dynamodb-transaction-size": Trial(_transaction, "ValidationException"),
}


@pytest.mark.parametrize("limit", TRIALS)
def test_the_engine_refuses_what_is_over_the_limit(aws: Aws, limit: str) -> None:
    value = by_id(limit).value
    assert [answer(aws, TRIALS[limit], value + over) for over in (-1, 0, 1)] == ["taken", "taken", TRIALS[limit].code]


def test_the_table_names_this_test_where_there_is_a_trial() -> None:
    here = "tests/engine/test_engine_sizes.py::test_the_engine_refuses_what_is_over_the_limit"
    assert {limit.id for limit in limits() if here in limit.tests} == TRIALS.keys()


def test_an_api_of_a_stack_has_the_same_limits(aws: Aws) -> None:
    for described in (_timed(29_001), _paths(301)):
        assert attempt(aws, unique("stack"), resource("AWS::ApiGateway::RestApi", {"Body": described}))[0] == (
            "ROLLBACK_COMPLETE"
        )


def test_an_api_of_a_stack_is_held_to_them_when_it_is_updated(aws: Aws) -> None:
    # Given a stack whose API is within the limits
    name = unique("stack")
    assert attempt(aws, name, resource("AWS::ApiGateway::RestApi", {"Body": _paths(2)}))[0] == "CREATE_COMPLETE"
    # When an update gives it one resource too many, then CloudFormation rolls it back
    status, reasons = attempt(aws, name, resource("AWS::ApiGateway::RestApi", {"Body": _paths(301)}))
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert "Maximum number of Resources for this API has been reached" in reasons[-1]


def test_an_api_grows_to_its_limit_by_call(aws: Aws) -> None:
    # Given an API with as many resources as one may have
    gateway = aws.client("apigateway")
    api = gateway.import_rest_api(body=json.dumps(_paths(by_id("api-resources").value)))["id"]
    # Then no call adds one, and one that replaces all may have as many
    root = next(each["id"] for each in gateway.get_resources(restApiId=api)["items"] if each["path"] == "/")
    assert refused(lambda: gateway.create_resource(restApiId=api, parentId=root, pathPart="more")) == (
        "LimitExceededException"
    )
    more = json.dumps(document({"/more": {}}))
    assert refused(lambda: gateway.put_rest_api(restApiId=api, mode="merge", body=more)) == "LimitExceededException"
    assert gateway.put_rest_api(restApiId=api, mode="overwrite", body=more)["id"] == api


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_a_function_runs_sixteen_times_in_a_chain(aws: Aws, over: int) -> None:
    # Given a function that has run so often in a chain of requests
    function = make_function(aws)
    runs = by_id("lambda-recursion").value + over
    before = lineage.with_counts("Root=1-5759e988-bd862e3fe1be46a994272793", {_hash(function): runs - 1})
    client = aws.client("lambda")
    client.meta.events.register("before-call.lambda.Invoke", lambda params, **_: _trace(params, before), unique_id="in")
    # When it is called again, then Lambda ends the chain after the sixteenth run
    answered = client.invoke(FunctionName=function, Payload=b"{}")
    client.meta.events.unregister("before-call.lambda.Invoke", unique_id="in")
    assert ("FunctionError" in answered) == (over > 0)


def _hash(arn: str) -> str:
    return lineage.function_hash(arn.rpartition(":")[2])


def _trace(params: dict[str, Any], header: str) -> None:
    params["headers"]["X-Amzn-Trace-Id"] = header


def test_a_query_ends_at_a_megabyte(aws: Aws) -> None:
    # Given partitions of about the size of a page
    dynamodb, limit = aws.client("dynamodb"), by_id("dynamodb-query-page").value
    keys = {"KeyType": "HASH", "AttributeName": "pk"}, {"KeyType": "RANGE", "AttributeName": "sk"}
    typed = [{"AttributeName": each["AttributeName"], "AttributeType": "S"} for each in keys]
    table = make_table(aws, KeySchema=list(keys), AttributeDefinitions=typed)

    def pages(size: int) -> list[int]:
        """The number of items on each page of a partition of this size."""
        name = str(size)
        for place, part in enumerate([300_000, 300_000, 300_000, size - 900_000]):
            filler = "x" * (part - len(f"pk{name}sk0v"))
            dynamodb.put_item(TableName=table, Item={"pk": text(name), "sk": text(str(place)), "v": text(filler)})
        found = dynamodb.get_paginator("query").paginate(
            TableName=table, KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": text(name)}
        )
        return [page["Count"] for page in found if page["Count"]]

    # Then one byte too many is on a page of its own
    assert [pages(limit + over) for over in (-1, 0, 1)] == [[4], [4], [3, 1]]


def _sent(ses: Any, **more: Any) -> str:
    return str(ses.send_email(**{**raw_mail("ann@example.test"), **more})["MessageId"])


@pytest.mark.parametrize("field", ["ToAddresses", "BccAddresses"])
def test_a_mail_may_have_fifty_recipients(ses: Any, field: str) -> None:
    def send(count: int) -> str:
        others = [f"reader{number}@example.test" for number in range(count - 1)]
        destination = {"CcAddresses": ["ann@example.test"], field: others}
        return _sent(ses, Destination=destination)

    most = by_id("ses-recipients").value
    assert send(most - 1)
    assert send(most)
    assert refused(lambda: send(most + 1)) == "BadRequestException"


def test_a_tag_of_a_mail_may_have_256_characters(ses: Any) -> None:
    def send(length: int, letter: str = "v") -> str:
        return _sent(ses, EmailTags=[{"Name": "delivery", "Value": letter * length}])

    most = by_id("ses-tag").value
    assert send(most - 1)
    assert send(most)
    assert refused(lambda: send(most + 1)) == "BadRequestException"
    assert refused(lambda: send(1, "ü")) == "BadRequestException"


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_a_mail_may_have_forty_megabytes(over: int) -> None:
    # Four letters of base64 are three bytes, or two or one with `=` at the end.
    size = by_id("ses-mail").value + over
    letters = "A" * (size // 3 * 4) + {0: "", 1: "AA==", 2: "AAA="}[size % 3]
    mail: Mapping[str, Any] = {"Content": {"Raw": {"Data": letters}}}
    assert mail_sizes.decoded_size(letters) == size
    assert bool(mail_sizes.refusal(mail)) == (over > 0)


def test_a_mail_of_more_than_forty_megabytes_is_refused(ses: Any) -> None:
    large = b"From: " + SENDER.encode() + b"\n\n"
    content = {"Raw": {"Data": large.ljust(by_id("ses-mail").value + 1, b"x")}}
    assert refused(lambda: _sent(ses, Content=content)) == "BadRequestException"


def test_a_presigned_address_lives_a_week_at_most(aws: Aws) -> None:
    s3, bucket = aws.client("s3"), unique("presigned")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="photo", Body=b"")

    def status(seconds: int) -> int:
        url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "photo"}, ExpiresIn=seconds)
        assert f"X-Amz-Expires={seconds}" in urlsplit(url).query
        return http("GET", url).status

    longest = by_id("s3-presigned").value
    assert [status(longest + over) for over in (-1, 0, 1)] == [200, 200, 400]
