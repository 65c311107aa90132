"""The imported application, behind a port of its own: one process for all event functions.

`python -m infra.local.functions.worker`; it prints `ready PORT` and ends when its standard input does.
"""

import importlib
import json
import pkgutil
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.local.functions.calls import CallHandler
from infra.local.layout import HOST

ENGINE_SECONDS = 60.0
PAUSE_SECONDS = 0.2
# The services of which the application's clients send what may call a function.
_LEADING_ON = ("sqs", "sns")

_trace_id: ContextVar[str] = ContextVar("trace_id", default="")


@dataclass(slots=True)
class Context:
    """What Lambda hands to a function beside the event."""

    function_name: str
    aws_request_id: str
    invoked_function_arn: str
    memory_limit_in_mb: int
    deadline_ms: int
    function_version: str = field(default="$LATEST", init=False)

    def get_remaining_time_in_millis(self) -> int:
        """How long the function may still run."""
        return max(0, self.deadline_ms - int(time.time() * 1000))


def invoke(handlers: dict[str, Any], function: str, request: dict[str, Any]) -> dict[str, Any]:
    """Run one invocation; what the handler raises becomes Lambda's error."""
    handler = handlers.get(function.split("-", 2)[-1])
    if handler is None:
        return {"error": {"errorType": "UnknownFunction", "errorMessage": function, "stackTrace": []}}
    context = Context(
        function, request["request_id"], request["function_arn"], request["memory_mb"], request["deadline_ms"]
    )
    _trace_id.set(request.get("trace_id", ""))
    try:
        return {"result": handler(request["event"], context)}
    except Exception as error:  # noqa: BLE001 - Lambda's boundary
        traceback.print_exc()
        trace = traceback.format_tb(error.__traceback__)
        return {"error": {"errorType": type(error).__name__, "errorMessage": str(error), "stackTrace": trace}}


def carry_trace_on(params: dict[str, Any], **_: object) -> None:
    """Give a request of a function the trace header of its invocation, by which Lambda counts loops."""
    if _trace_id.get():
        params["headers"].setdefault("X-Amzn-Trace-Id", _trace_id.get())


def serve(handlers: dict[str, Any]) -> ThreadingHTTPServer:
    """Listen on a free port."""

    class Handler(CallHandler):
        def invoked(self, body: bytes) -> tuple[int, bytes]:
            function = self.path.split("/")[2]
            return 200, json.dumps(invoke(handlers, function, json.loads(body))).encode()

    server = ThreadingHTTPServer((HOST, 0), Handler)
    # So that closing it waits for what is being done.
    server.daemon_threads = False
    return server


def import_everything() -> None:
    """Import what handlers import when they run: no event waits for it, or is the first to meet a typing error."""
    import chalicelib  # noqa: PLC0415 - what this process is for

    for module in pkgutil.walk_packages(chalicelib.__path__, "chalicelib."):
        importlib.import_module(module.name)


def patiently(do: Callable[[], None], seconds: float = ENGINE_SECONDS) -> None:
    """Do what needs the engine, which may be starting again itself."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            do()
        except (BotoCoreError, ClientError):
            if time.monotonic() > deadline:
                raise
            time.sleep(PAUSE_SECONDS)
        else:
            return


def main() -> int:
    """Import the application, serve it, and end with the host."""
    from app import app  # noqa: PLC0415 - what this process is for
    from chalicelib.mail.clients import client  # noqa: PLC0415
    from infra.local.functions.registration import register  # noqa: PLC0415

    import_everything()
    patiently(lambda: register(app))
    for service in _LEADING_ON:
        client(service).meta.events.register("before-call", carry_trace_on)
    server = serve(app.handler_map)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"ready {server.server_address[1]}\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.shutdown()
    server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
