"""Functions with `LOCAL_FUNCTION_HOST` run from the working tree.

AWS: runs the deployed package.

The emulator: runs the deployed package too, in a worker process.

Here: a function whose environment names a host is sent there; `infra.local.engine.function_host` says how.
Concurrency, logs, retries and destinations stay the emulator's.
"""

import functools
import os
import time
from typing import Any

from ministack.services import lambda_svc

from infra.local.engine.function_host import VARIABLE, Invocation, Outcome, host_secret, invoke

TARGETS = (
    "ministack.services.lambda_svc:_emit_lambda_logs(func, request_id, log_text, error, duration_ms)",
    "ministack.services.lambda_svc:_execute_function_dispatch(func, config, event, request_id, started)",
    "ministack.services.lambda_svc:_xray_trace_id_for_invocation(config, inbound_trace_header)",
)
_DEFAULT_TIMEOUT = 3


def apply() -> None:
    lambda_svc._execute_function_dispatch = _to_the_host(lambda_svc._execute_function_dispatch)


def _to_the_host(original: Any) -> Any:
    @functools.wraps(original)
    def dispatch(
        function: dict[str, Any], config: dict[str, Any], event: object, request_id: str, started: float
    ) -> dict[str, Any]:
        host = ((config.get("Environment") or {}).get("Variables") or {}).get(VARIABLE)
        if not host:
            return original(function, config, event, request_id, started)  # type: ignore[no-any-return]
        outcome = invoke(
            host,
            Invocation(
                function=config["FunctionName"],
                arn=config["FunctionArn"],
                event=event,
                request_id=request_id,
                timeout=float(config.get("Timeout") or _DEFAULT_TIMEOUT),
                memory_mb=int(config.get("MemorySize") or 128),
                trace_id=lambda_svc._xray_trace_id_for_invocation(config) or "",
            ),
            host_secret(os.environ["AWS_SECRET_ACCESS_KEY"]),
        )
        milliseconds = int((time.time() - started) * 1000)
        lambda_svc._emit_lambda_logs(function, request_id, outcome.log, outcome.error is not None, milliseconds)
        return _as_the_emulators(outcome)

    return dispatch


def _as_the_emulators(outcome: Outcome) -> dict[str, Any]:
    if outcome.error is None:
        return {"body": outcome.result, "log": outcome.log}
    return {"body": outcome.error, "error": True, "function_error": "Unhandled", "log": outcome.log}
