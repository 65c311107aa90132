"""Requests with values that are too long, too many or too large are refused.

AWS: checks each request against the lengths and ranges of its API reference, before anything else. Some limits are in
the documentation alone: keys of S3, subjects of SNS, names of queues and topics, delays of messages, sizes of policies.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
https://docs.aws.amazon.com/sns/latest/api/API_Publish.html

The emulator: checks DynamoDB's limits, and few others.

Here: the limits that botocore's models declare, for the control planes of the application's services, and those of
the documentation in a table.
"""

import functools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote

from botocore.model import OperationModel
from ministack import app as emulator
from ministack.core.responses import error_response_json, error_response_xml

from infra.local.engine import declared_limits

TARGETS = (
    "ministack.app:SERVICE_HANDLERS[cognito-idp]",
    "ministack.app:SERVICE_HANDLERS[events]",
    "ministack.app:SERVICE_HANDLERS[iam]",
    "ministack.app:SERVICE_HANDLERS[lambda]",
    "ministack.app:SERVICE_HANDLERS[logs]",
    "ministack.app:SERVICE_HANDLERS[monitoring]",
    "ministack.app:SERVICE_HANDLERS[s3]",
    "ministack.app:SERVICE_HANDLERS[secretsmanager]",
    "ministack.app:SERVICE_HANDLERS[sns]",
    "ministack.app:SERVICE_HANDLERS[sqs]",
    "ministack.core.responses:error_response_json",
    "ministack.core.responses:error_response_xml(code, message, status)",
)
# The engine's service, botocore's, and the code of a refusal.
_BY_MODEL = {
    "cognito-idp": ("cognito-idp", "InvalidParameterException"),
    "events": ("events", "ValidationException"),
    "iam": ("iam", "ValidationError"),
    "lambda": ("lambda", "ValidationException"),
    "logs": ("logs", "InvalidParameterException"),
    "monitoring": ("cloudwatch", "ValidationError"),
    "secretsmanager": ("secretsmanager", "ValidationException"),
    "sns": ("sns", "InvalidParameter"),
    "sqs": ("sqs", "InvalidParameterValue"),
}
_LONGEST_KEY_BYTES = 1024
Values = Mapping[str, Any]


@dataclass(frozen=True)
class _Rule:
    """A limit of the documentation: on what, how much, and the refusal."""

    size: Callable[[Values], int]
    most: int
    code: str
    message: str


def _length(name: str) -> Callable[[Values], int]:
    return lambda values: len(str(values.get(name, "")))


def _without_spaces(values: Values) -> int:
    return len("".join(str(values.get("PolicyDocument", "")).split()))


_RULES: Mapping[tuple[str, str], _Rule] = {
    ("iam", "PutRolePolicy"): _Rule(
        _without_spaces, 10_240, "LimitExceeded", "Maximum policy size of 10240 bytes exceeded for role"
    ),
    ("iam", "CreatePolicy"): _Rule(_without_spaces, 6_144, "LimitExceeded", "Cannot exceed quota for PolicySize: 6144"),
    ("lambda", "CreateFunction"): _Rule(
        _length("FunctionName"), 64, "ValidationException", "Member must have length less than or equal to 64"
    ),
    ("sns", "Publish"): _Rule(_length("Subject"), 99, "InvalidParameter", "Invalid parameter: Subject"),
    ("sns", "CreateTopic"): _Rule(_length("Name"), 256, "InvalidParameter", "Invalid parameter: Topic Name"),
    ("sqs", "CreateQueue"): _Rule(
        _length("QueueName"),
        80,
        "InvalidParameterValue",
        "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
    ),
    ("sqs", "SendMessage"): _Rule(
        lambda values: int(values.get("DelaySeconds") or 0),
        900,
        "InvalidParameterValue",
        "Value for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.",
    ),
}


def apply() -> None:
    for service in _BY_MODEL:
        emulator.SERVICE_HANDLERS[service] = _checked(service, emulator.SERVICE_HANDLERS[service])
    emulator.SERVICE_HANDLERS["s3"] = _with_short_keys(emulator.SERVICE_HANDLERS["s3"])


def _checked(service: str, original: Any) -> Any:
    model, code = _BY_MODEL[service]

    @functools.wraps(original)
    async def handle(method: str, path: str, headers: dict[str, str], body: bytes, query_params: Values) -> Any:
        call = _call(model, method, path, headers, body)
        if call is not None:
            operation, values = call
            said = declared_limits.violation(operation, values)
            if said is not None:
                return _refusal(operation, code, said)
            rule = _RULES.get((service, operation.name))
            if rule is not None and rule.size(values) > rule.most:
                return _refusal(operation, rule.code, rule.message)
        return await original(method, path, headers, body, query_params)

    return handle


def _call(
    service: str, method: str, path: str, headers: Mapping[str, str], body: bytes
) -> tuple[OperationModel, Values] | None:
    """The operation of a request and its values; None where it is none that can be read."""
    named = {name.lower(): value for name, value in headers.items()}
    target = named.get("x-amz-target", "").rpartition(".")[2]
    known = declared_limits.operations(service)
    if target:
        return (known[target], values) if target in known and (values := _json(body)) is not None else None
    if service == "lambda":
        found = declared_limits.by_route(service, method, unquote(path))
        if found is None or found[0].name == "Invoke":
            return None
        return found[0], {**(_json(body) or {}), **found[1]}
    values = {name: given[0] for name, given in parse_qs(body.decode("utf-8", "replace")).items()}
    action = values.get("Action", "")
    return (known[action], values) if action in known else None


def _json(body: bytes) -> dict[str, Any] | None:
    try:
        values = json.loads(body or b"{}")
    except ValueError:
        return None
    return values if isinstance(values, dict) else None


def _refusal(operation: OperationModel, code: str, message: str) -> Any:
    if operation.service_model.protocol == "query":
        return error_response_xml(code, message, 400)
    return error_response_json(code, message, 400)


def _with_short_keys(original: Any) -> Any:
    @functools.wraps(original)
    async def handle(method: str, path: str, headers: Any, body: bytes, query_params: Values, **more: Any) -> Any:
        key = unquote(path).lstrip("/").partition("/")[2]
        if len(key.encode("utf-8", "replace")) > _LONGEST_KEY_BYTES:
            return error_response_xml("KeyTooLongError", "Your key is too long", 400)
        return await original(method, path, headers, body, query_params, **more)

    return handle
