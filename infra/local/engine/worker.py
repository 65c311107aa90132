"""The process a deployed Python function runs in, as AWS's runtime would run it.

The engine starts it as a script of its own, with neither this package nor anything else of the engine on the path.
One JSON object a line: first how to start, then the invocations; one reply a line. Whatever the function prints
goes to standard error, which ends each invocation with `END_OF_LOG`.

https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html
https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
"""

import importlib
import json
import logging
import os
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

END_OF_LOG = "\x1eend of invocation"
ERROR = "__function_error__"

Handler = Callable[[Any, "Context"], Any]


class Context:
    """What a handler's second argument offers."""

    identity = None
    client_context = None

    def __init__(self, start: dict[str, Any], call: dict[str, Any]) -> None:
        self.function_name = start["function_name"]
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        self.invoked_function_arn = call.get("invoked_function_arn") or start["arn"]
        self.memory_limit_in_mb = start["memory"]
        self.aws_request_id = call["request_id"]
        self.log_group_name = f"/aws/lambda/{self.function_name}"
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME", "")
        self._deadline = time.time() + call["timeout_ms"] / 1000

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self._deadline - time.time()) * 1000))


def main() -> None:
    """Serve until standard input ends."""
    # The function may print, even from C: replies get a descriptor of their own.
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    start = json.loads(sys.stdin.readline())
    prepare(start)
    handler, failure = load(start)
    reply(replies, {"status": "ready", "cold": True})
    for line in sys.stdin:
        message = json.loads(line)
        outcome = failure or run(handler, message["event"], Context(start, message["ctx"]), message["ctx"])
        sys.stderr.write(f"{END_OF_LOG}\n")
        sys.stderr.flush()
        reply(replies, {"status": "ok", "result": outcome})


def reply(replies: Any, message: object) -> None:  # noqa: ANN401 - a text file
    replies.write(json.dumps(message) + "\n")
    replies.flush()


def prepare(start: dict[str, Any]) -> None:
    """The environment, import path and root logger a function finds."""
    os.environ.update(start.get("env", {}))
    os.environ.setdefault("AWS_EXECUTION_ENV", f"AWS_Lambda_python3.{sys.version_info.minor}")
    layers = [entry for entry in os.environ.get("_LAMBDA_LAYERS_DIRS", "").split(os.pathsep) if entry]
    sys.path[:0] = [start["code_dir"], *(os.path.join(layer, "python") for layer in layers)]  # noqa: PTH118
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("[%(levelname)s]\t%(asctime)s\t%(message)s"))
    logging.getLogger().addHandler(handler)
    install_depth = globals().get("_ms_install_invoke_depth")
    if install_depth is not None:  # the emulator puts it before this text
        install_depth()


def load(start: dict[str, Any]) -> tuple[Handler, dict[str, Any] | None]:
    """The handler, or the error every invocation answers with."""
    try:
        handler: Handler = getattr(importlib.import_module(start["module"]), start["handler"])
    except ImportError as error:
        message = f"Unable to import module '{start['module']}': {error}"
        return _nothing, {ERROR: _described("Runtime.ImportModuleError", message, error)}
    except AttributeError as error:
        message = f"Handler '{start['handler']}' missing on module '{start['module']}'"
        return _nothing, {ERROR: _described("Runtime.HandlerNotFound", message, error)}
    except Exception as error:  # noqa: BLE001 - whatever the module raises is the function's error
        return _nothing, {ERROR: _described(type(error).__name__, str(error), error)}
    return handler, None


def _nothing(event: object, context: Context) -> None:
    """Stands for a handler that could not be loaded."""


def run(handler: Handler, event: object, context: Context, call: dict[str, Any]) -> object:
    """The handler's result, or its exception as AWS reports it."""
    _set("_X_AMZN_TRACE_ID", call.get("trace_id"))
    _set("_MINISTACK_INVOKE_DEPTH", call.get("depth"))
    try:
        result = handler(event, context)
    except Exception as error:  # noqa: BLE001 - the runtime's work is to report it
        return {ERROR: _described(type(error).__name__, str(error), error)}
    try:
        json.dumps(result)
    except (TypeError, ValueError) as error:
        message = f"Unable to marshal response: {error}"
        return {ERROR: _described("Runtime.MarshalError", message, error)}
    return result


def _described(error_type: str, message: str, error: Exception) -> dict[str, Any]:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
    stack = traceback.format_list(frames)
    sys.stderr.write(f"[ERROR] {error_type}: {message}\nTraceback (most recent call last):\n{''.join(stack)}")
    return {"errorType": error_type, "errorMessage": message, "stackTrace": stack}


def _set(name: str, value: object) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = str(value)


if __name__ == "__main__":
    main()
