"""`python -m infra.local run|up|down|reset|logs`: the laptop cloud from the terminal."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from types import FrameType

from infra import shell
from infra.deploy.site_files import SiteFilesError
from infra.deploy.stacks import StackError
from infra.local.children import ChildError, end_left_over
from infra.local.demo import DEMO_USERS
from infra.local.layout import ROOT, Layout, LayoutError, from_environment
from infra.local.supervisor import AlreadyRunningError, Supervisor, forget_state, only_one, running_pid

SITE_FILES = ROOT / "frontend" / "dist"
UP_SECONDS = 120.0
DOWN_SECONDS = 40.0


def main(arguments: list[str]) -> int:
    """Run one command; every failure is one sentence."""
    commands: Mapping[str, Callable[[Layout], int]] = {"run": run, "up": up, "down": down, "reset": reset, "logs": logs}
    if len(arguments) != 1 or arguments[0] not in commands:
        sys.stderr.write(f"usage: python -m infra.local {'|'.join(commands)}\n")
        return 2
    try:
        return commands[arguments[0]](from_environment())
    except (AlreadyRunningError, ChildError, LayoutError, SiteFilesError, StackError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


def run(layout: Layout) -> int:
    """Bring the laptop cloud up and stay; Ctrl-C takes it down and keeps its state."""
    with only_one(layout):
        supervisor = Supervisor(layout, SITE_FILES)
        try:
            # They may come while the parts still start, and Ctrl-C even where a shell in the background ignores it.
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, _interrupt)
            supervisor.start()
            _print_welcome(layout)
            supervisor.keep()
        except KeyboardInterrupt:
            pass
        finally:
            sys.stdout.write("  stopping, and keeping the state\n")
            supervisor.stop()
    return 0


def up(layout: Layout) -> int:
    """Bring the laptop cloud up in the background; done when every part answers."""
    if running_pid(layout) is not None and layout.urls.exists():
        _print_welcome(layout)
        return 0
    layout.folder.mkdir(parents=True, exist_ok=True)
    layout.lock.touch()
    layout.logs.mkdir(exist_ok=True)
    if running_pid(layout) is None:
        # A crash has left it, and it would say that everything answers.
        layout.urls.unlink(missing_ok=True)
    log, errors = layout.logs / "supervisor.log", layout.logs / "supervisor-errors.log"
    with log.open("wb") as output, errors.open("wb") as refusals:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "infra.local", "run"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=refusals,
            start_new_session=True,
        )
    deadline = time.monotonic() + UP_SECONDS
    shown = 0
    while not layout.urls.exists():
        text = log.read_text(encoding="utf-8", errors="replace")
        sys.stdout.write(text[shown:])
        sys.stdout.flush()
        shown = len(text)
        if process.poll() is not None:
            sys.stderr.write(errors.read_text(encoding="utf-8", errors="replace"))
            return 1
        if time.monotonic() > deadline:
            raise ChildError(f"Not every part answered within {UP_SECONDS:.0f} s: see {layout.logs}, then `make down`.")
        time.sleep(0.1)
    _print_welcome(layout)
    return 0


def down(layout: Layout) -> int:
    """Take down what runs in the background, or what a crash left; the state stays."""
    pid = running_pid(layout)
    if pid is not None:
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + DOWN_SECONDS
    while pid is not None and running_pid(layout) == pid:
        if time.monotonic() > deadline:
            raise ChildError(f"The laptop cloud (pid {pid}) did not stop within {DOWN_SECONDS:.0f} s.")
        time.sleep(0.1)
    end_left_over(layout.folder / "children.json")
    return 0


def reset(layout: Layout) -> int:
    """Take everything down and forget the state."""
    down(layout)
    forget_state(layout)
    return 0


def logs(layout: Layout) -> int:
    """Follow what every part says."""
    files = sorted(str(path) for path in layout.logs.glob("*.log"))
    if not files:
        raise ChildError("There are no logs yet: `make up` starts the laptop cloud.")
    try:
        return subprocess.run(["tail", "-n", "20", "-F", *files], check=False).returncode  # noqa: S607
    except KeyboardInterrupt:
        return 0


def _interrupt(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt


def _print_welcome(layout: Layout) -> None:
    cache = "\n  Cache     public reads are repeated for up to a minute; X-Cache says which" if layout.cache else ""
    people = "\n".join(f"            {user.email}   {user.password}" for user in DEMO_USERS)
    sys.stdout.write(
        f"""
  Open      {layout.site}
  Mailbox   {layout.mailbox}
  API       {layout.site_api}/openapi.json{cache}
  Directly  {layout.api} (API), {layout.aws} (AWS), {layout.direct_site} (site)
  Sign in as
{people}

"""
    )
    sys.stdout.flush()


if __name__ == "__main__":
    shell.leave()
    sys.exit(main(sys.argv[1:]))
