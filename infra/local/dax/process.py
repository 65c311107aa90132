"""Runs the local DAX as a process of its own, for tests and tools.

    with DaxProcess(environment) as dax:
        DaxCluster(dax.endpoint, "us-east-1")
        dax.tell("slow 2")

It keeps its port and its numbers of attribute names for the life of the object, so `kill` followed by `start` is a
restart.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).parents[3]
# Longer than a loaded machine needs; whoever waits for a line waits no longer.
ANSWER_SECONDS = 30.0
# What is silent or slow just then is not waited for.
GOODBYE_SECONDS = 5.0


class DaxFailedError(Exception):
    """The local DAX ended before it was ready."""


class DaxProcess:
    """One local DAX; `environment` names DynamoDB's endpoint, region and keys."""

    def __init__(
        self,
        environment: Mapping[str, str],
        *,
        item_seconds: float = 10.0,
        query_seconds: float = 1.0,
        certificate: Path | None = None,
    ) -> None:
        self.port = 0
        self._environment = environment
        self._options = [f"--item-seconds={item_seconds}", f"--query-seconds={query_seconds}"]
        self._scheme = "dax"
        if certificate is not None:
            self._options.append(f"--certificate={certificate}")
            self._scheme = "daxs"
        self._folder = tempfile.TemporaryDirectory(prefix="dax-", ignore_cleanup_errors=True)
        self._options.append(f"--names={Path(self._folder.name) / 'names.jsonl'}")
        self._process: subprocess.Popen[str] | None = None

    @property
    def endpoint(self) -> str:
        """The discovery address."""
        return f"{self._scheme}://localhost:{self.port}"

    def start(self) -> Self:
        """Start it and wait until it listens."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "infra.local.dax", f"--port={self.port}", *self._options],
            cwd=ROOT,
            env={**os.environ, **self._environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        line = self._line()
        if not line.startswith("ready "):
            self.kill()
            self._folder.cleanup()
            raise DaxFailedError(line or "It said nothing.")
        self.port = int(line.rpartition(":")[2])
        return self

    def tell(self, line: str) -> str:
        """Change its weather, or ask for its counts; return what it says, or "" if it has ended.

        One that says nothing for ANSWER_SECONDS is killed.
        """
        process = self._running()
        assert process.stdin is not None  # noqa: S101 - asked for above
        process.stdin.write(f"{line}\n")
        process.stdin.flush()
        return self._line()

    def counts(self) -> dict[str, int]:
        """Hits, misses and writes since it started."""
        counts: dict[str, int] = json.loads(self.tell("counts"))
        return counts

    def counts_by_signal(self) -> dict[str, int]:
        """The same, asked for as on a laptop where something else started it."""
        self._running().send_signal(signal.SIGUSR1)
        counts: dict[str, int] = json.loads(self._line())
        return counts

    def kill(self) -> None:
        """SIGKILL: no warning, as in a crash."""
        process = self._running()
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()
        self._process = None

    def stop(self) -> None:
        """SIGTERM, and SIGKILL if it does not go."""
        process = self._running()
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GOODBYE_SECONDS)
        self.kill()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._process is not None:
            self.stop()
        self._folder.cleanup()

    def _line(self) -> str:
        process = self._running()
        assert process.stdout is not None  # noqa: S101 - asked for above
        patience = threading.Timer(ANSWER_SECONDS, process.kill)
        patience.start()
        try:
            return process.stdout.readline().strip()
        finally:
            patience.cancel()

    def _running(self) -> "subprocess.Popen[str]":
        if self._process is None:
            raise DaxFailedError("It is not running.")
        return self._process
