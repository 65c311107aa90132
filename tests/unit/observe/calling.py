"""A program: calls of DynamoDB within a request, traced as TRACING says, or as the X-Ray SDK's documentation shows."""

import os
import sys
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.observe import traces
from chalicelib.store.client import new_botocore_client, shared_client

KEY = {"user_id": {"S": "canary-key"}}
NAME, ROUTE = "get_todo", "GET /todos/{todo_id}"
# Each call by the table that decides its answer.
CALLS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("GetItem", {"TableName": "good", "Key": KEY, "ConsistentRead": True}),
    ("Query", {"TableName": "counted", "IndexName": "by_created", "Limit": 20, "ScanIndexForward": False}),
    ("PutItem", {"TableName": "refused", "Item": {**KEY, "title": {"S": "canary-title"}}}),
    ("UpdateItem", {"TableName": "busy", "Key": KEY}),
    ("UpdateItem", {"TableName": "busier", "Key": KEY}),
    ("DeleteItem", {"TableName": "broken", "Key": KEY}),
    ("GetItem", {"TableName": "silent", "Key": KEY}),
    ("BatchGetItem", {"RequestItems": {"several": {"Keys": [KEY]}}}),
    ("TransactWriteItems", {"TransactItems": [{"Delete": {"TableName": "cancelled", "Key": KEY}}]}),
)


def call_all(client: Any) -> None:
    for operation, request in CALLS:
        try:
            client._make_api_call(operation, request)
        except (BotoCoreError, ClientError) as error:
            sys.stdout.write(f"{operation}: {type(error).__name__}\n")


def by_documentation() -> None:
    from aws_xray_sdk.core import patch, xray_recorder  # noqa: PLC0415 - otherwise it is the setting that imports it

    patch(("botocore",))
    with xray_recorder.in_subsegment(NAME) as subsegment:
        subsegment.put_annotation("route", ROUTE)
        call_all(new_botocore_client())
        subsegment.put_http_meta("status", 200)


def by_setting() -> None:
    client = shared_client()._inner
    tracer = traces.tracer()
    tracer.begin(NAME, ROUTE)
    call_all(client)
    tracer.end(200)


if __name__ == "__main__":
    if sys.argv[1:] == ["documentation"]:
        by_documentation()
    else:
        for header in sys.argv[1:] or [os.environ["_X_AMZN_TRACE_ID"]]:
            os.environ["_X_AMZN_TRACE_ID"] = header
            by_setting()
        sys.stdout.write(f"SDK imported: {'aws_xray_sdk' in sys.modules}\n")
