"""No operation runs unless IAM has allowed the call, for a caller whose signature was verified.

AWS: a request is authenticated, then authorised, then carried out; what is not allowed is denied.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html

The emulator: runs what no check has refused, and takes a key's owner for the caller where it has not verified the
signature itself.

Here: a verdict is kept with the call, and the service asks for it. A key counts only with its signature.
"""

import functools
from typing import Any

from ministack import app as emulator
from ministack.core import iam_actions
from ministack.core import iam_evaluator as evaluator

from infra.local.engine.gaps.call_names import current_call

TARGETS = (
    "ministack.app:SERVICE_HANDLERS[dynamodb]",
    "ministack.core.iam_actions:access_denied_response(service, action, principal_arn, request_id)",
    "ministack.core.iam_evaluator:AuthError(code, message)",
    "ministack.core.iam_evaluator:_verified_key",
    "ministack.core.iam_evaluator:enforce(access_key_id, iam_action, service, region, resource_arn, service_context)",
)


def apply() -> None:
    evaluator.enforce = _recorded(evaluator.enforce)
    for name, handler in emulator.SERVICE_HANDLERS.items():
        emulator.SERVICE_HANDLERS[name] = _if_allowed(name, handler)


def _recorded(original: Any) -> Any:
    @functools.wraps(original)
    def enforce(access_key_id: str, *request: Any, **context: Any) -> Any:
        refused = original(access_key_id, *request, **context)
        if refused is not None:
            return refused
        if access_key_id and evaluator._verified_key.get() != access_key_id:
            message = "The request signature we calculated does not match the signature you provided."
            return evaluator.AuthError("SignatureDoesNotMatch", message)
        call = current_call()
        if call is not None:
            call.allowed = True
        return None

    return enforce


def _if_allowed(service: str, original: Any) -> Any:
    @functools.wraps(original)
    async def handle(method: str, path: str, headers: Any, body: bytes, query_params: Any, **more: Any) -> Any:
        call = current_call()
        # A service that another one calls for itself acts within that one's call.
        if call is not None and call.service == service and not call.allowed:
            return iam_actions.access_denied_response(service, call.action, "anonymous", "", headers=headers)
        return await original(method, path, headers, body, query_params, **more)

    return handle
