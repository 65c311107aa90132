"""Brings the laptop cloud up part by part, keeps it up, and takes it down."""

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import TextIO, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.blog.site import FRESH
from infra.deploy import security_txt, site_files
from infra.deploy.site_files import SiteFilesError
from infra.local import stage
from infra.local.aws import client
from infra.local.children import (
    Child,
    ChildError,
    check_port_is_free,
    end_left_over,
    free_port,
    last_line,
    remember,
)
from infra.local.engine.function_host import SECRET_HEADER, host_secret
from infra.local.engine.guard import admin_token
from infra.local.engine_process import engine_python
from infra.local.keys import Keys, load_or_make, write_privately
from infra.local.layout import HOST, REGION, ROOT, STAGE, Layout
from infra.local.provision import provision
from infra.local.urls import browser_config, write_urls
from infra.local.watch import fingerprint

START_SECONDS = 60.0
RESTART_PAUSE_SECONDS = 1.0
LOOK_SECONDS = 0.5
PROBE_SECONDS = 5.0
# Each probe waits two seconds for an answer.
PROBES = 5
WATCHED = (
    *("app.py", "chalicelib", "infra/cache_settings.py", "infra/chalice_command.py", "infra/gateway_responses.py"),
    *("infra/local/gateway", "infra/stage_values.py"),
)

Result = TypeVar("Result")


@dataclass
class Supervisor:
    """The running laptop cloud. `say` writes for people."""

    layout: Layout
    site_files: Path
    say: Callable[[str], None] = print
    keys: Keys = field(init=False)
    children: list[Child] = field(default_factory=list)
    _stopping: bool = False
    _unanswered: int = 0
    _next_probe: float = 0.0

    def __post_init__(self) -> None:
        self.layout.folder.mkdir(parents=True, exist_ok=True)
        self.layout.logs.mkdir(exist_ok=True)
        self.keys = load_or_make(self.layout.keys)

    def start(self) -> None:
        """Bring everything up; on return every part answers and urls.json is written.

        Raises:
            ChildError: a port is taken or a part does not start.
            StackError: a template could not be applied.
        """
        layout = self.layout
        layout.urls.unlink(missing_ok=True)
        if end_left_over(self._noted):
            self.say("  ended what a crash had left running")
        for port, variable in (
            (layout.site_port, "SITE_PORT"),
            (layout.api_port, "API_PORT"),
            (layout.aws_port, "AWS_PORT"),
            (layout.dax_port, "DAX_PORT"),
            (layout.direct_port, "DIRECT_PORT"),
        ):
            # 0 is always free, and stands for what is not wanted.
            check_port_is_free(port, variable)
        self._step("AWS engine", lambda: self._run(self._engine()))
        outputs = self._step("stacks", lambda: provision(layout, self.keys))
        self._step("site files", lambda: self._upload(outputs))
        self._write_site_settings(outputs)
        # Before the event functions, which have the copies invalidated that it keeps.
        self._step("edge", lambda: self._run(self._edge()))
        environment = stage.environment(layout, self.keys, outputs)
        stage.link_project(layout)
        # The API alone: on AWS, event functions are outside the network that DAX is in.
        stage.write_chalice_values(layout, environment | {"DAX_ENDPOINT": layout.dax})
        if layout.dax_port:
            self._step("DAX", lambda: self._run(self._dax(environment)))
        # Before the event functions, which have the copies refreshed that it keeps.
        self._step("API", lambda: self._run(self._api()))
        self._step("event functions", lambda: self._run(self._functions(environment, outputs)))
        self._step("demo data", lambda: self._seed(environment))
        if layout.direct_port:
            self._step("direct site", lambda: self._run(self._site()))
        write_urls(layout, outputs)

    def keep(self) -> None:
        """Stay until told to stop: restart any part that dies, and the API if its code is saved or it hangs."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop_soon)
        code = [self.layout.project / name for name in WATCHED]
        seen, shown = fingerprint(code), fingerprint([self._last_built])
        while not self._stopping:
            time.sleep(LOOK_SECONDS)
            now = fingerprint(code)
            if (built := fingerprint([self._last_built])) != shown:
                shown = built
                self._show_build()
            if now != seen:
                seen = now
                self._restart("API", "its code was saved")
            for child in self.children:
                if child.ended() and not self._stopping:
                    # It starts with what is saved by now.
                    seen = fingerprint(code)
                    self._restart(child.name, "it had stopped")
            if not self._stopping and self._api_hangs():
                seen = fingerprint(code)
                self._restart("API", "it did not answer")

    def stop(self) -> None:
        """Take everything down, the engine last, so that it saves what the others did."""
        for child in reversed(self.children):
            child.stop()
        self.children.clear()
        self._noted.unlink(missing_ok=True)
        self.layout.urls.unlink(missing_ok=True)

    def _api_hangs(self) -> bool:
        """Whether the API has left the last probes of its health unanswered; asks when a probe is due."""
        api = next((child for child in self.children if child.name == "API"), None)
        if api is None or time.monotonic() < self._next_probe:
            return False
        self._unanswered = 0 if api.ready() else self._unanswered + 1
        self._next_probe = time.monotonic() + PROBE_SECONDS
        if self._unanswered < PROBES:
            return False
        self._unanswered = 0
        return True

    @property
    def _last_built(self) -> Path:
        """The file that a build of the site writes last."""
        return self.site_files / "assets.json"

    @property
    def _noted(self) -> Path:
        return self.layout.folder / "children.json"

    def _stop_soon(self, _: int, __: FrameType | None) -> None:
        self._stopping = True

    def _step(self, name: str, work: Callable[[], Result]) -> Result:
        started = time.perf_counter()
        result = work()
        self.say(f"  {name:<22}{time.perf_counter() - started:5.1f} s")
        return result

    def _run(self, child: Child) -> None:
        self.children.append(child)
        child.start()
        remember(self._noted, self.children)
        child.wait_until_ready(START_SECONDS)

    def _restart(self, name: str, reason: str) -> None:
        child = next(child for child in self.children if child.name == name)
        child.stop()
        child.start()
        remember(self._noted, self.children)
        before = self.children[: self.children.index(child)]
        try:
            # It may wait for one that has stopped meanwhile, and that only we can start.
            child.wait_until_ready(START_SECONDS, unless=lambda: any(other.ended() for other in before))
        except ChildError as error:
            self.say(f"  {error}")
            time.sleep(RESTART_PAUSE_SECONDS)
        else:
            self.say(f"  {name} started again: {reason}")

    def _upload(self, outputs: Mapping[str, str]) -> None:
        config = json.dumps(browser_config(self.layout, outputs), indent=1)
        with closing(client(self.layout, self.keys, "s3")) as s3:
            site_files.upload(s3, outputs["SiteBucket"], self.site_files)
            s3.put_object(
                Bucket=outputs["SiteBucket"],
                Key="config.json",
                Body=config.encode(),
                ContentType="application/json",
                CacheControl=FRESH,
            )
            security_txt.put(s3, outputs["SiteBucket"], self.layout.site, datetime.now(UTC))

    def _show_build(self) -> None:
        """Bring a new build to the bucket, and restart the edge, which forgets its copies by that."""
        outputs = json.loads(self.layout.outputs.read_text(encoding="utf-8"))
        try:
            self._upload(outputs)
        except (BotoCoreError, ClientError, OSError, SiteFilesError) as error:
            self.say(f"  the new build of the site is not shown: {error}")
        else:
            self._restart("edge", "the site was built")

    def _seed(self, environment: dict[str, str]) -> None:
        log = self.layout.logs / "demo.log"
        with log.open("ab") as output:
            done = subprocess.run(
                [sys.executable, "-m", "infra.local.seed"],
                cwd=ROOT,
                env={**os.environ, **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
        if done.returncode:
            raise ChildError(f"The demo data could not be written: {last_line(log)} (see {log})")

    def _engine(self) -> Child:
        port = self.layout.aws_port
        command = [
            str(engine_python()),
            "-m",
            "infra.local.engine",
            f"--port={port}",
            f"--state={self.layout.engine_state}",
        ]
        return Child(
            "AWS engine",
            [*command, *(f"--allow-origin={origin}" for origin in self.layout.origins)],
            {"AWS_ACCESS_KEY_ID": self.keys.access_key, "AWS_SECRET_ACCESS_KEY": self.keys.secret_key},
            ROOT,
            self.layout.logs / "engine.log",
            lambda: _answers(f"{self.layout.aws}/_local/health"),
        )

    def _dax(self, environment: dict[str, str]) -> Child:
        port = self.layout.dax_port
        return Child(
            "DAX",
            [sys.executable, "-m", "infra.local.dax", f"--port={port}", f"--names={self.layout.dax_names}"],
            environment,
            ROOT,
            self.layout.logs / "dax.log",
            lambda: _listens(port),
        )

    def _functions(self, environment: dict[str, str], outputs: dict[str, str]) -> Child:
        port = free_port()
        address = f"http://{HOST}:{port}"
        found_by = {"FUNCTION_HOST": address, "STREAM_FAILURES_ARN": outputs["StreamFailuresArn"]}
        return Child(
            "event functions",
            [sys.executable, "-m", "infra.local.functions.host", f"--port={port}"],
            environment | found_by,
            self.layout.project,
            self.layout.logs / "functions.log",
            lambda: _answers(f"{address}/", {SECRET_HEADER: host_secret(self.keys.secret_key)}),
        )

    def _api(self) -> Child:
        arguments = [
            "local",
            "--stage",
            STAGE,
            "--host",
            HOST,
            "--port",
            str(self.layout.api_port),
            "--no-autoreload",
        ]
        return Child(
            "API",
            [str(Path(sys.executable).with_name("chalice")), *arguments],
            {},
            self.layout.project,
            self.layout.logs / "api.log",
            lambda: _answers(f"{self.layout.api}/health"),
        )

    def _edge(self) -> Child:
        return Child(
            "edge",
            [sys.executable, "-m", "infra.local.edge", f"--port={self.layout.site_port}"],
            {"EDGE_SETTINGS": str(self._edge_settings)},
            ROOT,
            self.layout.logs / "edge.log",
            lambda: _answers(f"{self.layout.site}/config.json"),
        )

    def _site(self) -> Child:
        return Child(
            "direct site",
            [sys.executable, "-m", "infra.local.site", f"--port={self.layout.direct_port}"],
            {"SITE_SETTINGS": str(self._site_settings)},
            ROOT,
            self.layout.logs / "direct-site.log",
            lambda: _answers(f"{self.layout.direct_site}/config.json"),
        )

    @property
    def _edge_settings(self) -> Path:
        return self.layout.folder / "edge.json"

    @property
    def _site_settings(self) -> Path:
        return self.layout.folder / "site.json"

    def _write_site_settings(self, outputs: dict[str, str]) -> None:
        both = {
            "mail_url": f"{self.layout.aws}/_local/mail",
            "mail_token": admin_token(self.keys.secret_key),
            "bucket": {
                "bucket": outputs["SiteBucket"],
                "region": REGION,
                "endpoint": self.layout.aws,
                "access_key": self.keys.access_key,
                "secret_key": self.keys.secret_key,
            },
        }
        direct = {"files": str(self.site_files), "config": browser_config(self.layout, outputs, direct=True)}
        write_privately(self._site_settings, json.dumps(both | direct))
        edge = {
            "api": self.layout.api,
            "engine": self.layout.aws,
            "own_buckets": [outputs["MediaBucket"], outputs["ThumbnailsBucket"]],
            "origins": self.layout.origins,
        }
        write_privately(self._edge_settings, json.dumps(both | edge))


class AlreadyRunningError(Exception):
    """Another supervisor holds this installation."""


@contextmanager
def only_one(layout: Layout) -> Iterator[None]:
    """Hold the installation: the lock goes with the process, whatever ends it.

    Raises:
        AlreadyRunningError: another supervisor holds it.
    """
    layout.folder.mkdir(parents=True, exist_ok=True)
    with layout.lock.open("a+", encoding="utf-8") as file:
        if not _lock(file):
            raise AlreadyRunningError("The laptop cloud is running already: `make down` stops it.")
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def running_pid(layout: Layout) -> int | None:
    """The pid of the supervisor that holds the installation, if there is one."""
    try:
        with layout.lock.open("r+", encoding="utf-8") as file:
            while not _lock(file):
                file.seek(0)
                pid = file.read()
                if pid:
                    return int(pid)
                # It has the lock and has not yet said who it is.
                time.sleep(0.01)
    except OSError:
        pass
    return None


def forget_state(layout: Layout) -> None:
    """Remove everything the laptop cloud keeps."""
    shutil.rmtree(layout.folder, ignore_errors=True)


def _lock(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex((HOST, port)) == 0


def _answers(url: str, headers: Mapping[str, str] | None = None) -> bool:
    request = urllib.request.Request(url, headers=dict(headers or {}))  # noqa: S310 - our own address
    try:
        with urllib.request.urlopen(request, timeout=2):  # noqa: S310
            return True
    except (urllib.error.URLError, OSError):
        return False
