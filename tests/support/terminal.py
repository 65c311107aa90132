"""A laptop cloud as somebody at a terminal has it: `python -m infra.local`, in a folder and on ports of its own."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from infra.local.children import end_left_over
from infra.local.keys import load_or_make
from infra.local.layout import ROOT, Layout
from infra.local.supervisor import Supervisor, running_pid
from tests.support.laptop import Laptop, free_ports, until

# A shell of another project: keys, profile, endpoints and proxies that nothing of a laptop cloud may use.
FOREIGN_SHELL = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "another account's",
    "AWS_SESSION_TOKEN": "another account's",
    "AWS_PROFILE": "nosuch",
    "AWS_DEFAULT_PROFILE": "nosuch",
    "AWS_REGION": "us-west-2",
    "AWS_DEFAULT_REGION": "us-west-2",
    "AWS_CONFIG_FILE": "/nosuch/config",
    "AWS_CA_BUNDLE": "/nosuch/ca.pem",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9",
    "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:9",
    "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": "http://127.0.0.1:9",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "AWS_USE_DUALSTACK_ENDPOINT": "true",
    "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/other",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/nosuch/token",
    "AWS_LAMBDA_FUNCTION_NAME": "other",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "ALL_PROXY": "http://127.0.0.1:9",
    "http_proxy": "http://127.0.0.1:9",
    "NODE_ENV": "production",
    "NODE_OPTIONS": "--no-such-option",
    "PYTHONPATH": "/nosuch",
    "PYTHONSTARTUP": "/nosuch.py",
    "PIP_USER": "1",
    "STAGE": "prod",
    "TODOS_TABLE": "mytodolist-prod-todos",
    "TRACING": "sdk",
    "DAX_ENDPOINT": "daxs://other.example.com",
    "STREAM_FAILURES_ARN": "arn:aws:sqs:us-west-2:123456789012:other",
}

# What stands in each part's command line.
PARTS = {
    "engine": "infra.local.engine",
    "functions": "functions.host",
    "API": "chalice",
    "site": "infra.local.site",
    "edge": "infra.local.edge",
}


@dataclass(frozen=True)
class Terminal:
    """Somebody at a terminal."""

    layout: Layout

    @classmethod
    def open(cls, folder: Path) -> "Terminal":
        site, api, aws, direct = free_ports(4)
        return cls(Layout(folder, folder / "project", site, api, aws, direct_port=direct))

    @classmethod
    @contextmanager
    def brought_up(cls, folder: Path) -> Iterator["Terminal"]:
        """One with a laptop cloud that `up` has started, from code of its own."""
        terminal = cls.open(folder)
        terminal.layout.folder.mkdir(parents=True)
        terminal.layout.lock.touch()
        terminal.own_code()
        try:
            done = terminal.command("up")
            assert done.returncode == 0, done.stdout + done.stderr
            yield terminal
        finally:
            terminal.clean()

    def command(self, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end."""
        with self.begin(*arguments, **environment) as process:
            out, err = process.communicate(timeout=180)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    @contextmanager
    def begin(
        self, *arguments: str, ctrl_c: signal.Handlers = signal.SIG_DFL, **environment: str
    ) -> Iterator["subprocess.Popen[str]"]:
        """Run a command, in a process group of its own, which a test that fails does not wait for.

        Ctrl-C is as in the foreground of a terminal, whoever runs the tests; shells have it ignored in the background.
        """
        own = {
            "LOCAL_FOLDER": str(self.layout.folder),
            "SITE_PORT": str(self.layout.site_port),
            "API_PORT": str(self.layout.api_port),
            "AWS_PORT": str(self.layout.aws_port),
            "DIRECT_PORT": str(self.layout.direct_port),
        }
        # What is started has it as its parent has it.
        before = signal.signal(signal.SIGINT, ctrl_c)
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", "infra.local", *arguments],
                cwd=ROOT,
                env={**os.environ, **FOREIGN_SHELL, **own, **environment},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
        finally:
            signal.signal(signal.SIGINT, before)
        with process:
            try:
                yield process
            except BaseException:
                process.kill()
                raise

    def parts(self) -> dict[str, int]:
        """The running parts and their pids, as the supervisor has noted them."""
        try:
            noted: Mapping[str, str] = json.loads((self.layout.folder / "children.json").read_text())
        except (OSError, ValueError):
            return {}
        return {name: int(pid) for pid, words in noted.items() for name, word in PARTS.items() if word in words}

    def laptop(self, opened: ExitStack) -> Laptop:
        """The running cloud as other tests know it."""
        supervisor = Supervisor(self.layout, ROOT, say=lambda _: None)
        assert supervisor.keys == load_or_make(self.layout.keys)
        return Laptop(self.layout, supervisor, json.loads(self.layout.urls.read_text()), opened)

    def answers(self, url: str) -> bool:
        try:
            return httpx.get(url, timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def everything_answers(self) -> bool:
        health = (f"{self.layout.api}/health", f"{self.layout.site}/config.json", f"{self.layout.aws}/_local/health")
        return all(map(self.answers, health))

    def nothing_runs(self) -> bool:
        return running_pid(self.layout) is None and not any(map(alive, self.parts().values()))

    def kill_supervisor(self) -> None:
        """End the supervisor as a crash does."""
        pid = running_pid(self.layout)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        until(lambda: running_pid(self.layout) is None)

    def own_code(self) -> Path:
        """Give the project a copy of the application's code, so that a test may save a file of it."""
        shutil.copytree(
            ROOT / "chalicelib", self.layout.project / "chalicelib", ignore=shutil.ignore_patterns("__pycache__")
        )
        return self.layout.project / "chalicelib"

    def clean(self) -> None:
        """Leave nothing running, whatever a test has done."""
        pid = running_pid(self.layout)
        if pid is not None:
            os.kill(pid, signal.SIGTERM)
            deadline = time.monotonic() + 60
            while running_pid(self.layout) is not None and time.monotonic() < deadline:
                time.sleep(0.1)
        end_left_over(self.layout.folder / "children.json")


def alive(pid: int) -> bool:
    """Whether a process runs; one that is over and not yet waited for does not."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout  # noqa: S607
    return bool(state.strip()) and not state.strip().startswith("Z")


def everything_listed(api: Any, path: str) -> list[dict[str, Any]]:
    """Every item of a list, page by page."""
    items: list[dict[str, Any]] = []
    cursor: Mapping[str, str] = {}
    while True:
        page = api.get(path, params={"limit": "100", **cursor}).json()
        items += page["items"]
        if page["next"] is None:
            return items
        cursor = {"cursor": page["next"]}
