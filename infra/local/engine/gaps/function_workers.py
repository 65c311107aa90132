"""Deployed functions fail, log and scale as on AWS, and reach nothing beyond this machine.

AWS: an exception is reported by its class with a stack trace and leaves the environment warm; the runtime brings
boto3 and little else; concurrent invocations get environments of their own.
https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html

The emulator: reports every exception as `Runtime.HandlerError` and throws its worker away; a function sees all the
packages of the engine's environment; each invocation waits 50 ms for log lines; eight cold starts at once starve
each other; workers can connect anywhere.

Here: a worker script of our own, that ends each invocation's log with a mark; only the runtime's packages on the
path; at most one cold start a processor at a time, and a wait for a busy worker before another is started.
"""

import functools
import os
import queue
import sysconfig
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from infra.local.engine import outbound, worker

TARGETS = (
    "ministack.core.lambda_runtime:INVOKE_DEPTH_BOOTSTRAP",
    "ministack.core.lambda_runtime:Worker._drain_stderr_bounded(self, first_line_wait, idle_confirm, hard_cap)",
    "ministack.core.lambda_runtime:Worker._spawn(self)",
    "ministack.core.lambda_runtime:_PYTHON_WORKER_SCRIPT",
    "ministack.core.lambda_runtime:_detect_runtime_binary(runtime)",
    "ministack.core.lambda_runtime:_lock",
    "ministack.core.lambda_runtime:_worker_key(func_name, config, qualifier)",
    "ministack.core.lambda_runtime:_workers",
    "ministack.core.lambda_runtime:acquire_worker(func_name, config, code_zip, qualifier)",
    "ministack.services.lambda_svc:_execute_function_warm(func, event, request_id)",
    "ministack.services.lambda_svc:acquire_worker",
)
# What AWS's Python runtimes bring besides the standard library.
_RUNTIME_PACKAGES = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six.py", "urllib3")
_WARM_PER_FUNCTION = max(2, os.cpu_count() or 1)
_WAIT_SECONDS = 2.0
_LOG_SECONDS = 0.25
_cold_starts = threading.Semaphore(max(1, os.cpu_count() or 1))
_starting: set[Any] = set()


def apply() -> None:
    lambda_runtime._PYTHON_WORKER_SCRIPT = _script(_make_runtime())
    lambda_runtime.Worker._drain_stderr_bounded = _drain_to_the_mark(lambda_runtime.Worker._drain_stderr_bounded)
    lambda_runtime.Worker._spawn = _few_at_a_time(lambda_runtime.Worker._spawn)
    lambda_runtime.acquire_worker = lambda_svc.acquire_worker = _rather_wait(lambda_runtime.acquire_worker)
    lambda_svc._execute_function_warm = _with_errors(lambda_svc._execute_function_warm)


def _script(runtime: Path) -> str:
    path = f'sys.path[:] = [entry for entry in sys.path if "site-packages" not in entry] + [{str(runtime)!r}]\n'
    source = Path(worker.__file__).read_text()
    return f"{outbound.hook_source()}{path}{lambda_runtime.INVOKE_DEPTH_BOOTSTRAP}\n{source}"


def _make_runtime() -> Path:
    """A folder with the runtime's packages and nothing else of this environment."""
    folder = Path(tempfile.mkdtemp(prefix="runtime-"))
    for name in _RUNTIME_PACKAGES:
        (folder / name).symlink_to(Path(sysconfig.get_path("purelib")) / name)
    return folder


def _drain_to_the_mark(original: Any) -> Any:
    @functools.wraps(original)
    def drain(self: Any, *waits: float) -> str:
        if not str(self.config.get("Runtime", "python")).startswith("python"):
            return original(self, *waits)  # type: ignore[no-any-return]
        lines: list[str] = []
        until = time.monotonic() + _LOG_SECONDS
        while (left := until - time.monotonic()) > 0:
            try:
                line = self._stderr_queue.get(timeout=left)
            except queue.Empty:
                break
            if line == worker.END_OF_LOG:
                break
            lines.append(line)
        return "\n".join(lines)

    return drain


def _few_at_a_time(original: Any) -> Any:
    @functools.wraps(original)
    def spawn(self: Any) -> None:
        _starting.add(self)
        try:
            with _cold_starts:
                original(self)
        finally:
            _starting.discard(self)

    return spawn


def _rather_wait(original: Any) -> Any:
    @functools.wraps(original)
    def acquire(func_name: str, config: dict[str, Any], code: bytes, qualifier: str = "$LATEST", **more: Any) -> Any:
        key = lambda_runtime._worker_key(func_name, config, qualifier)
        since = time.time()
        while _soon_free(key, since):
            time.sleep(0.01)
        return original(func_name, config, code, qualifier=qualifier, **more)

    return acquire


def _soon_free(key: str, since: float) -> bool:
    """Whether every worker there may be is busy, and waiting for one is better than another.

    A function that invokes itself waits for a worker its own caller holds: nobody gets one then, and the wait ends.
    """
    with lambda_runtime._lock:
        workers = list(lambda_runtime._workers.get(key, []))
    if len(workers) < _WARM_PER_FUNCTION or not all(worker.in_use for worker in workers):
        return False
    last_lease = max(worker.last_used for worker in workers)
    return not _starting.isdisjoint(workers) or time.time() - max(last_lease, since) < _WAIT_SECONDS


def _with_errors(original: Any) -> Any:
    @functools.wraps(original)
    def execute(func: dict[str, Any], event: object, request_id: str) -> dict[str, Any]:
        result: dict[str, Any] = original(func, event, request_id)
        body = result.get("body")
        if isinstance(body, dict) and worker.ERROR in body:
            error = {**body[worker.ERROR], "requestId": request_id}
            return {**result, "body": error, "error": True, "function_error": "Unhandled"}
        return result

    return execute
