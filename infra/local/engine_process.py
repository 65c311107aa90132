"""Starts and stops the local AWS engine as a process of its own, for tests and tools. Standard library only.

    with EngineProcess(state) as engine:
        boto3.client("s3", endpoint_url=engine.url, aws_access_key_id=engine.access_key, ...)
        engine.mail()

The engine keeps its port for the life of the object, so `kill` or `stop` followed by `start` is a restart.
"""

import json
import os
import secrets
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from infra.local.engine.guard import TOKEN_HEADER, admin_token

REGION = "us-east-1"
ROOT = Path(__file__).parents[2]
_START_SECONDS = 60
_STOP_SECONDS = 30


class EngineFailedError(Exception):
    """The engine ended before it was ready; the message is what it said."""


def engine_python() -> Path:
    """The interpreter of the engine's own environment: `ENGINE_PYTHON`, else `.venv-engine`."""
    folder = ROOT / ".venv-engine"
    own = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    return Path(os.environ.get("ENGINE_PYTHON", own))


class EngineProcess:
    """One engine with its state in `state_dir`. Root keys are made up unless given."""

    def __init__(
        self,
        state_dir: Path,
        *,
        python: Path | None = None,
        port: int = 0,
        origins: Sequence[str] = (),
        access_key: str | None = None,
        secret_key: str | None = None,
        snapshot_seconds: float = 2.0,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.state_dir = state_dir
        self.port = port
        self.access_key = access_key or f"LKIA{secrets.token_hex(8).upper()}"
        self.secret_key = secret_key or secrets.token_urlsafe(30)
        self.python = python or engine_python()
        self._options = [f"--snapshot-seconds={snapshot_seconds}", *(f"--allow-origin={o}" for o in origins)]
        self._environment = dict(environment or {})
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def token(self) -> str:
        """What `X-Engine-Token` must hold on `/_local/mail` and `/_local/reset`."""
        return admin_token(self.secret_key)

    @property
    def pid(self) -> int:
        if self._process is None:
            raise EngineFailedError("The engine is not running.")
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None

    @property
    def log(self) -> str:
        """What the engine has written to its standard error since this object was made."""
        path = self._log_path()
        return path.read_text(errors="replace") if path.exists() else ""

    def start(self) -> Self:
        """Start it and wait until it answers."""
        self.state_dir.mkdir(parents=True, exist_ok=True)
        command = [str(self.python), "-m", "infra.local.engine", f"--port={self.port}", f"--state={self.state_dir}"]
        keys = {"AWS_ACCESS_KEY_ID": self.access_key, "AWS_SECRET_ACCESS_KEY": self.secret_key}
        before = len(self.log)
        with self._log_path().open("a") as log:
            self._process = subprocess.Popen(
                [*command, *self._options],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT), **keys, **self._environment},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._process.stdout is not None  # noqa: S101 - asked for above
        for line in self._process.stdout:
            if line.startswith("ready "):
                self.port = int(line.strip().rpartition(":")[2])
                self.request("GET", "/_local/health")
                return self
        self._process.wait(_STOP_SECONDS)
        self._forget()
        raise EngineFailedError(self.log[before:].strip())

    def stop(self) -> int:
        """SIGTERM; returns the exit status once everything is saved."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL: no warning, as in a crash."""
        self._end(signal.SIGKILL)

    def mail(self) -> list[dict[str, Any]]:
        """Every mail SES sent, oldest first."""
        messages: list[dict[str, Any]] = self.request("GET", "/_local/mail")["messages"]
        return messages

    def reset(self) -> None:
        """Remove every resource and all state."""
        self.request("POST", "/_local/reset")

    def request(self, method: str, path: str) -> dict[str, Any]:
        request = urllib.request.Request(self.url + path, method=method, headers={TOKEN_HEADER: self.token})  # noqa: S310 - our own URL
        with urllib.request.urlopen(request, timeout=_START_SECONDS) as response:  # noqa: S310
            answer: dict[str, Any] = json.load(response)
        return answer

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self.running:
            self.stop()

    def _log_path(self) -> Path:
        return self.state_dir / "engine.log"

    def _end(self, signal_number: signal.Signals) -> int:
        if self._process is None:
            raise EngineFailedError("The engine is not running.")
        self._process.send_signal(signal_number)
        try:
            return self._process.wait(_STOP_SECONDS)
        finally:
            self._forget()

    def _forget(self) -> None:
        if self._process is not None:
            if self._process.poll() is None:
                self._process.kill()
                self._process.wait()
            if self._process.stdout is not None:
                self._process.stdout.close()
        self._process = None
