"""Queues, topics, buckets, buses and schedules that call functions and each other."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from engine_support import Aws, MakeEngine, as_user, eventually, refused, settled_snapshot, unique
from functions import FunctionHost, function_host

from infra.local.engine_process import REGION

Message = dict[str, Any]


@pytest.fixture
def host() -> Iterator[FunctionHost]:
    with function_host() as running:
        yield running


class Queue:
    """A queue, with what a test asks of it."""

    def __init__(self, aws: Aws, **attributes: str) -> None:
        self.sqs = aws.client("sqs")
        self.name = unique("queue")
        self.url = self.sqs.create_queue(QueueName=self.name, Attributes=attributes)["QueueUrl"]
        answer = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])
        self.arn = str(answer["Attributes"]["QueueArn"])

    def send(self, *bodies: str) -> None:
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.url, MessageBody=body)

    def receive(self) -> list[Message]:
        answer = self.sqs.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], AttributeNames=["All"]
        )
        return list(answer.get("Messages", []))

    def count(self) -> int:
        """Messages in the queue, waiting and in flight."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)

    def allow(self, service: str) -> None:
        statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sqs:SendMessage"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Resource": self.arn}]})
        self.sqs.set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": policy})


def feed(aws: Aws, queue: Queue, function: str, **settings: Any) -> None:
    aws.client("lambda").create_event_source_mapping(EventSourceArn=queue.arn, FunctionName=function, **settings)


def bodies(event: dict[str, Any]) -> list[str]:
    return [record["body"] for record in event["Records"]]


def taken(host: FunctionHost, function: str) -> list[str]:
    return [body for event in host.events(function) for body in bodies(event)]


class TestQueues:
    def test_messages_reach_the_function_and_leave_the_queue(self, aws: Aws, host: FunctionHost) -> None:
        queue, function = Queue(aws), host.function(aws, lambda _: None)
        feed(aws, queue, function)
        queue.send("a", "b", "c")
        eventually(lambda: sorted(taken(host, function)) == ["a", "b", "c"])
        eventually(lambda: queue.count() == 0)
        record = host.events(function)[0]["Records"][0]
        assert (record["eventSource"], record["eventSourceARN"]) == ("aws:sqs", queue.arn)
        assert record["attributes"]["ApproximateReceiveCount"] == "1"

    def test_a_function_that_fails_gets_the_message_again_and_then_it_is_dead(
        self, aws: Aws, host: FunctionHost
    ) -> None:
        dead = Queue(aws)
        redrive = json.dumps({"deadLetterTargetArn": dead.arn, "maxReceiveCount": 2})
        queue = Queue(aws, VisibilityTimeout="1", RedrivePolicy=redrive)

        def fail(_: object) -> None:
            message = "cannot"
            raise ValueError(message)

        function = host.function(aws, fail)
        feed(aws, queue, function)
        queue.send("poison")
        (message,) = eventually(dead.receive)
        assert message["Body"] == "poison"
        assert taken(host, function) == ["poison", "poison"]
        assert queue.count() == 0

    def test_only_the_messages_a_function_reports_come_back(self, aws: Aws, host: FunctionHost) -> None:
        queue = Queue(aws, VisibilityTimeout="1")

        def report(event: dict[str, Any]) -> dict[str, Any]:
            bad = [r["messageId"] for r in event["Records"] if r["body"] == "bad"]
            again = {"batchItemFailures": [{"itemIdentifier": name} for name in bad]}
            return again if event["Records"][0]["attributes"]["ApproximateReceiveCount"] == "1" else {}

        function = host.function(aws, report)
        queue.send("good", "bad", "fine")
        feed(aws, queue, function, FunctionResponseTypes=["ReportBatchItemFailures"])
        eventually(lambda: queue.count() == 0)
        assert sorted(taken(host, function)) == ["bad", "bad", "fine", "good"]

    @pytest.mark.parametrize("nonsense", [{"batchItemFailures": [{"itemIdentifier": ""}]}, "no JSON", [1]])
    def test_an_unreadable_report_means_everything_failed(self, aws: Aws, host: FunctionHost, nonsense: object) -> None:
        queue = Queue(aws, VisibilityTimeout="1")
        function = host.function(aws, lambda _: nonsense if len(taken(host, function)) == 1 else None)
        feed(aws, queue, function, FunctionResponseTypes=["ReportBatchItemFailures"])
        queue.send("kept")
        eventually(lambda: taken(host, function) == ["kept", "kept"])
        eventually(lambda: queue.count() == 0)

    def test_messages_a_filter_does_not_want_are_dropped(self, aws: Aws, host: FunctionHost) -> None:
        queue, function = Queue(aws), host.function(aws, lambda _: None)
        wanted = json.dumps({"body": {"kind": ["wanted"]}})
        feed(aws, queue, function, FilterCriteria={"Filters": [{"Pattern": wanted}]})
        queue.send(json.dumps({"kind": "other"}), json.dumps({"kind": "wanted"}))
        eventually(lambda: queue.count() == 0)
        assert taken(host, function) == [json.dumps({"kind": "wanted"})]


class TestTopics:
    def test_a_function_gets_every_field_aws_sends_even_without_a_subject(self, aws: Aws, host: FunctionHost) -> None:
        sns, function = aws.client("sns"), host.function(aws, lambda _: None)
        topic = sns.create_topic(Name=unique("topic"))["TopicArn"]
        subscription = sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function, ReturnSubscriptionArn=True)
        sns.publish(TopicArn=topic, Message="hello")
        (event,) = eventually(lambda: host.events(function))
        (record,) = event["Records"]
        assert record["EventSource"] == "aws:sns"
        assert record["EventSubscriptionArn"] == subscription["SubscriptionArn"]
        assert record["Sns"]["Subject"] is None
        assert record["Sns"]["MessageAttributes"] == {}
        assert (record["Sns"]["Message"], record["Sns"]["TopicArn"]) == ("hello", topic)
        assert {"Timestamp", "Signature", "SigningCertUrl", "UnsubscribeUrl", "MessageId"} <= set(record["Sns"])

    def test_subject_and_attributes_arrive_too(self, aws: Aws, host: FunctionHost) -> None:
        sns, function = aws.client("sns"), host.function(aws, lambda _: None)
        topic = sns.create_topic(Name=unique("topic"))["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function)
        attributes = {"kind": {"DataType": "String", "StringValue": "bounce"}}
        sns.publish(TopicArn=topic, Message="hello", Subject="news", MessageAttributes=attributes)
        (event,) = eventually(lambda: host.events(function))
        notification = event["Records"][0]["Sns"]
        assert notification["Subject"] == "news"
        assert notification["MessageAttributes"] == {"kind": {"Type": "String", "Value": "bounce"}}

    def test_a_queue_gets_the_envelope_or_the_raw_message(self, aws: Aws) -> None:
        sns, plain, raw = aws.client("sns"), Queue(aws), Queue(aws)
        topic = sns.create_topic(Name=unique("topic"))["TopicArn"]
        for queue, attributes in ((plain, {}), (raw, {"RawMessageDelivery": "true"})):
            queue.allow("sns.amazonaws.com")
            sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.arn, Attributes=attributes)
        sns.publish(TopicArn=topic, Message="hello")
        (wrapped,) = eventually(plain.receive)
        envelope = json.loads(wrapped["Body"])
        assert (envelope["Type"], envelope["Message"]) == ("Notification", "hello")
        (bare,) = eventually(raw.receive)
        assert bare["Body"] == "hello"

    def test_a_queue_that_does_not_allow_the_topic_gets_nothing(self, aws: Aws) -> None:
        sns, closed, opened = aws.client("sns"), Queue(aws), Queue(aws)
        topic = sns.create_topic(Name=unique("topic"))["TopicArn"]
        opened.allow("sns.amazonaws.com")
        for queue in (closed, opened):
            sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.arn)
        sns.publish(TopicArn=topic, Message="hello")
        eventually(opened.receive)
        assert closed.count() == 0


class TestBuckets:
    @pytest.fixture
    def bucket(self, aws: Aws) -> str:
        name = unique("bucket")
        aws.client("s3").create_bucket(Bucket=name)
        return name

    def test_a_created_object_calls_the_function_of_the_prefix(self, aws: Aws, host: FunctionHost, bucket: str) -> None:
        s3, function = aws.client("s3"), host.function(aws, lambda _: None)
        wanted = {"Key": {"FilterRules": [{"Name": "prefix", "Value": "in/"}]}}
        configuration = {"LambdaFunctionArn": function, "Events": ["s3:ObjectCreated:*"], "Filter": wanted}
        s3.put_bucket_notification_configuration(
            Bucket=bucket, NotificationConfiguration={"LambdaFunctionConfigurations": [configuration]}
        )
        for key in ("out/a", "in/a b.png"):
            s3.put_object(Bucket=bucket, Key=key, Body=b"12345")
        (event,) = eventually(lambda: host.events(function))
        (record,) = event["Records"]
        assert (record["eventName"], record["s3"]["bucket"]["name"]) == ("ObjectCreated:Put", bucket)
        assert (record["s3"]["object"]["key"], record["s3"]["object"]["size"]) == ("in/a+b.png", 5)

    def test_a_created_object_passes_the_bus_to_the_function_of_the_rule(
        self, aws: Aws, host: FunctionHost, bucket: str
    ) -> None:
        s3, events, function = aws.client("s3"), aws.client("events"), host.function(aws, lambda _: None)
        s3.put_bucket_notification_configuration(
            Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
        )
        pattern = {
            "source": ["aws.s3"],
            "detail-type": ["Object Created"],
            "detail": {"bucket": {"name": [bucket]}, "object": {"key": [{"prefix": "in/"}]}},
        }
        rule = unique("rule")
        events.put_rule(Name=rule, EventPattern=json.dumps(pattern))
        events.put_targets(Rule=rule, Targets=[{"Id": "1", "Arn": function}])
        for key in ("out/a", "in/a b.png"):
            s3.put_object(Bucket=bucket, Key=key, Body=b"12345")
        (event,) = eventually(lambda: host.events(function))
        assert (event["source"], event["detail-type"]) == ("aws.s3", "Object Created")
        assert event["detail"]["reason"] == "PutObject"
        # Unlike in notifications, the key is not encoded here.
        assert event["detail"]["object"]["key"] == "in/a b.png"
        assert (event["detail"]["object"]["size"], event["detail"]["bucket"]) == (5, {"name": bucket})


class TestBuses:
    def test_an_event_reaches_only_the_rules_that_match(self, aws: Aws, host: FunctionHost) -> None:
        events, function, other = (
            aws.client("events"),
            host.function(aws, lambda _: None),
            host.function(aws, lambda _: None),
        )
        source = unique("app")
        for target, kind in ((function, "made"), (other, "lost")):
            rule = unique("rule")
            events.put_rule(Name=rule, EventPattern=json.dumps({"source": [source], "detail": {"kind": [kind]}}))
            events.put_targets(Rule=rule, Targets=[{"Id": "1", "Arn": target}])
        for kind in ("lost-too", "made"):
            entry = {"Source": source, "DetailType": "thing", "Detail": json.dumps({"kind": kind})}
            assert events.put_events(Entries=[entry])["FailedEntryCount"] == 0
        (event,) = eventually(lambda: host.events(function))
        assert (event["detail"], event["detail-type"], event["region"]) == ({"kind": "made"}, "thing", REGION)
        assert host.events(other) == []

    def test_a_function_that_fails_once_is_called_again(self, aws: Aws, host: FunctionHost) -> None:
        events = aws.client("events")

        def handle(_: object) -> None:
            if len(host.events(function)) == 1:
                message = "not yet"
                raise ValueError(message)

        function = host.function(aws, handle)
        rule, source = unique("rule"), unique("app")
        events.put_rule(Name=rule, EventPattern=json.dumps({"source": [source]}))
        events.put_targets(Rule=rule, Targets=[{"Id": "1", "Arn": function, "Input": '{"fixed": true}'}])
        events.put_events(Entries=[{"Source": source, "DetailType": "thing", "Detail": "{}"}])
        eventually(lambda: host.events(function) == [{"fixed": True}] * 2)


class TestSchedules:
    def test_a_one_time_schedule_fires_once_even_when_the_engine_restarts(self, make_engine: MakeEngine) -> None:
        with function_host() as host:
            engine = make_engine(snapshot_seconds=0.2)
            aws = Aws(engine)
            queue, function = Queue(aws), host.function(aws, lambda _: None)
            self._schedule(aws, function, datetime.now(UTC) - timedelta(seconds=1))
            eventually(lambda: host.events(function) == [{"due": True}])
            settled_snapshot(engine)
            engine.kill()

            again = Aws(make_engine())
            # A later schedule having fired shows that a sweep has passed.
            self._schedule(again, queue.arn, datetime.now(UTC) - timedelta(seconds=1))
            later = Queue.__new__(Queue)
            later.sqs, later.url = again.client("sqs"), queue.url.replace(engine.url, again.engine.url)
            eventually(later.receive)
            assert host.events(function) == [{"due": True}]

    @staticmethod
    def _schedule(aws: Aws, target: str, when: datetime) -> None:
        aws.client("scheduler").create_schedule(
            Name=unique("schedule"),
            ScheduleExpression=f"at({when:%Y-%m-%dT%H:%M:%S})",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": target, "RoleArn": "arn:aws:iam::000000000000:role/any", "Input": '{"due": true}'},
        )


def test_who_may_send_a_message_may_send_a_batch_of_them(aws: Aws) -> None:
    mine, other = Queue(aws), Queue(aws)
    sqs = as_user(aws, {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": mine.arn}).client("sqs")
    entries = [{"Id": str(place), "MessageBody": "{}"} for place in range(3)]
    assert len(sqs.send_message_batch(QueueUrl=mine.url, Entries=entries)["Successful"]) == 3
    assert "AccessDenied" in refused(lambda: sqs.send_message_batch(QueueUrl=other.url, Entries=entries))
    assert mine.count() == 3
