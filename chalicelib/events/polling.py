"""Turns Lambda's polling of queues on while they hold messages, for a stage that does not pay for polling empty ones.

Lambda asks an enabled queue about 15 times a minute whether there is something. The schedule asks once instead.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html
"""

from collections.abc import Iterable, Iterator
from typing import Any

from chalicelib.mail.clients import client
from chalicelib.settings import settings

WHEN_NEEDED = "when_needed"
# Messages that can be received, that are being worked on, and that wait for their delay.
_COUNTS = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


def poll_when_needed(queues: Iterable[str] | None = None, lambda_: Any = None, sqs: Any = None) -> int:  # noqa: ANN401
    """Enable the event sources of queues with messages and disable the others; return how many were changed.

    `queues` are ARNs; without them, those of every function that a queue calls. What Lambda is still changing is left
    to the next time.
    """
    of_lambda, of_sqs = lambda_ or client("lambda"), sqs or client("sqs")
    return sum(_switch(of_lambda, of_sqs, arn) for arn in (_queues() if queues is None else queues))


def _queues() -> tuple[str, ...]:
    return (settings().thumbnail_jobs_arn, settings().mail_event_jobs_arn, settings().announcements_arn)


def _switch(of_lambda: Any, of_sqs: Any, arn: str) -> int:  # noqa: ANN401 - botocore's clients are made at run time
    wanted, changed = _has_messages(of_sqs, arn), 0
    for mapping in _event_sources(of_lambda, arn):
        if mapping["State"] == ("Disabled" if wanted else "Enabled"):
            of_lambda.update_event_source_mapping(UUID=mapping["UUID"], Enabled=wanted)
            changed += 1
    return changed


def _has_messages(of_sqs: Any, arn: str) -> bool:  # noqa: ANN401
    url = of_sqs.get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"]
    counted = of_sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(_COUNTS))["Attributes"]
    return any(int(counted[name]) for name in _COUNTS)


def _event_sources(of_lambda: Any, arn: str) -> Iterator[dict[str, Any]]:  # noqa: ANN401
    yield from of_lambda.list_event_source_mappings(EventSourceArn=arn)["EventSourceMappings"]
