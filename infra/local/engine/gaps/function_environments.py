"""A function's environment has 4 KB at most.

AWS: CreateFunction and UpdateFunctionConfiguration measure the variables as one JSON text, and refuse more.
https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html

The emulator: takes any size.

Here: the text is measured first, for the API and for stacks.
"""

import functools
import json
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import lambda_svc
from ministack.services.cloudformation import provisioners

from infra.local.engine.gaps.stacks import Properties

TARGETS = (
    "ministack.core.responses:error_response_json",
    "ministack.services.cloudformation.provisioners:_RESOURCE_HANDLERS[AWS::Lambda::Function]",
    "ministack.services.lambda_svc:_create_function(data)",
    "ministack.services.lambda_svc:_update_config(name, data)",
)
MAX_BYTES = 4096
_FUNCTION = "AWS::Lambda::Function"


def apply() -> None:
    lambda_svc._create_function = _checked(lambda_svc._create_function)
    lambda_svc._update_config = _checked(lambda_svc._update_config)
    handlers = provisioners._RESOURCE_HANDLERS
    handler = handlers[_FUNCTION]
    handlers[_FUNCTION] = {
        **handler,
        "create": _checked_of_stack(handler["create"], at=1),
        "update": _checked_of_stack(handler["update"], at=2),
    }


def refusal(data: dict[str, Any]) -> str | None:
    """Lambda's sentence for an environment that is too large; None for one that fits."""
    variables = (data.get("Environment") or {}).get("Variables") or {}
    text = json.dumps(variables, separators=(",", ":"), ensure_ascii=False)
    if len(text.encode()) <= MAX_BYTES:
        return None
    return (
        "Lambda was unable to configure your environment variables because the environment variables you have "
        f"provided exceeded the 4KB limit. String measured: {text}"
    )


def _checked(original: Any) -> Any:
    @functools.wraps(original)
    def answer(*arguments: Any) -> Any:
        refused = refusal(arguments[-1])
        if refused is not None:
            return error_response_json("InvalidParameterValueException", refused, 400)
        return original(*arguments)

    return answer


def _checked_of_stack(original: Any, at: int) -> Any:
    """Check the properties, which are the argument at this place."""

    def provision(*arguments: Any) -> Any:
        properties: Properties = arguments[at]
        refused = refusal(properties)
        if refused is not None:
            raise ValueError(refused)
        return original(*arguments)

    return provision
