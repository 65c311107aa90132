"""`python -m infra.local …`: what each command does, and one sentence for each failure."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from infra.local import __main__ as commands
from infra.local.children import ChildError
from infra.local.demo import DEMO_USERS
from infra.local.layout import ROOT, Layout
from infra.local.supervisor import only_one

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path / "local", tmp_path / "project", 1, 2, 3)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a command as a terminal does, with a folder of its own."""

    def command(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        usual: Mapping[str, str] = {"PATH": "/usr/bin:/bin", "LOCAL_FOLDER": str(tmp_path / "local")}
        return subprocess.run(
            [sys.executable, "-m", "infra.local", *arguments],
            cwd=ROOT,
            env={**usual, **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return command


@pytest.mark.parametrize("arguments", [[], ["start"], ["up", "now"], ["--help"]])
def test_what_is_no_command_is_told_which_there_are(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(arguments) == 2
    assert capsys.readouterr().err == "usage: python -m infra.local run|up|down|reset|logs\n"


def test_a_layout_that_cannot_be_is_one_sentence(run: Run) -> None:
    done = run("up", SITE_PORT="many")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "SITE_PORT must be a port between 1 and 65535, not 'many'.\n"


def test_without_a_laptop_cloud_there_are_no_logs(run: Run) -> None:
    done = run("logs")
    assert (done.returncode, done.stderr) == (1, "There are no logs yet: `make up` starts the laptop cloud.\n")


def test_taking_down_what_does_not_run_is_fine(run: Run, tmp_path: Path) -> None:
    assert [run(command).returncode for command in ("down", "reset", "down")] == [0, 0, 0]
    assert not (tmp_path / "local").exists()


def test_up_where_everything_runs_already_says_where_it_is(layout: Layout, capsys: pytest.CaptureFixture[str]) -> None:
    with only_one(layout):
        layout.urls.write_text("{}")
        assert commands.up(layout) == 0
    said = capsys.readouterr().out
    assert layout.site in said
    assert layout.mailbox in said
    assert f"{layout.site_api}/openapi.json" in said
    assert all(user.email in said and user.password in said for user in DEMO_USERS)


def test_taking_down_ends_what_a_crash_left(layout: Layout) -> None:
    layout.folder.mkdir()
    noted = layout.folder / "children.json"
    noted.write_text(json.dumps({"4194304": "gone long ago"}))
    assert commands.down(layout) == 0
    assert not noted.exists()


HOLD = """
import signal, sys, time
from pathlib import Path
from infra.local.layout import Layout
from infra.local.supervisor import only_one
signal.signal(signal.SIGTERM, signal.SIG_IGN)
with only_one(Layout(Path(sys.argv[1]), Path(), 1, 2, 3)):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_laptop_cloud_that_does_not_stop_is_named(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "DOWN_SECONDS", 0.1)
    command = [sys.executable, "-c", HOLD, str(layout.folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(ChildError, match=rf"The laptop cloud \(pid {process.pid}\) did not stop within 0 s"):
            commands.down(layout)
        process.kill()


def test_resetting_forgets_the_state_and_keeps_others(layout: Layout, tmp_path: Path) -> None:
    layout.engine_state.mkdir(parents=True)
    (tmp_path / "letters").touch()
    assert commands.reset(layout) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["letters"]


def test_logs_of_every_part_are_followed(
    layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    # given a `tail` that only says what it was asked
    tail = tmp_path / "bin" / "tail"
    tail.parent.mkdir()
    tail.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    tail.chmod(0o755)
    monkeypatch.setenv("PATH", str(tail.parent), prepend=":")
    layout.logs.mkdir(parents=True)
    for name in ("site.log", "api.log", "notes.txt"):
        (layout.logs / name).touch()
    # when the logs are followed
    assert commands.logs(layout) == 0
    # then it is all of them, and nothing else
    assert capfd.readouterr().out.split() == ["-n", "20", "-F", f"{layout.logs}/api.log", f"{layout.logs}/site.log"]
