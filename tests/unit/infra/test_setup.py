"""Setting up a fresh machine: each step once, again only when what it depends on has changed, and clear failures."""

import io
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from infra import setup
from infra.setup import SetupError

Say = Callable[[str, str], Path]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of the test's own, on a machine with no commands but `sh`."""
    root = tmp_path / "project"
    (root / "frontend" / "src").mkdir(parents=True)
    (root / "frontend" / "package-lock.json").write_text("{}")
    (root / "frontend" / "src" / "main.ts").write_text("1")
    (root / "requirements-dev.txt").write_text("# pinned\n")
    monkeypatch.setattr(setup, "ROOT", root)
    monkeypatch.setattr(setup, "FRONTEND", root / "frontend")
    monkeypatch.setattr(setup, "MAC_BROWSER", root / "no such application")
    monkeypatch.setattr(setup.venv, "create", make_environment)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("CHROMIUM", raising=False)
    (tmp_path / "bin").mkdir()
    return root


@pytest.fixture
def calls(tmp_path: Path) -> Callable[[], list[str]]:
    """What the hand-written commands were called with since last asked."""
    log = tmp_path / "calls"
    log.touch()

    def take() -> list[str]:
        lines = log.read_text().splitlines()
        log.write_text("")
        return lines

    return take


@pytest.fixture
def command(tmp_path: Path, project: Path) -> Say:
    """Put a command on the PATH that writes down its call and then runs `script`."""

    def put(name: str, script: str = "") -> Path:
        return write_command(tmp_path / "bin" / name, f"echo {name} $* >> {tmp_path}/calls\n{script}")

    return put


def write_command(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def make_environment(folder: Path, *, with_pip: bool, symlinks: bool) -> None:
    """What `venv.create` does, in small: its `python` writes down its call, and `npm` comes with a Node."""
    assert with_pip
    assert symlinks == (os.name != "nt")
    log = folder.parent.parent / "calls"
    write_command(
        folder / "bin" / "python", f'[ "$1" = -c ] || echo python "$@" >> {log}\n[ ! -e {folder.parent}/broken ]'
    )
    write_command(folder / "bin" / "npm", f"echo our npm $* >> {log}")


# --- Python environments


def test_an_environment_holds_what_is_pinned_by_hash_and_is_made_once(
    project: Path, calls: Callable[[], list[str]]
) -> None:
    setup.app()
    (call,) = calls()
    assert call.startswith("python -m pip install")
    assert call.endswith(f"--require-hashes -r {project}/requirements-dev.txt")
    setup.app()
    assert calls() == []


def test_an_environment_is_made_again_when_its_pins_change(project: Path, calls: Callable[[], list[str]]) -> None:
    setup.app()
    (project / ".venv" / "left-over").touch()
    (project / "requirements-dev.txt").write_text("# pinned otherwise\n")
    calls()
    setup.app()
    assert len(calls()) == 1
    assert not (project / ".venv" / "left-over").exists()


def test_an_environment_is_made_again_when_its_python_is_gone(project: Path, calls: Callable[[], list[str]]) -> None:
    setup.app()
    calls()
    (project / ".venv" / "bin" / "python").unlink()
    setup.app()
    assert len(calls()) == 1


def test_an_environment_is_made_again_by_another_python(
    project: Path, calls: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    # given an environment of one Python
    assert sys.base_prefix in setup.interpreter()
    assert sys.version in setup.interpreter()
    setup.app()
    (project / ".venv" / "left-over").touch()
    calls()
    # when make is run with another, as make deploy PYTHON=python3.13 does
    monkeypatch.setattr(setup, "interpreter", lambda: "/opt/python3.13 3.13.1")
    setup.app()
    # then nothing of the first is left
    assert len(calls()) == 1
    assert not (project / ".venv" / "left-over").exists()


def test_a_failed_installation_is_one_sentence_after_pips_own_words_and_is_tried_again(
    project: Path, calls: Callable[[], list[str]]
) -> None:
    (project / "broken").touch()
    for _ in range(2):
        with pytest.raises(SetupError, match=r"^requirements-dev.txt could not be installed \(see above\)\.$"):
            setup.app()
    (project / "broken").unlink()
    setup.app()
    assert len(calls()) == 3


def test_each_environment_has_its_own_pins(project: Path) -> None:
    for step, folder, pins in (
        (setup.engine, ".venv-engine", "infra/local/engine/requirements.txt"),
        (setup.checkov, ".venv-checkov", "requirements-checkov.txt"),
        (setup.mutation, ".venv-mutation", "requirements-mutation.txt"),
    ):
        (project / pins).parent.mkdir(parents=True, exist_ok=True)
        (project / pins).write_text("")
        step()
        assert (project / folder / setup.STAMP).exists()


# --- the front end

GOOD_NODE = "echo v24.19.0"


def test_the_front_end_is_built_once(project: Path, command: Say, calls: Callable[[], list[str]]) -> None:
    command("node", GOOD_NODE)
    command("npm", f"/bin/mkdir -p {project}/frontend/node_modules {project}/frontend/dist")
    setup.frontend()
    assert [call for call in calls() if call.startswith("npm")] == [
        "npm ci --include=dev --no-audit --no-fund --loglevel=error",
        "npm run build --silent",
    ]
    setup.frontend()
    assert calls() == []


def test_a_saved_source_is_built_again_without_installing(
    project: Path, command: Say, calls: Callable[[], list[str]]
) -> None:
    command("node", GOOD_NODE)
    command("npm", f"/bin/mkdir -p {project}/frontend/node_modules {project}/frontend/dist")
    setup.frontend()
    calls()
    (project / "frontend" / "src" / "main.ts").write_text("2")
    setup.frontend()
    assert [call for call in calls() if call.startswith("npm")] == ["npm run build --silent"]


def test_what_the_build_makes_is_no_reason_to_build(
    project: Path, command: Say, calls: Callable[[], list[str]]
) -> None:
    command("node", GOOD_NODE)
    command("npm", f"/bin/mkdir -p {project}/frontend/node_modules {project}/frontend/dist")
    setup.frontend()
    calls()
    (project / "frontend" / "dist" / "index.html").write_text("new")
    (project / "frontend" / "node_modules" / "x.js").write_text("new")
    setup.frontend()
    assert calls() == []


def test_a_failed_build_says_which_command_failed(project: Path, command: Say) -> None:
    command("node", GOOD_NODE)
    command("npm", "exit 1")
    with pytest.raises(SetupError, match=r"`npm run build` failed \(see above\)"):
        setup.npm("run", "build")


@pytest.mark.parametrize("node", [None, "echo v18.20.1", "echo v20.18.9", "echo what?", "exit 1"])
def test_a_machine_without_a_good_node_gets_one_of_its_own(
    project: Path, command: Say, calls: Callable[[], list[str]], node: str | None
) -> None:
    command("npm")
    if node is not None:
        command("node", node)
    for _ in range(2):
        setup.npm("ci")
    made = [call for call in calls() if not call.startswith("node")]
    assert made[0].endswith(f"pip install --quiet {setup.NODE_PACKAGE}")
    assert made[1:] == ["our npm ci"] * 2


@pytest.mark.parametrize("node", ["echo v20.19.0", "echo v24.0.0", "echo v100.1.2"])
def test_a_good_node_is_used(project: Path, command: Say, calls: Callable[[], list[str]], node: str) -> None:
    command("npm")
    command("node", node)
    setup.npm("ci")
    assert calls()[-1] == "npm ci"
    assert not (project / ".venv-node").exists()


def test_a_command_that_is_not_there_is_a_sentence_too(project: Path) -> None:
    with pytest.raises(SetupError, match="`npm ci` failed"):
        setup._run([str(project / "npm"), "ci"], "`npm ci` failed")


# --- the browser


def test_a_browser_that_is_there_is_used(command: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    assert setup.find_browser() is None
    chrome = command("google-chrome")
    assert setup.find_browser() == str(chrome)
    setup.browser()
    monkeypatch.setenv("CHROMIUM", "/opt/named")
    assert setup.find_browser() == "/opt/named"


def test_a_mac_has_its_browser_elsewhere(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "MAC_BROWSER", project)
    assert setup.find_browser() == str(project)


def test_a_browser_that_is_not_there_is_installed(
    command: Say, calls: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    command("apt-get")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    setup.browser()
    update, install = "apt-get -qq update", "apt-get -qq install -y --no-install-recommends"
    assert calls() == [update, f"{install} chromium", update, f"{install} chromium-headless-shell"]


def test_a_debian_without_the_headless_shell_goes_on_with_the_browser(
    command: Say, calls: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    chromium = command("chromium")
    command("apt-get", 'case "$*" in *headless-shell) exit 100 ;; esac')
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    setup.browser()
    assert calls()[-1] == "apt-get -qq install -y --no-install-recommends chromium-headless-shell"
    assert setup.find_headless_shell() == str(chromium)


def test_the_headless_shell_is_installed_without_asking_only(
    command: Say, calls: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("chromium", "apt-get", "sudo"):
        command(name)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    setup.browser()
    assert calls() == []


def test_the_headless_shell_is_used_where_it_is(command: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    chromium, shell = command("chromium"), command("chromium-headless-shell")
    assert setup.find_headless_shell() == str(shell)
    assert setup.find_browser() == str(chromium)
    monkeypatch.setenv("CHROMIUM", "/opt/named")
    assert setup.find_headless_shell() == "/opt/named"


def test_installing_needs_root_or_sudo(
    command: Say, calls: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    command("apt-get")
    with pytest.raises(SetupError, match="need Chromium or Chrome: install it, or name its path in CHROMIUM"):
        setup.browser()
    command("sudo")
    setup.browser()
    assert calls()[0].startswith("sudo -n /")


def test_without_a_package_manager_the_hint_is_all_there_is(project: Path) -> None:
    with pytest.raises(SetupError, match="name its path in CHROMIUM"):
        setup.browser()


# --- njs


def test_njs_that_is_not_there_is_installed(
    command: Say, calls: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SetupError, match="need nginx's njs: install it"):
        setup.njs()
    command("apt-get")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    setup.njs()
    assert calls() == ["apt-get -qq update", "apt-get -qq install -y --no-install-recommends njs"]
    command("njs")
    setup.njs()
    assert calls() == []


# --- the steps


def test_steps_are_run_by_name_each_with_its_time(
    project: Path, command: Say, capsys: pytest.CaptureFixture[str]
) -> None:
    command("chromium")
    assert setup.main(["app", "browser"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert sorted(line.split("  ")[1] for line in lines) == ["Python environment", "browser for the tests"]
    assert all(line.endswith(" s") for line in lines)


def test_a_step_that_fails_fails_the_run_with_its_sentence_and_lets_the_others_finish(
    project: Path, calls: Callable[[], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert setup.main(["browser", "app"]) == 1
    said = capsys.readouterr()
    assert said.err.strip().startswith("The browser tests need Chromium or Chrome")
    assert "Python environment" in said.out
    assert len(calls()) == 1


def test_a_long_set_up_is_announced(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    announced = threading.Event()

    class Terminal(io.StringIO):
        def write(self, text: str) -> int:
            if "the first time takes a few minutes" in text:
                announced.set()
            return super().write(text)

    heard: list[bool] = []
    monkeypatch.setattr(setup, "SHORT_SECONDS", 0.0)
    monkeypatch.setattr(setup, "STEPS", {"app": ("Python environment", lambda: heard.append(announced.wait(30)))})
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert setup.main(["app"]) == 0
    assert heard == [True]


def test_an_old_python_is_told_so(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(setup, "OLDEST_PYTHON", (sys.version_info[0], sys.version_info[1] + 1))
    assert setup.main(["app"]) == 1
    assert capsys.readouterr().err == "This needs Python 3.11 or later.\n"
