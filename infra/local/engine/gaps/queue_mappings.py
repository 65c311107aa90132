"""Queues feed functions: what a function did not clearly handle stays in the queue.

AWS: with ReportBatchItemFailures, a response that cannot be read, or that names no message of the batch, means that
the whole batch failed; a batch that failed becomes visible again after the queue's visibility timeout.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html

The emulator: takes an unreadable response for success and deletes the messages.

Here: AWS's rule. The batching window is ignored: a batch is what lies in the queue.
"""

import time
from typing import Any

from ministack.services import lambda_svc, sqs

from infra.local.engine import lineage
from infra.local.engine.stream_batches import failed_sequences

TARGETS = (
    "ministack.services.lambda_svc:_ESM_BACKOFF_SECONDS",
    "ministack.services.lambda_svc:_esm_backoff_until",
    "ministack.services.lambda_svc:_execute_function(func, event)",
    "ministack.services.lambda_svc:_run_sqs_batch(esm, func_rec, event, batch, queue_url, queue_name)",
    "ministack.services.sqs:_delete_messages_for_esm(queue_url, receipt_handles)",
)
_REPORTING = "ReportBatchItemFailures"

Mapping = dict[str, Any]
Message = dict[str, Any]


def apply() -> None:
    lambda_svc._run_sqs_batch = run_batch


def run_batch(
    mapping: Mapping, function: dict[str, Any], event: Any, batch: list[Message], queue_url: str, _queue_name: str
) -> None:
    """Invoke once and delete what was handled; the rest comes back when its visibility timeout ends."""
    with lineage.within(lineage.of_batch([(message.get("sys") or {}).get("AWSTraceHeader") for message in batch])):
        result = lambda_svc._execute_function(function, event)
    failed = _failed(mapping, result, {message["id"] for message in batch})
    handled = {message["receipt_handle"] for message in batch if message["id"] not in failed}
    if handled:
        sqs._delete_messages_for_esm(queue_url, handled)
    else:
        lambda_svc._esm_backoff_until[mapping["UUID"]] = time.time() + lambda_svc._ESM_BACKOFF_SECONDS
    mapping["LastProcessingResult"] = "PROBLEM: Function call failed" if failed else "OK"


def _failed(mapping: Mapping, result: dict[str, Any], everything: set[str]) -> set[str]:
    if result.get("error"):
        return everything
    if _REPORTING not in mapping.get("FunctionResponseTypes", []):
        return set()
    named = failed_sequences(result.get("body"))
    return everything if named is None or not named <= everything else named
