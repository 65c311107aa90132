"""Subsegments as the X-Ray SDK words them in Lambda, without what is a person's.

https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html#api-segmentdocuments-subsegments
"""

import os
import traceback
from collections.abc import Mapping
from itertools import islice
from typing import Any, NamedTuple

Document = dict[str, Any]
Fields = Mapping[str, Any]

DEEPEST_STACK = 10
# DynamoDB answers 400 to who is too fast, so the status alone does not tell.
THROTTLED = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_TABLE = {"TableName": "table_name"}
_TABLES = {"RequestItems": "table_names"}
_READ = {"ConsistentRead": "consistent_read", "ProjectionExpression": "projection_expression", **_TABLE}
_LIST = {"IndexName": "index_name", "Limit": "limit", "ScanIndexForward": "scan_index_forward", "Select": "select"}
_BUCKET = {"Bucket": "bucket_name"}
# What is told of a request: the SDK's choice, without what an identifier of a person may be part of.
ASKED: Mapping[str, Mapping[str, str]] = {
    "GetItem": _READ,
    "Query": {**_READ, **_LIST},
    "PutItem": _TABLE,
    "UpdateItem": _TABLE,
    "DeleteItem": _TABLE,
    "BatchGetItem": _TABLES,
    "BatchWriteItem": _TABLES,
    "GetObject": _BUCKET,
    "PutObject": _BUCKET,
    "CopyObject": _BUCKET,
    "DeleteObject": _BUCKET,
    "ListObjectsV2": _BUCKET,
    "SendMessage": {"QueueUrl": "queue_url"},
    "Publish": {"TopicArn": "topic_arn"},
}
TOLD = frozenset({"operation", "region", "request_id", "id_2", "retries", "consumed_capacity"}).union(
    *(names.values() for names in ASKED.values())
)


class Trace(NamedTuple):
    """What a subsegment belongs to: the trace, and the segment or subsegment above it."""

    id: str
    parent: str


def sampled_trace(header: str) -> Trace | None:
    """Where Lambda's header says that subsegments belong; None where it wants none."""
    if "Sampled=1" not in header:
        return None
    fields = dict(part.partition("=")[::2] for part in header.split(";"))
    if fields.get("Sampled") != "1" or not fields.get("Root") or not fields.get("Parent"):
        return None
    return Trace(fields["Root"], fields["Parent"])


def new_id() -> str:
    """A subsegment's own name."""
    return os.urandom(8).hex()


class Service(NamedTuple):
    """What is called, by the name that its addresses begin with, and where."""

    name: str
    region: str


def of_request(
    trace: Trace, name: str, route: str, status: int, *, own_id: str, started: float, ended: float
) -> Document:
    """An answered request, by its route. Times are in seconds."""
    return {
        "id": own_id,
        "name": name,
        "start_time": started,
        "parent_id": trace.parent,
        "in_progress": False,
        "http": {"response": {"status": status}},
        "annotations": {"route": route},
        "trace_id": trace.id,
        "type": "subsegment",
        "namespace": "local",
        **flags(status),
        "end_time": ended,
    }


def of_call(
    trace: Trace, service: Service, operation: str, request: Fields, said: Fields, *, started: float, ended: float
) -> Document:
    """A call of a service, and what the service `said`. Times are in seconds."""
    aws: Document = {"operation": operation, "region": service.region}
    document: Document = {
        "id": new_id(),
        "name": service.name,
        "start_time": started,
        "parent_id": trace.parent,
        "in_progress": False,
        "aws": aws,
        "trace_id": trace.id,
        "type": "subsegment",
        "namespace": "aws",
        "end_time": ended,
    }
    metadata = said.get("ResponseMetadata")
    if metadata:
        status = metadata.get("HTTPStatusCode", 0)
        document["http"] = {"response": {"status": status}}
        if status >= 400:
            document |= flags(status)
        aws["request_id"] = metadata.get("RequestId")
        if "x-amz-id-2" in metadata.get("HTTPHeaders", ()):
            aws["id_2"] = metadata["HTTPHeaders"]["x-amz-id-2"]
        if metadata.get("RetryAttempts"):
            aws["retries"] = metadata["RetryAttempts"]
    for asked, told in ASKED.get(operation, {}).items():
        if asked in request:
            aws[told] = list(request[asked]) if told == "table_names" else request[asked]
    if "ConsumedCapacity" in said:
        aws["consumed_capacity"] = said["ConsumedCapacity"]
    return document


def flags(status: int) -> Document:
    """What a status tells of the outcome."""
    if status >= 500:
        return {"fault": True}
    if status == 429:
        return {"error": True, "throttle": True}
    return {"error": True} if status >= 400 else {}


def of_error(error: BaseException) -> Document:
    """What is added to a call that ended with an error, which is being handled.

    It is told by its name and the places it passed: its text may hold what a person typed.
    """
    name, remote = name_of(error), bool(said_by(error))
    thrown = {"id": new_id(), "type": name, "remote": remote, "stack": _places(error)}
    # The SDK calls every error a fault, whoever made it.
    added: Document = {"fault": True, "cause": {"working_directory": os.getcwd(), "exceptions": [thrown]}}  # noqa: PTH109
    return added | {"throttle": True} if name in THROTTLED else added


def name_of(error: BaseException) -> str:
    """The service's name of an error, or that of its class where the service did not say it."""
    return said_by(error).get("Error", {}).get("Code") or type(error).__name__


def said_by(error: BaseException) -> Fields:
    """What the service said that refused; nothing where it did not answer."""
    # Errors of connections have it too, and leave it empty.
    return getattr(error, "response", None) or {}


def _places(error: BaseException) -> list[Document]:
    inner = list(traceback.walk_tb(error.__traceback__))
    outer = list(islice(traceback.walk_stack(inner[0][0].f_back), DEEPEST_STACK))
    # Whoever watches the call is the first of the inner places.
    return [
        {"path": frame.f_code.co_filename.rpartition("/")[2], "line": line, "label": frame.f_code.co_name}
        for frame, line in [*reversed(outer), *inner[1:]][-DEEPEST_STACK:]
    ]
