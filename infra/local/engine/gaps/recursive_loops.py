"""Lambda ends chains of requests in which a function runs again and again.

AWS: SQS, SNS, S3 and Lambda carry the trace header of a request made by a function to the function that it leads to.
One that has run 16 times in a chain is not run again, unless its `RecursiveLoop` is `Allow`. A queue's messages come
back until the queue puts them aside; an asynchronous event goes to the failure destination or the dead-letter queue.
DynamoDB's streams, EventBridge and schedules begin new chains.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html

The emulator: counts direct invocations alone.

Here: the trace header's lineage goes with messages and asynchronous events, and is counted before each run.
"""

import functools
from typing import Any

from ministack import app as emulator
from ministack.services import cloudwatch, eventbridge, lambda_svc, sns, sqs

from infra.local.engine import lineage
from infra.local.engine.lineage import trace, within

TARGETS = (
    "ministack.app:app(scope, receive, send)",
    "ministack.services.cloudwatch:record_metric",
    "ministack.services.eventbridge:_dispatch_event",
    "ministack.services.lambda_svc:MAX_INVOKE_DEPTH",
    "ministack.services.lambda_svc:_execute_function(func, event)",
    "ministack.services.lambda_svc:_function_config_scope_mismatch(config)",
    "ministack.services.lambda_svc:_get_func_record_for_ref",
    "ministack.services.lambda_svc:_xray_trace_id_for_invocation(config, inbound_trace_header)",
    "ministack.services.sns:_deliver_to_sqs",
    "ministack.services.sqs:_build_send_sys_attrs(now, sys_attrs_input)",
    "ministack.services.sqs:_queue_by_arn(arn)",
)
_HEADER = b"x-amzn-trace-id"
_ATTRIBUTE = "AWSTraceHeader"
ERROR_TYPE = "RecursiveInvocationException"


def apply() -> None:
    emulator.app = _with_trace(emulator.app)
    sqs._build_send_sys_attrs = _on_messages(sqs._build_send_sys_attrs)
    sns._deliver_to_sqs = _on_notifications(sns._deliver_to_sqs)
    eventbridge._dispatch_event = _in_a_new_chain(eventbridge._dispatch_event)
    lambda_svc._xray_trace_id_for_invocation = _with_lineage(lambda_svc._xray_trace_id_for_invocation)
    lambda_svc._execute_function = _counted(lambda_svc._execute_function)


def _with_trace(original: Any) -> Any:
    @functools.wraps(original)
    async def app(scope: Any, receive: Any, send: Any) -> None:
        header = next((value for name, value in scope.get("headers", ()) if name.lower() == _HEADER), None)
        with within(None if header is None else header.decode("latin-1")):
            await original(scope, receive, send)

    return app


def _on_messages(original: Any) -> Any:
    @functools.wraps(original)
    def attributes(now: float, sys_attrs_input: dict[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = original(now, sys_attrs_input)
        header = trace.get()
        return {_ATTRIBUTE: header, **made} if header else made

    return attributes


def _on_notifications(original: Any) -> Any:
    @functools.wraps(original)
    def deliver(endpoint: str, *rest: Any, **options: Any) -> None:
        original(endpoint, *rest, **options)
        header, queue = trace.get(), sqs._queue_by_arn(endpoint)
        if header and queue is not None and queue["messages"]:
            # The message has no attributes before it is received.
            message = queue["messages"][-1]
            message.setdefault("sys", sqs._build_send_sys_attrs(message["sent_at"], {}))[_ATTRIBUTE] = header

    return deliver


def _in_a_new_chain(original: Any) -> Any:
    @functools.wraps(original)
    def dispatch(*arguments: Any, **options: Any) -> Any:
        with within(None):
            return original(*arguments, **options)

    return dispatch


def _with_lineage(original: Any) -> Any:
    @functools.wraps(original)
    def trace_id(config: dict[str, Any], inbound_trace_header: str | None = None) -> str | None:
        made: str | None = original(config, inbound_trace_header)
        runs = lineage.counts(trace.get())
        return lineage.with_counts(made or trace.get(), runs) if runs else made

    return trace_id


def _counted(original: Any) -> Any:
    @functools.wraps(original)
    def execute(func: dict[str, Any], event: object) -> dict[str, Any]:
        config = func.get("config") or func
        if lambda_svc._function_config_scope_mismatch(config):
            # It comes here again, in the function's own account and region.
            return original(func, event)  # type: ignore[no-any-return]
        arn = str(config["FunctionArn"])
        name = arn.split(":")[6]
        runs, mine = lineage.counts(trace.get()), lineage.function_hash(name)
        runs[mine] = runs.get(mine, 0) + 1
        if runs[mine] > lambda_svc.MAX_INVOKE_DEPTH and not _may_loop(arn):
            return _stopped(name)
        with within(lineage.with_counts(trace.get(), runs)):
            return original(func, event)  # type: ignore[no-any-return]

    return execute


def _may_loop(arn: str) -> bool:
    record = lambda_svc._get_func_record_for_ref(":".join(arn.split(":")[:7]))[0]
    return bool(record) and record.get("recursive_loop") == "Allow"


def _stopped(name: str) -> dict[str, Any]:
    cloudwatch.record_metric("AWS/Lambda", "RecursiveInvocationsDropped", 1, "Count", {"FunctionName": name})
    message = "Lambda has detected your function being invoked in a recursive loop and stopped its invocation."
    return {"error": True, "function_error": "Unhandled", "body": {"errorType": ERROR_TYPE, "errorMessage": message}}
