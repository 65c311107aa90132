"""Child processes of the laptop cloud: started in sessions of their own, watched, and ended by pid."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from infra.local.layout import HOST

STOP_SECONDS = 10.0


class ChildError(Exception):
    """A part could not be started; the message is one sentence for the terminal."""


@dataclass(slots=True)
class Child:
    """One part of the laptop cloud. `ready` says whether it answers."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    log: Path
    ready: Callable[[], bool]
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def start(self) -> None:
        """Start it; its output goes to its log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                list(self.command),
                cwd=self.folder,
                env={**os.environ, **self.environment, "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_ready(self, seconds: float, unless: Callable[[], bool] = lambda: False) -> None:
        """Wait until it answers, `unless` something comes in between.

        Raises:
            ChildError: it ended, did not answer in time, or something came in between.
        """
        deadline = time.monotonic() + seconds
        while not self.ready():
            if unless():
                raise ChildError(f"The {self.name} cannot start: another part has stopped.")
            if self.ended():
                raise ChildError(f"The {self.name} ended at once: {last_line(self.log)} (see {self.log})")
            if time.monotonic() > deadline:
                raise ChildError(f"The {self.name} did not answer within {seconds:.0f} s (see {self.log}).")
            time.sleep(0.05)

    def ended(self) -> bool:
        """Whether its process is gone."""
        return self.process is None or self.process.poll() is not None

    def stop(self) -> None:
        """End it and whatever it started: politely, then not."""
        if self.process is None:
            return
        _signal_group(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            _signal_group(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None


def check_port_is_free(port: int, variable: str) -> None:
    """Make sure that nobody listens on the port.

    Raises:
        ChildError: somebody does.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise ChildError(f"Port {port} is taken: stop what listens there, or set {variable}.") from error


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server((HOST, 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def remember(path: Path, children: Sequence[Child]) -> None:
    """Note which processes are ours, so that a start after a crash can end what the crash left running."""
    pids = [child.process.pid for child in children if child.process is not None]
    # In one step: a crash in between must not take the note before with it.
    new = path.with_suffix(".new")
    new.write_text(json.dumps({str(pid): _identity(pid) for pid in pids}), encoding="utf-8")
    new.replace(path)


def end_left_over(path: Path) -> int:
    """End the processes that an earlier run noted and left running; return how many there were."""
    try:
        noted: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return 0
    ours = [int(pid) for pid, identity in noted.items() if identity and _identity(int(pid)) == identity]
    for pid in ours:
        _signal_group(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    for pid in ours:
        while _identity(pid) and time.monotonic() < deadline:
            time.sleep(0.05)
        if _identity(pid):
            _signal_group(pid, signal.SIGKILL)
    path.unlink(missing_ok=True)
    return len(ours)


def last_line(log: Path) -> str:
    """The last thing a part said."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        lines = []
    return lines[-1] if lines else "it said nothing"


def _identity(pid: int) -> str:
    """When a process started and what it is, so that a reused pid is not taken for ours; empty if it is gone."""
    listed = subprocess.run(
        ["ps", "-ww", "-o", "lstart=,stat=,command=", "-p", str(pid)],  # noqa: S607 - found on the user's PATH
        # The same words whatever the terminal's width, language and time zone.
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC0"},
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    # Five words of time, then the state, which changes; Z is a process that is over.
    return "" if len(listed) < 7 or listed[5].startswith("Z") else " ".join(listed[:5] + listed[6:])


def _signal_group(pid: int, number: signal.Signals) -> None:
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return
