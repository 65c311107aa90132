"""Subsegments as the X-Ray SDK words them in Lambda, without what is a person's.

https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html#api-segmentdocuments-subsegments
"""

import os
import traceback
from collections.abc import Mapping
from itertools import islice
from os import urandom
from time import time
from typing import Any

import msgspec

Fields = Mapping[str, Any]
# The trace that a subsegment belongs to, and the id of the segment or subsegment above it.
Trace = tuple[str, str]

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


class Service(msgspec.Struct, frozen=True, gc=False):
    """What is called, by the name that its addresses begin with, and where."""

    name: str
    region: str


class Aws(msgspec.Struct, omit_defaults=True, gc=False):
    """What may be told of a call; there is no other field."""

    operation: str
    region: str
    request_id: str | None = None
    id_2: str | None = None
    retries: int = 0
    table_name: str | None = None
    table_names: list[str] | None = None
    index_name: str | None = None
    consistent_read: bool | None = None
    projection_expression: str | None = None
    limit: int | None = None
    scan_index_forward: bool | None = None
    select: str | None = None
    consumed_capacity: Any = None
    bucket_name: str | None = None
    queue_url: str | None = None
    topic_arn: str | None = None


class Response(msgspec.Struct, gc=False):
    """What was answered."""

    status: int


class Http(msgspec.Struct, gc=False):
    """The answer to a request or a call."""

    response: Response


_OK = Http(Response(200))


class Place(msgspec.Struct):
    """A line of code that an error passed."""

    path: str
    line: int
    label: str


class Thrown(msgspec.Struct):
    """An error by its name and the places it passed: its text may hold what a person typed. `remote` is a service's."""

    id: str
    type: str
    remote: bool
    stack: list[Place]


class Cause(msgspec.Struct):
    """Why a call ended as it did."""

    working_directory: str
    exceptions: list[Thrown]


class Subsegment(msgspec.Struct, omit_defaults=True, tag_field="type", tag="subsegment", gc=False):
    """A request or a call. Times are in seconds."""

    id: str
    name: str
    namespace: str
    trace_id: str
    parent_id: str
    start_time: float
    end_time: float
    in_progress: bool
    http: Http | None = None
    annotations: dict[str, str] | None = None
    aws: Aws | None = None
    error: bool = False
    throttle: bool = False
    fault: bool = False
    cause: Cause | None = None
    subsegments: list["Subsegment"] = []


TOLD = frozenset(Aws.__struct_fields__)


def of_request(trace: Trace, name: str, route: str, started: float) -> Subsegment:
    """A request that begins, by its route."""
    told = Subsegment(urandom(8).hex(), name, "local", *trace, started, started, in_progress=False)
    told.annotations = {"route": route}
    return told


def of_call(
    trace: Trace, service: Service, operation: str, request: Fields, said: Fields, *, started: float
) -> Subsegment:
    """A call of a service that has ended, and what the service `said`."""
    told = Subsegment(urandom(8).hex(), service.name, "aws", *trace, started, time(), in_progress=False)
    told.aws = aws = Aws(operation, service.region)
    metadata = said.get("ResponseMetadata")
    if metadata:
        add_status(told, metadata.get("HTTPStatusCode", 0))
        aws.request_id = metadata.get("RequestId")
        aws.id_2 = metadata.get("HTTPHeaders", {}).get("x-amz-id-2")
        aws.retries = metadata.get("RetryAttempts", 0)
    for asked, field in ASKED.get(operation, {}).items():
        if asked in request:
            setattr(aws, field, request[asked])
    if aws.table_names is not None:
        aws.table_names = list(aws.table_names)
    aws.consumed_capacity = said.get("ConsumedCapacity")
    return told


def add_status(told: Subsegment, status: int) -> None:
    """Tell of the answer."""
    told.http = _OK if status == 200 else Http(Response(status))
    if status >= 400:
        told.fault = status >= 500
        told.error = not told.fault
        told.throttle = status == 429


def add_error(told: Subsegment, error: BaseException) -> None:
    """Tell of the error that the call ended with, and that is being handled."""
    name = name_of(error)
    thrown = Thrown(urandom(8).hex(), name, bool(said_by(error)), _places(error))
    told.cause = Cause(os.getcwd(), [thrown])  # noqa: PTH109 - as text
    # The SDK calls every error a fault, whoever made it.
    told.fault = True
    told.throttle = told.throttle or name in THROTTLED


def name_of(error: BaseException) -> str:
    """The service's name of an error, or that of its class where the service did not say it."""
    return said_by(error).get("Error", {}).get("Code") or type(error).__name__


def said_by(error: BaseException) -> Fields:
    """What the service said that refused; nothing where it did not answer."""
    # Errors of connections have it too, and leave it empty.
    return getattr(error, "response", None) or {}


def _places(error: BaseException) -> list[Place]:
    inner = list(traceback.walk_tb(error.__traceback__))
    outer = list(islice(traceback.walk_stack(inner[0][0].f_back), DEEPEST_STACK))
    # Whoever watches the call is the first of the inner places.
    return [
        Place(frame.f_code.co_filename.rpartition("/")[2], line, frame.f_code.co_name)
        for frame, line in [*reversed(outer), *inner[1:]][-DEEPEST_STACK:]
    ]
