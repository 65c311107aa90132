"""The schedule asks for uploads that no event told of: through functions and a queue, each under its own role."""

from typing import Any

from tests.support.cloud import Cloud
from tests.support.laptop import Laptop, until

MIDNIGHT: dict[str, Any] = {
    "version": "0",
    "account": "000000000000",
    "region": "us-east-1",
    "detail": {},
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "time": "2026-11-21T00:00:10Z",
    "id": "89d1a02d-5ec7-412e-82f5-13505f849b41",
    "resources": [],
}


def counts(laptop: Laptop, queue: str) -> list[int]:
    """How many messages of a queue wait, and how many are being worked on."""
    sqs = laptop.root("sqs")
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return [int(found[name]) for name in names]


def test_the_questions_are_put_and_answered(laptop: Laptop) -> None:
    # When the schedule ticks at midnight
    Cloud(laptop).invoke("sweep-mail", MIDNIGHT)
    # Then the function of uploads looks, and all messages are done
    until(lambda: counts(laptop, "mytodolist-local-thumbnail-jobs") == [0, 0], 60)
    assert counts(laptop, "mytodolist-local-thumbnail-jobs-failures") == [0, 0]
