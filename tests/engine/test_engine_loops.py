"""Lambda ends chains in which a function runs again and again, in a running engine."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from engine_support import Aws, eventually, unique
from functions import FunctionHost, function_host, make_function

from infra.local.engine import lineage

RUNS = 16
# Sends its event on to where it came from; `seen` counts the runs.
LOOP = """
import boto3, os

# Made once: a chain of 16 runs is as slow as making a client 16 times.
sqs, sns, functions = (boto3.client(name, endpoint_url=os.environ["ENGINE"]) for name in ("sqs", "sns", "lambda"))

def handler(event, context):
    for record in event.get("Records", [event]):
        sqs.send_message(QueueUrl=os.environ["SEEN"], MessageBody="run")
        TARGET
"""
TO_QUEUE = 'sqs.send_message(QueueUrl=os.environ["QUEUE"], MessageBody="go")'
TO_TOPIC = 'sns.publish(TopicArn=os.environ["TOPIC"], Message="go")'
TO_ITSELF = 'functions.invoke(FunctionName=context.function_name, InvocationType="Event", Payload=b"{}")'


class Loop:
    """A function that sends each event on, the queues beside it, and how often it ran."""

    def __init__(self, aws: Aws, target: str, **options: Any) -> None:
        self.aws, self.sqs = aws, aws.client("sqs")
        self.seen, _ = self._queue()
        self.failures, self.failures_arn = self._queue()
        redrive = json.dumps({"deadLetterTargetArn": self.failures_arn, "maxReceiveCount": 1})
        self.queue, self.queue_arn = self._queue(RedrivePolicy=redrive, VisibilityTimeout="4")
        self.topic = str(aws.client("sns").create_topic(Name=unique("loop"))["TopicArn"])
        variables = {"ENGINE": aws.engine.url, "SEEN": self.seen, "QUEUE": self.queue, "TOPIC": self.topic}
        self.function = make_function(
            aws,
            LOOP.replace("TARGET", target),
            Environment={"Variables": variables},
            DeadLetterConfig={"TargetArn": self.failures_arn},
            **options,
        )
        # A cold start may last longer than a message is hidden, which would then count as received twice.
        aws.client("lambda").invoke(FunctionName=self.function, Payload=b'{"Records": []}')

    def _queue(self, **attributes: str) -> tuple[str, str]:
        url = str(self.sqs.create_queue(QueueName=unique("loop"), Attributes=attributes)["QueueUrl"])
        answer = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return url, str(answer["Attributes"]["QueueArn"])

    def feed(self) -> None:
        self.aws.client("lambda").create_event_source_mapping(
            EventSourceArn=self.queue_arn, FunctionName=self.function, BatchSize=1
        )

    def count(self, queue: str) -> int:
        answer = self.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"])
        return int(answer["Attributes"]["ApproximateNumberOfMessages"])

    def ended(self) -> int:
        """Wait until the chain's last message was put aside; return how often the function ran."""
        eventually(lambda: self.count(self.failures) == 1)
        return self.count(self.seen)


@pytest.fixture
def host() -> Iterator[FunctionHost]:
    with function_host() as running:
        yield running


def test_a_function_that_feeds_its_own_queue_runs_16_times(aws: Aws) -> None:
    # Given a function that sends each message back to its queue
    loop = Loop(aws, TO_QUEUE)
    loop.feed()
    # When one message is sent from outside
    loop.sqs.send_message(QueueUrl=loop.queue, MessageBody="go")
    # Then the chain ends, and its message is put aside by the queue
    assert loop.ended() == RUNS


def test_a_chain_through_a_topic_and_its_queue_is_one_chain(aws: Aws) -> None:
    loop = Loop(aws, TO_TOPIC)
    loop.feed()
    statement = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Resource": loop.queue_arn}]})
    loop.sqs.set_queue_attributes(QueueUrl=loop.queue, Attributes={"Policy": policy})
    aws.client("sns").subscribe(TopicArn=loop.topic, Protocol="sqs", Endpoint=loop.queue_arn)
    loop.sqs.send_message(QueueUrl=loop.queue, MessageBody="go")
    assert loop.ended() == RUNS


def test_a_function_that_invokes_itself_ends_in_its_dead_letter_queue(aws: Aws) -> None:
    loop = Loop(aws, TO_ITSELF)
    aws.client("lambda").invoke(FunctionName=loop.function, InvocationType="Event", Payload=b"{}")
    assert loop.ended() == RUNS


def test_a_function_that_may_loop_goes_on(aws: Aws) -> None:
    # Given a function whose recursive loops are allowed
    loop = Loop(aws, TO_QUEUE)
    aws.client("lambda").put_function_recursion_config(FunctionName=loop.function, RecursiveLoop="Allow")
    loop.feed()
    loop.sqs.send_message(QueueUrl=loop.queue, MessageBody="go")
    # Then it runs on, until its loop is taken from it
    eventually(lambda: loop.count(loop.seen) > RUNS + 2)
    aws.client("lambda").put_function_recursion_config(FunctionName=loop.function, RecursiveLoop="Terminate")
    loop.ended()


def test_a_hosted_function_is_given_the_header_that_counts(aws: Aws, host: FunctionHost) -> None:
    # Given a function that runs from a working tree, on a queue
    loop, function = Loop(aws, TO_QUEUE), host.function(aws, lambda _: None)
    aws.client("lambda").create_event_source_mapping(EventSourceArn=loop.queue_arn, FunctionName=function)
    # When a message comes to it
    loop.sqs.send_message(QueueUrl=loop.queue, MessageBody="go")
    # Then it is told of its first run
    eventually(lambda: host.events(function))
    call = next(call for name, call in host.invocations if name == function.rpartition(":")[2])
    assert list(lineage.counts(call["trace_id"]).values()) == [1]


def test_a_lineage_is_read_and_written_within_its_header() -> None:
    header = (
        "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=1:a87bd80c:3|68fd508a:1"
    )
    assert lineage.counts(header) == {"a87bd80c": 3, "68fd508a": 1}
    assert lineage.with_counts(header, lineage.counts(header)) == header
    assert lineage.counts(lineage.of_batch([None, header, "Lineage=1:a87bd80c:7"])) == {"a87bd80c": 7, "68fd508a": 1}
    assert lineage.of_batch([None, None]) is None


@pytest.mark.parametrize("header", [None, "", "Lineage=", "Lineage=2:a:1", "Lineage=1:a:b|:3|c", "Root=1"])
def test_a_header_without_a_readable_lineage_counts_nothing(header: str | None) -> None:
    assert lineage.counts(header) == {}
