"""The process a deployed function runs in, spoken to as the engine does."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.engine import worker
from infra.local.engine_process import ROOT

CALL = {"request_id": "r-1", "timeout_ms": 3000, "trace_id": "t-1"}


class Worker:
    """A worker with one function's code, and what it wrote on standard error once it has ended."""

    def __init__(self, folder: Path, code: str, environment: dict[str, str] | None = None) -> None:
        (folder / "app.py").write_text(code)
        self._process = subprocess.Popen(
            [sys.executable, "-m", worker.__name__],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.say(
            function_name="greet",
            arn="arn:aws:lambda:us-east-1:000000000000:function:greet",
            memory=256,
            code_dir=str(folder),
            module="app",
            handler="handler",
            env={"COLOUR": "red", **(environment or {})},
        )
        assert self.hear() == {"status": "ready", "cold": True}

    def say(self, **message: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        heard: dict[str, Any] = json.loads(self._process.stdout.readline())
        return heard

    def invoke(self, event: object, **call: Any) -> Any:
        self.say(event=event, ctx={**CALL, **call})
        answer = self.hear()
        assert answer["status"] == "ok"
        return answer["result"]

    def error(self, event: object = None) -> dict[str, Any]:
        described: dict[str, Any] = self.invoke(event)[worker.ERROR]
        return described

    def end(self) -> str:
        """Close its input and return what it logged."""
        _, log = self._process.communicate(timeout=30)
        assert self._process.returncode == 0
        return log

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.communicate(timeout=30)


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Any]:
    made: list[Worker] = []

    def start(code: str, **options: Any) -> Worker:
        made.append(Worker(tmp_path, code, **options))
        return made[-1]

    yield start
    for one in made:
        one.close()


def test_a_handler_gets_its_event_environment_and_context(started: Any) -> None:
    code = """
import os
def handler(event, context):
    left = context.get_remaining_time_in_millis()
    return [event, os.environ["COLOUR"], context.function_name, context.memory_limit_in_mb, context.aws_request_id,
            context.invoked_function_arn, context.log_group_name, 0 < left <= 3000, os.environ.get("_X_AMZN_TRACE_ID")]
"""
    running = started(code)
    arn = "arn:aws:lambda:us-east-1:000000000000:function:greet"
    expected = [{"a": 1}, "red", "greet", 256, "r-1", arn, "/aws/lambda/greet", True, "t-1"]
    assert running.invoke({"a": 1}) == expected
    assert running.invoke(None, trace_id=None, invoked_function_arn=f"{arn}:live")[5:] == [
        f"{arn}:live", "/aws/lambda/greet", True, None
    ]  # fmt: skip


def test_what_a_handler_prints_is_its_log_and_never_a_reply(started: Any) -> None:
    code = """
import logging, os, sys
def handler(event, context):
    print("printed")
    os.write(1, b"written\\n")
    logging.getLogger().warning("logged")
    return "returned"
"""
    running = started(code)
    assert running.invoke(None) == "returned"
    log = running.end()
    assert log.endswith(f"{worker.END_OF_LOG}\n")
    for part in ("printed", "written", "[WARNING]"):
        assert part in log


def test_an_exception_is_described_and_the_next_invocation_works(started: Any) -> None:
    code = """
def handler(event, context):
    return 1 / event
"""
    running = started(code)
    error = running.error(0)
    assert (error["errorType"], error["errorMessage"]) == ("ZeroDivisionError", "division by zero")
    assert [line for line in error["stackTrace"] if "return 1 / event" in line]
    assert not [line for line in error["stackTrace"] if "worker.py" in line]
    assert running.invoke(2) == 0.5
    assert "[ERROR] ZeroDivisionError: division by zero" in running.end()


@pytest.mark.parametrize(
    ("code", "error_type", "message"),
    [
        ("import nothing_of_the_kind", "Runtime.ImportModuleError", "Unable to import module 'app'"),
        ("other = 1", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'app'"),
        ("raise RuntimeError('no settings')", "RuntimeError", "no settings"),
    ],
)
def test_code_that_does_not_load_says_why_at_each_invocation(
    started: Any, code: str, error_type: str, message: str
) -> None:
    running = started(code)
    for _ in range(2):
        error = running.error()
        assert error["errorType"] == error_type
        assert error["errorMessage"].startswith(message)


def test_a_result_that_is_no_json_is_an_error(started: Any) -> None:
    running = started("def handler(event, context): return {1, 2}")
    assert running.error()["errorType"] == "Runtime.MarshalError"


def test_layers_are_on_the_path(started: Any, tmp_path: Path) -> None:
    layer = tmp_path / "layer"
    (layer / "python").mkdir(parents=True)
    (layer / "python" / "shared_by_layer.py").write_text("VALUE = 7")
    code = "import shared_by_layer\ndef handler(event, context): return shared_by_layer.VALUE"
    assert started(code, environment={"_LAMBDA_LAYERS_DIRS": str(layer)}).invoke(None) == 7
