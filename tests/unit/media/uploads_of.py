"""The events of uploads, made from those that AWS sends."""

import copy
import json
from pathlib import Path
from typing import Any

EVENTS = Path(__file__).parents[2] / "events"


def event(name: str) -> Any:
    """A recorded event."""
    return json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))


def told_of(
    key: str,
    *,
    sequencer: str = "0066A1B2C3D4E5F607",
    etag: str = "d41d8cd98f00b204e9800998ecf8427e",
    bucket: str = "mytodolist-test-media",
    name: str = "ObjectCreated:Put",
) -> Any:
    """What S3 says of one object."""
    said = event("s3/object-created-put")
    record = said["Records"][0]
    record["eventName"] = name
    record["s3"]["bucket"]["name"] = bucket
    record["s3"]["object"] |= {"key": key, "sequencer": sequencer, "eTag": etag}
    return said


def through_topic(said: Any) -> Any:
    """The same in the envelope of an SNS topic."""
    return event("sns/notification") | {"Message": json.dumps(said)}


def batch(*bodies: Any) -> Any:
    """What Lambda hands over for a queue's messages; a `str` is a body as it is."""
    found = event("sqs/messages")
    pattern = found["Records"][0]
    found["Records"] = []
    for number, body in enumerate(bodies):
        message = copy.deepcopy(pattern)
        message |= {"messageId": f"message-{number}", "body": body if isinstance(body, str) else json.dumps(body)}
        found["Records"].append(message)
    return found
