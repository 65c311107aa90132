"""The services that a stage's letters are in and go to."""

from dataclasses import dataclass
from typing import Any

import boto3

from infra.local import aws
from infra.local.keys import load_or_make
from infra.local.layout import STAGE, from_environment


@dataclass(frozen=True, slots=True)
class Clients:
    """boto3's clients, and the stage whose names they are used with.

    `wait_seconds` makes polling long: a short one asks some of SQS's servers only, and misses what lies on the others.
    """

    stage: str
    wait_seconds: int
    sqs: Any
    streams: Any
    dynamodb: Any
    functions: Any

    def queue_url(self, queue: str) -> str:
        """The address of a queue by its name in the templates."""
        return str(self.sqs.get_queue_url(QueueName=f"mytodolist-{self.stage}-{queue}")["QueueUrl"])


def clients_of(stage: str) -> Clients:
    """Reach a stage: the laptop by its own keys, others as the AWS command line would."""
    names = ("sqs", "dynamodbstreams", "dynamodb", "lambda")
    if stage != STAGE:
        return Clients(stage, 1, *(boto3.client(name) for name in names))
    layout = from_environment()
    keys = load_or_make(layout.keys)
    return Clients(stage, 0, *(aws.client(layout, keys, name) for name in names))
