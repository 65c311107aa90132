"""A running laptop cloud's own resources: tables, queues, functions, and the failure queues' command."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from infra import event_sources
from infra.local.layout import ROOT
from tests.support.laptop import Laptop, until

PREFIX = "mytodolist-local-"


@dataclass(frozen=True)
class Cloud:
    """What an operator with the root key sees."""

    laptop: Laptop

    @cached_property
    def outputs(self) -> Mapping[str, str]:
        found: Mapping[str, str] = json.loads(self.laptop.layout.outputs.read_text())
        return found

    def put(self, table: str, item: Mapping[str, Any]) -> None:
        self._dynamodb.put_item(TableName=PREFIX + table, Item=item)

    def row(self, table: str, **key: str) -> Mapping[str, Any] | None:
        """An item as it is stored."""
        wanted = {name: {"S": value} for name, value in key.items()}
        found = self._dynamodb.get_item(TableName=PREFIX + table, Key=wanted, ConsistentRead=True)
        item: Mapping[str, Any] | None = found.get("Item")
        return item

    def rows(self, table: str) -> list[Mapping[str, Any]]:
        pages = self._dynamodb.get_paginator("scan").paginate(TableName=PREFIX + table, ConsistentRead=True)
        return [item for page in pages for item in page["Items"]]

    def forget_senders(self) -> None:
        """Forget how many messages of the contact form came from where, as the next hour would."""
        for row in self.rows("messages"):
            if row["message_id"]["S"].startswith("sender#"):
                self._dynamodb.delete_item(TableName=PREFIX + "messages", Key={"message_id": row["message_id"]})

    def change(self, table: str, key: Mapping[str, str], **numbers: int) -> None:
        """Set numbers of an item, as the passing of time would."""
        self._dynamodb.update_item(
            TableName=PREFIX + table,
            Key={name: {"S": value} for name, value in key.items()},
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in numbers),
            ExpressionAttributeNames={f"#{name}": name for name in numbers},
            ExpressionAttributeValues={f":{name}": {"N": str(number)} for name, number in numbers.items()},
        )

    def invoke(self, function: str, event: Mapping[str, Any]) -> Any:
        """Call a function as Lambda's console does."""
        functions = self.laptop.root("lambda")
        answer = functions.invoke(FunctionName=PREFIX + function, Payload=json.dumps(event).encode())
        result = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, result
        return result

    def retries(self, function: str, count: int) -> None:
        """Let a function's stream give up a record after so many retries."""
        functions = self.laptop.root("lambda")
        (mapping,) = functions.list_event_source_mappings(FunctionName=PREFIX + function)["EventSourceMappings"]
        event_sources.update(functions, mapping["UUID"], {"MaximumRetryAttempts": count}, poll_seconds=0.05)

    def listening(self, topic_arn: str) -> str:
        """Begin to listen to a topic; the URL of a queue that gets what it is told from now on."""
        sqs, name = self.laptop.root("sqs"), f"listening-{os.urandom(4).hex()}"
        url: str = sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        allowed = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
        policy = {"Version": "2012-10-17", "Statement": [{**allowed, "Resource": arn}]}
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
        topics = self.laptop.root("sns")
        topics.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
        return url

    def heard(self, url: str) -> list[str]:
        """Everything that a listening queue got so far; looking takes nothing away."""
        sqs, found = self.laptop.root("sqs"), dict[str, str]()
        while True:
            answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=2)
            taken = {message["MessageId"]: message["Body"] for message in answer.get("Messages", [])}
            if not taken.keys() - found.keys():
                return list(found.values())
            found |= taken

    def in_failure_queue(self, name: str = "stream-failures") -> int:
        sqs = self.laptop.root("sqs")
        url = sqs.get_queue_url(QueueName=PREFIX + name)["QueueUrl"]
        asked = ["ApproximateNumberOfMessages"]
        return int(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=asked)["Attributes"][asked[0]])

    def deadletters(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run `python -m infra.deadletters`."""
        layout = self.laptop.layout
        layout.lock.touch()
        own = {
            "LOCAL_FOLDER": str(layout.folder),
            "SITE_PORT": str(layout.site_port),
            "API_PORT": str(layout.api_port),
            "AWS_PORT": str(layout.aws_port),
        }
        command = [sys.executable, "-m", "infra.deadletters", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env={**os.environ, **own}, capture_output=True, text=True, check=False, timeout=120
        )

    def subscriber(self, email: str, state: str) -> Mapping[str, Any]:
        """A subscriber's row, as soon as it is in that state."""

        def found() -> Mapping[str, Any] | None:
            row = self.row("subscribers", email=email)
            return row if row is not None and row["state"]["S"] == state else None

        row = until(found, 60)
        assert row is not None
        return row

    @property
    def _dynamodb(self) -> Any:
        # Not kept: clients are closed at the end of each test.
        return self.laptop.root("dynamodb")
