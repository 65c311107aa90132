"""DynamoDB streams to functions, in a running engine."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from engine_support import Aws, MakeEngine, eventually, make_table, refused, settled_snapshot, text, unique
from functions import FunctionHost, function_host

from infra import event_sources

STREAM = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}}


def steady(aws: Aws, uuid: str) -> str:
    """Wait until a mapping is neither Creating nor Updating; return its state."""
    client = aws.client("lambda")

    def look() -> str | None:
        state = str(client.get_event_source_mapping(UUID=uuid)["State"])
        return state if state in {"Enabled", "Disabled"} else None

    return eventually(look)


@pytest.fixture
def host() -> Iterator[FunctionHost]:
    with function_host() as running:
        yield running


class Source:
    """A table with a stream."""

    def __init__(self, aws: Aws, **options: Any) -> None:
        self.aws = aws
        self.table = make_table(aws, **{**STREAM, **options})
        self.arn = aws.client("dynamodb").describe_table(TableName=self.table)["Table"]["LatestStreamArn"]

    def put(self, *names: str, **attributes: Any) -> None:
        for name in names:
            self.aws.client("dynamodb").put_item(TableName=self.table, Item={"pk": text(name), **attributes})

    def map_to(self, function: str, **settings: Any) -> str:
        answer = self.aws.client("lambda").create_event_source_mapping(
            FunctionName=function, EventSourceArn=self.arn, **{"StartingPosition": "TRIM_HORIZON", **settings}
        )
        return str(answer["UUID"])


@pytest.fixture
def source(aws: Aws) -> Source:
    return Source(aws)


def names(event: dict[str, Any]) -> list[str]:
    return [record["dynamodb"]["Keys"]["pk"]["S"] for record in event["Records"]]


def seen(host: FunctionHost, function: str) -> list[str]:
    """The keys a function was given, in order."""
    return [name for event in host.events(function) for name in names(event)]


def failing_on(*bad: str) -> Callable[[Any], Any]:
    def handle(event: dict[str, Any]) -> None:
        found = set(names(event)) & set(bad)
        if found:
            message = f"cannot take {sorted(found)}"
            raise ValueError(message)

    return handle


def reporting(*bad: str) -> Callable[[Any], Any]:
    def handle(event: dict[str, Any]) -> dict[str, Any]:
        numbers = [
            record["dynamodb"]["SequenceNumber"]
            for record in event["Records"]
            if record["dynamodb"]["Keys"]["pk"]["S"] in bad
        ]
        return {"batchItemFailures": [{"itemIdentifier": number} for number in numbers]}

    return handle


def failure_queue(aws: Aws) -> tuple[str, dict[str, Any]]:
    """A queue's URL, and the settings that make it the failure destination."""
    sqs = aws.client("sqs")
    url = sqs.create_queue(QueueName=unique("failures"))["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return url, {"DestinationConfig": {"OnFailure": {"Destination": arn}}}


def failures(aws: Aws, url: str) -> list[dict[str, Any]]:
    found = aws.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
    return [json.loads(message["Body"]) for message in found.get("Messages", [])]


def test_records_arrive_in_order_with_what_aws_puts_in_them(source: Source, host: FunctionHost) -> None:
    # Given an item that is made, changed and removed
    dynamodb = source.aws.client("dynamodb")
    source.put("a", title=text("old"))
    source.put("a", title=text("new"))
    dynamodb.delete_item(TableName=source.table, Key={"pk": text("a")})
    # When a function is mapped to the stream
    function = host.function(source.aws, lambda _: None)
    source.map_to(function)
    # Then it gets each change once, in order
    eventually(lambda: len(seen(host, function)) == 3)
    records = [record for event in host.events(function) for record in event["Records"]]
    assert [record["eventName"] for record in records] == ["INSERT", "MODIFY", "REMOVE"]
    modified = records[1]
    assert modified["dynamodb"]["OldImage"] == {"pk": text("a"), "title": text("old")}
    assert modified["dynamodb"]["NewImage"] == {"pk": text("a"), "title": text("new")}
    assert (modified["eventSource"], modified["eventSourceARN"], modified["awsRegion"]) == (
        "aws:dynamodb", source.arn, "us-east-1"
    )  # fmt: skip
    assert modified["dynamodb"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
    assert numbers == sorted(numbers, key=int)


def test_a_mapping_that_is_being_created_or_updated_refuses_changes(source: Source, host: FunctionHost) -> None:
    # Given a mapping that was just created
    client = source.aws.client("lambda")
    uuid = source.map_to(host.function(source.aws, lambda _: None))
    assert client.get_event_source_mapping(UUID=uuid)["State"] == "Creating"
    # When it is changed or deleted before it is steady
    update = partial(client.update_event_source_mapping, UUID=uuid, MaximumRetryAttempts=1)
    delete = partial(client.delete_event_source_mapping, UUID=uuid)
    # Then Lambda refuses, and takes the change later
    assert [refused(update), refused(delete)] == ["ResourceInUseException"] * 2
    assert steady(source.aws, uuid) == "Enabled"
    assert update()["State"] == "Updating"
    assert [refused(update), refused(delete)] == ["ResourceInUseException"] * 2
    assert steady(source.aws, uuid) == "Enabled"
    delete()


def test_settings_wait_for_a_mapping_that_is_being_created(source: Source, host: FunctionHost) -> None:
    # Given a mapping that was just created
    client = source.aws.client("lambda")
    uuid = source.map_to(host.function(source.aws, lambda _: None))
    # When it is given settings, twice
    changed = [event_sources.update(client, uuid, {"MaximumRetryAttempts": 8}, poll_seconds=0.05) for _ in range(2)]
    # Then it has them, and the second time there was nothing to change
    assert changed == [True, False]
    assert client.get_event_source_mapping(UUID=uuid)["MaximumRetryAttempts"] == 8


def test_a_function_has_one_mapping_for_a_source(source: Source, host: FunctionHost) -> None:
    function = host.function(source.aws, lambda _: None)
    source.map_to(function)
    assert refused(lambda: source.map_to(function)) == "ResourceConflictException"


def test_a_mapping_says_its_settings(source: Source, host: FunctionHost) -> None:
    uuid = source.map_to(host.function(source.aws, lambda _: None))
    mapping = source.aws.client("lambda").get_event_source_mapping(UUID=uuid)
    assert (mapping["BatchSize"], mapping["MaximumRetryAttempts"], mapping["MaximumRecordAgeInSeconds"]) == (
        100, -1, -1
    )  # fmt: skip
    assert (mapping["BisectBatchOnFunctionError"], mapping["ParallelizationFactor"]) == (False, 1)


def test_batches_have_at_most_the_size_asked_for(source: Source, host: FunctionHost) -> None:
    source.put(*(str(n) for n in range(10)))
    function = host.function(source.aws, lambda _: None)
    source.map_to(function, BatchSize=4)
    eventually(lambda: len(seen(host, function)) == 10)
    assert [len(names(event)) for event in host.events(function)] == [4, 4, 2]


def test_a_batching_window_gathers(source: Source, host: FunctionHost) -> None:
    # Given a mapping that waits for its batch to fill
    function = host.function(source.aws, lambda _: None)
    source.map_to(function, BatchSize=3, MaximumBatchingWindowInSeconds=300)
    # When records come in one by one
    source.put("a")
    source.put("b")
    source.put("c")
    # Then they come together
    eventually(lambda: seen(host, function))
    assert [names(event) for event in host.events(function)] == [["a", "b", "c"]]


def test_a_window_that_ends_sends_what_there_is(source: Source, host: FunctionHost) -> None:
    function = host.function(source.aws, lambda _: None)
    source.map_to(function, BatchSize=100, MaximumBatchingWindowInSeconds=1)
    source.put("a")
    eventually(lambda: seen(host, function) == ["a"])


def test_a_bad_record_is_retried_and_reported_and_the_good_ones_pass(source: Source, host: FunctionHost) -> None:
    # Given a bad record among good ones, a limit of two retries and a queue for failures
    url, destination = failure_queue(source.aws)
    source.put("a", "bad", "b", "c")
    function = host.function(source.aws, failing_on("bad"))
    # When the stream is worked through
    source.map_to(function, MaximumRetryAttempts=2, BisectBatchOnFunctionError=True, **destination)
    source.put("later")
    (report,) = eventually(lambda: failures(source.aws, url))

    def handled() -> list[str]:
        return [name for event in host.events(function) if "bad" not in names(event) for name in names(event)]

    # Then the good ones are handled, in batches without the bad one
    eventually(lambda: handled() == ["a", "b", "c", "later"])
    alone = [event for event in host.events(function) if names(event) == ["bad"]]
    assert len(alone) == 3
    # And the report says what was given up, as AWS words it
    assert report["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert report["requestContext"]["functionArn"] == function
    assert report["requestContext"]["approximateInvokeCount"] == 3
    assert report["responseContext"] == {
        "statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"
    }  # fmt: skip
    number = alone[0]["Records"][0]["dynamodb"]["SequenceNumber"]
    batch = report["DDBStreamBatchInfo"]
    assert (batch["startSequenceNumber"], batch["endSequenceNumber"], batch["batchSize"]) == (number, number, 1)
    assert batch["streamArn"] == source.arn
    assert batch["shardId"].startswith("shardId-")
    assert batch["approximateArrivalOfFirstRecord"] == batch["approximateArrivalOfLastRecord"]
    assert report["version"] == "1.0"


def test_a_partial_response_retries_from_the_failure_only(source: Source, host: FunctionHost) -> None:
    url, destination = failure_queue(source.aws)
    source.put("a", "bad", "b")
    function = host.function(source.aws, reporting("bad"))
    source.map_to(
        function,
        MaximumRetryAttempts=1,
        BisectBatchOnFunctionError=True,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        **destination,
    )
    (report,) = eventually(lambda: failures(source.aws, url))
    eventually(lambda: seen(host, function).count("b") > 1)
    assert report["DDBStreamBatchInfo"]["batchSize"] == 1
    assert seen(host, function).count("a") == 1


def test_failures_can_go_to_a_topic(source: Source, host: FunctionHost) -> None:
    sns = source.aws.client("sns")
    topic = sns.create_topic(Name=unique("failures"))["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=f"{unique('ops')}@example.test")
    source.put("bad")
    before = len(source.aws.engine.mail())
    source.map_to(
        host.function(source.aws, failing_on("bad")),
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": topic}},
    )
    (mail,) = eventually(lambda: source.aws.engine.mail()[before:])
    assert json.loads(mail["text"])["DDBStreamBatchInfo"]["streamArn"] == source.arn


def test_old_records_are_given_up(source: Source, host: FunctionHost) -> None:
    url, destination = failure_queue(source.aws)
    source.put("bad")
    function = host.function(source.aws, failing_on("bad"))
    source.map_to(function, MaximumRecordAgeInSeconds=1, **destination)
    (report,) = eventually(lambda: failures(source.aws, url))
    assert report["requestContext"]["condition"] == "MaxRecordAgeExceeded"
    source.put("good")
    eventually(lambda: "good" in seen(host, function))


def test_one_mapping_s_failures_do_not_hold_up_another(source: Source, host: FunctionHost) -> None:
    # Given a mapping that fails for ever, on the same stream as a good one, and one on another stream
    other = Source(source.aws)
    broken = host.function(source.aws, failing_on("bad"))
    good, elsewhere = (host.function(source.aws, lambda _: None) for _ in range(2))
    source.put("bad")
    source.map_to(broken)
    eventually(lambda: len(host.events(broken)) > 1)
    # When records come in
    source.map_to(good)
    other.map_to(elsewhere)
    source.put("next")
    other.put("there")
    # Then the good ones get theirs, and the broken one has not got past its record
    eventually(lambda: seen(host, good) == ["bad", "next"] and seen(host, elsewhere) == ["there"])
    assert set(seen(host, broken)) <= {"bad", "next"}
    assert all("bad" in names(event) for event in host.events(broken))


def test_a_slow_function_does_not_hold_up_another(source: Source, host: FunctionHost) -> None:
    released = threading.Event()
    slow = host.function(source.aws, lambda _: released.wait(30), Timeout=60)
    quick = host.function(source.aws, lambda _: None)
    source.map_to(slow)
    source.map_to(quick)
    source.put("a")
    eventually(lambda: seen(host, slow) == ["a"])
    source.put("b")
    eventually(lambda: seen(host, quick) == ["a", "b"])
    assert seen(host, slow) == ["a"]
    released.set()
    eventually(lambda: seen(host, slow) == ["a", "b"])


def test_filters_pass_only_what_they_name(source: Source, host: FunctionHost) -> None:
    pattern = {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"kind": {"S": ["todo", {"prefix": "no"}]}}}}
    function = host.function(source.aws, lambda _: None)
    source.map_to(function, FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)}]})
    for name, kind in (("a", "todo"), ("b", "list"), ("c", "note"), ("a", "changed"), ("d", "todo")):
        source.put(name, kind=text(kind))
    eventually(lambda: seen(host, function) == ["a", "c", "d"])


def test_latest_starts_at_the_mapping_and_a_pause_loses_nothing(source: Source, host: FunctionHost) -> None:
    # Given records from before the mapping
    source.put("before")
    function = host.function(source.aws, lambda _: None)
    uuid = source.map_to(function, StartingPosition="LATEST")
    source.put("a")
    eventually(lambda: seen(host, function) == ["a"])
    # When it is switched off and on again
    client = source.aws.client("lambda")
    client.update_event_source_mapping(UUID=uuid, Enabled=False)
    source.put("b")
    time.sleep(0.5)
    assert seen(host, function) == ["a"]
    client.update_event_source_mapping(UUID=uuid, Enabled=True)
    steady(source.aws, uuid)
    # Then what came meanwhile is delivered, until it is deleted
    eventually(lambda: seen(host, function) == ["a", "b"])
    client.delete_event_source_mapping(UUID=uuid)
    source.put("c")
    time.sleep(0.5)
    assert seen(host, function) == ["a", "b"]


@pytest.mark.parametrize("ending", ["stop", "kill"])
def test_no_record_is_lost_or_skipped_when_the_engine_ends(
    make_engine: MakeEngine, host: FunctionHost, ending: str
) -> None:
    # Given a function that is in the middle of a batch, with more records behind it
    engine = make_engine(snapshot_seconds=0.2)
    aws = Aws(engine)
    source = Source(aws)
    blocked, entered = threading.Event(), threading.Event()

    def handle(event: dict[str, Any]) -> None:
        if "c" in names(event) and not blocked.is_set():
            entered.set()
            blocked.wait(30)
            message = "the engine is gone"
            raise ValueError(message)

    function = host.function(aws, handle, Timeout=60)
    source.map_to(function, BatchSize=2)
    source.put("a", "b")
    eventually(lambda: seen(host, function) == ["a", "b"])
    settled_snapshot(engine)
    source.put("c", "d", "e")
    assert entered.wait(30)
    # When the engine ends there and starts again
    before = len(host.events(function))
    (engine.stop if ending == "stop" else engine.kill)()
    blocked.set()
    engine.start()
    source.put("f")
    # Then everything that was not handled is delivered, in order; what was, at most once more
    eventually(lambda: "f" in seen(host, function))
    after = [name for event in host.events(function)[before:] for name in names(event)]
    assert after[-4:] == ["c", "d", "e", "f"]
    assert set(after[:-4]) <= {"a", "b"}


def test_a_stack_s_mapping_has_its_settings(source: Source, host: FunctionHost) -> None:
    # Given a mapping in a template
    function = host.function(source.aws, failing_on("bad"))
    url, destination = failure_queue(source.aws)
    resource = {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {
            "FunctionName": function,
            "EventSourceArn": source.arn,
            "StartingPosition": "TRIM_HORIZON",
            "BatchSize": 10,
            "MaximumRetryAttempts": 1,
            "MaximumRecordAgeInSeconds": 3600,
            "BisectBatchOnFunctionError": True,
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "FilterCriteria": {"Filters": [{"Pattern": '{"eventName": ["INSERT"]}'}]},
            **destination,
        },
    }
    stack = unique("stack")
    body = json.dumps({"Resources": {"It": resource}})
    source.aws.client("cloudformation").create_stack(StackName=stack, TemplateBody=body)
    # When it is deployed, and records come in
    mappings = source.aws.client("lambda").list_event_source_mappings
    (mapping,) = eventually(lambda: mappings(FunctionName=function)["EventSourceMappings"])
    source.put("a", "bad", "b")
    # Then it works by them
    (report,) = eventually(lambda: failures(source.aws, url))
    eventually(lambda: "b" in seen(host, function))
    assert report["DDBStreamBatchInfo"]["batchSize"] == 1
    for name, value in resource["Properties"].items():  # type: ignore[attr-defined]
        if name != "FunctionName":
            assert mapping[name] == value
