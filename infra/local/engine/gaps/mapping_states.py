"""Event source mappings pass through states in which they cannot be changed.

AWS: a mapping is Creating, and after a change Updating, for some seconds, reads nothing meanwhile, and refuses
changes and deletion with ResourceInUseException. A function has one mapping for a source; another is refused with
ResourceConflictException.
https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html
https://docs.aws.amazon.com/lambda/latest/api/API_DeleteEventSourceMapping.html

The emulator: a mapping is Enabled at once, takes every change, and may be there twice.

Here: AWS's states, for fractions of a second; a restart of the engine ends them. A deleted mapping is gone at once.
CloudFormation waits for a steady state, so mappings of stacks have one at once.
"""

import functools
import threading
import time
from typing import Any

from ministack.core.concurrency import esm_wake
from ministack.core.responses import error_response_json, json_response
from ministack.services import lambda_svc

TARGETS = (
    "ministack.core.concurrency:esm_wake",
    "ministack.core.responses:error_response_json",
    "ministack.core.responses:json_response",
    "ministack.services.lambda_svc:_create_esm(data)",
    "ministack.services.lambda_svc:_delete_esm(esm_id)",
    "ministack.services.lambda_svc:_esm_response(esm)",
    "ministack.services.lambda_svc:_esms",
    "ministack.services.lambda_svc:_iter_all_esms",
    "ministack.services.lambda_svc:_resolve_existing_esm_function(function_ref)",
    "ministack.services.lambda_svc:_update_esm(esm_id, data)",
)
CREATING_SECONDS = 0.4
UPDATING_SECONDS = 0.2

Mapping = dict[str, Any]
# By the mapping's id: the state that it is passing through, and when that ends.
_passing: dict[str, tuple[str, float]] = {}


def apply() -> None:
    lambda_svc._create_esm = _creating(lambda_svc._create_esm)
    lambda_svc._update_esm = _updating(lambda_svc._update_esm)
    lambda_svc._delete_esm = _deleting(lambda_svc._delete_esm)
    lambda_svc._esm_response = _with_state(lambda_svc._esm_response)
    lambda_svc._iter_all_esms = _only_steady(lambda_svc._iter_all_esms)


def state(uuid: str) -> str | None:
    """The state that a mapping is passing through; None where it is steady."""
    name, until = _passing.get(uuid, ("", 0.0))
    if time.monotonic() < until:
        return name
    _passing.pop(uuid, None)
    return None


def _begin(uuid: str, name: str, seconds: float) -> None:
    _passing[uuid] = (name, time.monotonic() + seconds)
    wake = threading.Timer(seconds, esm_wake.set)
    wake.daemon = True
    wake.start()


def _creating(original: Any) -> Any:
    @functools.wraps(original)
    def create(data: Mapping) -> Any:
        present = _same(data)
        if present is not None:
            message = (
                f'The event source arn (" {present["EventSourceArn"]} ") and function '
                f'(" {present["FunctionName"]} ") provided mapping already exists. '
                f"Please update or delete the existing mapping with UUID {present['UUID']}"
            )
            return error_response_json("ResourceConflictException", message, 409)
        before = set(lambda_svc._esms)
        answer = original(data)
        for uuid in set(lambda_svc._esms) - before:
            if lambda_svc._esms[uuid]["EventSourceArn"] == data.get("EventSourceArn"):
                _begin(uuid, "Creating", CREATING_SECONDS)
                answer = json_response(lambda_svc._esm_response(lambda_svc._esms[uuid]), 202)
        return answer

    return create


def _same(data: Mapping) -> Mapping | None:
    name, qualifier, error = lambda_svc._resolve_existing_esm_function(data.get("FunctionName", ""))
    if error:
        return None
    wanted = (name, qualifier, data.get("EventSourceArn"))
    for mapping in list(lambda_svc._esms.values()):
        if (mapping["FunctionName"], mapping.get("Qualifier"), mapping["EventSourceArn"]) == wanted:
            return dict(mapping)
    return None


def _updating(original: Any) -> Any:
    @functools.wraps(original)
    def update(esm_id: str, data: Mapping) -> Any:
        if state(esm_id) is not None:
            return _in_use("update")
        status, headers, body = original(esm_id, data)
        if status < 300:
            _begin(esm_id, "Updating", UPDATING_SECONDS)
            return json_response(lambda_svc._esm_response(lambda_svc._esms[esm_id]), 202)
        return status, headers, body

    return update


def _deleting(original: Any) -> Any:
    @functools.wraps(original)
    def delete(esm_id: str) -> Any:
        if state(esm_id) is not None:
            return _in_use("delete")
        return original(esm_id)

    return delete


def _in_use(verb: str) -> Any:
    message = f"Cannot {verb} the event source mapping because it is in use."
    return error_response_json("ResourceInUseException", message, 400)


def _with_state(original: Any) -> Any:
    @functools.wraps(original)
    def response(esm: Mapping) -> Mapping:
        shown: Mapping = original(esm)
        return {**shown, "State": state(esm["UUID"]) or shown["State"]}

    return response


def _only_steady(original: Any) -> Any:
    @functools.wraps(original)
    def mappings() -> Any:
        return [each for each in original() if state(each[2]["UUID"]) in {None, "Updating"}]

    return mappings
