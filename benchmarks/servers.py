"""The stub's process, and what it has seen."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


@contextmanager
def stub(module: str = "benchmarks.stub", *arguments: str) -> Iterator[int]:
    """DynamoDB and the X-Ray daemon; its port."""
    with subprocess.Popen(
        [sys.executable, "-m", module, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None  # noqa: S101 - asked for above
        try:
            yield int(process.stdout.readline().split()[1])
        finally:
            process.terminate()


def seen(port: int) -> dict[str, Any]:
    """What the stub has seen since it was asked last."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/seen") as answer:
        told: dict[str, Any] = json.loads(answer.read())
        return told
