"""Where Lambda sends what it could not, or could, handle: queues, topics and functions."""

import json
import time
from typing import Any

from ministack.core.arn import ArnParseError, parse_arn
from ministack.core.concurrency import esm_wake
from ministack.core.responses import new_uuid
from ministack.services import lambda_svc, sns, sqs

TARGETS = (
    "ministack.core.arn:parse_arn",
    "ministack.core.concurrency:esm_wake",
    "ministack.services.lambda_svc:_execution_record_for_config",
    "ministack.services.lambda_svc:_get_func_record_for_ref",
    "ministack.services.lambda_svc:invoke_async_with_retry",
    "ministack.services.sns:_fanout(topic_arn, msg_id, message, subject)",
    "ministack.services.sqs:_ensure_msg_fields",
    "ministack.services.sqs:_md5_msg_attrs",
    "ministack.services.sqs:_queue_by_arn(arn)",
    "ministack.services.sqs:queue_delay",
)


def send(arn: str, body: Any, attributes: dict[str, str] | None = None, subject: str = "") -> bool:
    """Send `body` as JSON to a queue, topic or function; says whether there was one."""
    try:
        service = parse_arn(arn).service
    except ArnParseError:
        return False
    typed = {name: {"DataType": "String", "StringValue": value} for name, value in (attributes or {}).items()}
    if service == "sqs":
        return _to_queue(arn, json.dumps(body), typed)
    if service == "sns":
        sns._fanout(arn, new_uuid(), json.dumps(body), subject, "", typed)
        return True
    if service == "lambda":
        record, config, _ = lambda_svc._get_func_record_for_ref(arn)
        if record is not None:
            lambda_svc.invoke_async_with_retry(lambda_svc._execution_record_for_config(record, config), body)
            return True
    return False


def _to_queue(arn: str, body: str, attributes: dict[str, dict[str, str]]) -> bool:
    queue = sqs._queue_by_arn(arn)
    if queue is None:
        return False
    now = time.time()
    message: dict[str, Any] = {
        "id": new_uuid(),
        "body": body,
        "message_attributes": attributes,
        "md5_attrs": sqs._md5_msg_attrs(attributes),
        "sent_at": now,
        "visible_at": now + sqs.queue_delay(queue),
    }
    sqs._ensure_msg_fields(message)
    queue["messages"].append(message)
    esm_wake.set()
    return True
