"""Asynchronous invocations are kept until they are done, whoever asked for them.

AWS: Lambda queues the event, tries three times with growing pauses (throttles do not count), then sends it to the
failure destination, or the plain event with the error as attributes to the dead-letter queue; a success goes to the
success destination. S3, SNS, EventBridge and Scheduler all invoke this way.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html

The emulator: SNS and EventBridge invoke once and forget; the dead-letter queue gets a destination's record; success
destinations are ignored; an event being retried is lost with the process.

Here: one way for all of them, a few at a time, with the waiting events in Lambda's saved state. Pauses are seconds,
not minutes.
"""

import functools
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ministack.core.responses import new_uuid, request_scope
from ministack.services import eventbridge, lambda_svc, sns

from infra.local.engine import lineage
from infra.local.engine.gaps import destinations

TARGETS = (
    "ministack.services.eventbridge:_dispatch_to_lambda(arn, payload)",
    "ministack.services.lambda_svc:_account_region_from_function_config(config)",
    "ministack.services.lambda_svc:_event_invoke_config(func, qualifier)",
    "ministack.services.lambda_svc:_execute_function(func, event)",
    "ministack.services.lambda_svc:_execution_record_for_config",
    "ministack.services.lambda_svc:_get_func_record_for_ref",
    "ministack.services.lambda_svc:get_state",
    "ministack.services.lambda_svc:invoke_async_with_retry(func, event)",
    "ministack.services.lambda_svc:load_persisted_state(data)",
    "ministack.services.lambda_svc:reset",
    "ministack.services.sns:_deliver_to_lambda(endpoint, envelope, topic_arn, sub_arn)",
)
_AT_ONCE = 8
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0
_RETRIES = 2
_MAXIMUM_AGE = 6 * 3600
_LOOP = "RecursiveInvocationException"

Waiting = dict[str, Any]
_waiting: dict[str, Waiting] = {}
_pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="asynchronous")


def apply() -> None:
    lambda_svc.invoke_async_with_retry = accept
    lambda_svc.get_state = _with_waiting(lambda_svc.get_state)
    lambda_svc.load_persisted_state = _resuming(lambda_svc.load_persisted_state)
    lambda_svc.reset = _forgetting(lambda_svc.reset)
    sns._deliver_to_lambda = _notification
    eventbridge._dispatch_to_lambda = _event


def accept(function: dict[str, Any], event: object) -> None:
    """Queue one event for a function and return at once."""
    config = function.get("config") or function
    account, region = lambda_svc._account_region_from_function_config(config)
    waiting = {
        "id": new_uuid(),
        "arn": config["FunctionArn"],
        "account": account,
        "region": region,
        "event": event,
        "attempts": 0,
        "accepted": time.time(),
        "trace": lineage.trace.get(),
    }
    _waiting[waiting["id"]] = waiting
    _pool.submit(_attempt, waiting)


def _notification(endpoint: str, envelope: str, _topic: str, subscription: str, *_message: Any) -> None:
    """SNS to Lambda: AWS always sends `Subject` and `MessageAttributes`, and spells two addresses otherwise."""
    notification = {"Subject": None, "MessageAttributes": {}, **json.loads(envelope)}
    for name in ("SigningCert", "Unsubscribe"):
        notification[f"{name}Url"] = notification.pop(f"{name}URL", "")
    record = {
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription,
        "EventSource": "aws:sns",
        "Sns": notification,
    }
    _invoke(endpoint, {"Records": [record]})


def _event(arn: str, payload: str) -> None:
    _invoke(arn, json.loads(payload))


def _invoke(arn: str, event: object) -> None:
    function, config, _ = lambda_svc._get_func_record_for_ref(arn)
    if function is not None and config is not None:
        accept(lambda_svc._execution_record_for_config(function, config), event)


def _attempt(waiting: Waiting) -> None:
    with request_scope(waiting["account"], waiting["region"]):
        function, config, _ = lambda_svc._get_func_record_for_ref(waiting["arn"])
        if function is None or waiting["id"] not in _waiting:
            _waiting.pop(waiting["id"], None)
            return
        with lineage.within(waiting.get("trace")):
            result = lambda_svc._execute_function(
                lambda_svc._execution_record_for_config(function, config), waiting["event"]
            )
        _after(waiting, function, config, result)


def _after(waiting: Waiting, function: dict[str, Any], config: dict[str, Any], result: dict[str, Any]) -> None:
    qualifier = waiting["arn"].partition(":function:")[2].partition(":")[2] or None
    settings = lambda_svc._event_invoke_config(function, qualifier) or {}
    targets = settings.get("DestinationConfig") or {}
    throttled = bool(result.get("throttle"))
    waiting["attempts"] += 0 if throttled else 1
    if not result.get("error"):
        _waiting.pop(waiting["id"], None)
        _send(targets.get("OnSuccess"), waiting, result, "Success")
        return
    retries = int(settings.get("MaximumRetryAttempts", _RETRIES))
    if (result.get("body") or {}).get("errorType") == _LOOP:
        # A chain that Lambda ended is not tried again.
        retries = 0
    pause = min(_FIRST_PAUSE * 2 ** max(waiting["attempts"] - 1, 0), _LONGEST_PAUSE)
    too_old = time.time() + pause - waiting["accepted"] > int(settings.get("MaximumEventAgeInSeconds", _MAXIMUM_AGE))
    if waiting["attempts"] <= retries and not too_old:
        timer = threading.Timer(pause, _pool.submit, (_attempt, waiting))
        timer.daemon = True
        timer.start()
        return
    _waiting.pop(waiting["id"], None)
    _send(targets.get("OnFailure"), waiting, result, "EventAgeExceeded" if too_old else "RetriesExhausted")
    queue = (config.get("DeadLetterConfig") or {}).get("TargetArn")
    if queue:
        attributes = {
            "RequestID": waiting["id"],
            "ErrorCode": "200",
            "ErrorMessage": str((result.get("body") or {}).get("errorMessage", ""))[:1024],
        }
        destinations.send(queue, waiting["event"], attributes)


def _send(target: dict[str, str] | None, waiting: Waiting, result: dict[str, Any], condition: str) -> None:
    if not (target or {}).get("Destination"):
        return
    arn = waiting["arn"]
    response: dict[str, Any] = {"statusCode": 200, "executedVersion": "$LATEST"}
    if result.get("error"):
        response["functionError"] = result.get("function_error") or "Unhandled"
    record = {
        "version": "1.0",
        "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()),
        "requestContext": {
            "requestId": waiting["id"],
            "functionArn": arn if arn.count(":") > 6 else f"{arn}:$LATEST",
            "condition": condition,
            "approximateInvokeCount": waiting["attempts"],
        },
        "requestPayload": waiting["event"],
        "responseContext": response,
        "responsePayload": result.get("body"),
    }
    destinations.send((target or {})["Destination"], record)


def _with_waiting(original: Any) -> Any:
    @functools.wraps(original)
    def get_state() -> dict[str, Any]:
        return {**original(), "waiting_events": [dict(waiting) for waiting in list(_waiting.values())]}

    return get_state


def _resuming(original: Any) -> Any:
    @functools.wraps(original)
    def load(data: dict[str, Any]) -> None:
        original(data)
        for waiting in data.get("waiting_events", []):
            _waiting[waiting["id"]] = waiting
            _pool.submit(_attempt, waiting)

    return load


def _forgetting(original: Any) -> Any:
    @functools.wraps(original)
    def reset() -> None:
        _waiting.clear()
        original()

    return reset
