"""The checks by name: in order, each with its time, and the first that fails ends the run."""

import sys
from pathlib import Path

import pytest

from infra import quality, setup

OK, BAD = ((sys.executable, "-c", ""),), ((sys.executable, "-c", "raise SystemExit(3)"),)


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps that do nothing, and one that fails."""
    monkeypatch.setattr(quality, "STEPS", {"good": OK, "bad": BAD, "two": (*OK, *BAD), "coverage": OK})
    monkeypatch.setattr(quality, "GROUPS", {"both": ("good", "bad", "good"), "covered": ("good", "coverage")})


@pytest.mark.usefixtures("steps")
def test_a_step_that_passes_says_how_long_it_took(capsys: pytest.CaptureFixture[str]) -> None:
    assert quality.main(["good"]) == 0
    name, took = capsys.readouterr().out.splitlines()
    assert name == "good"
    assert took.split()[0] == "good"
    assert took.endswith(" s")


@pytest.mark.usefixtures("steps")
def test_the_first_step_that_fails_ends_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert quality.main(["both"]) == 1
    said = capsys.readouterr()
    assert said.err == "bad failed (see above).\n"
    assert said.out.count("good") == 2  # its name and its time, once


MEETS = """
import sys, time
from pathlib import Path
Path(sys.argv[1]).touch()
for _ in range(600):
    if Path(sys.argv[2]).exists():
        sys.exit()
    time.sleep(0.05)
sys.exit(1)
"""


def meets(folder: Path, own: str, other: str) -> tuple[tuple[str, ...]]:
    """A command that passes only if the other one of the two runs at the same time."""
    return ((sys.executable, "-c", MEETS, str(folder / own), str(folder / other)),)


@pytest.mark.parametrize(("at_once", "names"), [("CHECKS", ("one", "two")), ("BESIDE", ("one",))])
def test_two_checks_run_at_once_and_so_do_tests_that_mostly_wait_and_the_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, at_once: str, names: tuple[str, ...]
) -> None:
    meeting = {"one": meets(tmp_path, "one", "two"), "two": meets(tmp_path, "two", "one")}
    monkeypatch.setattr(quality, "STEPS", meeting)
    monkeypatch.setattr(quality, at_once, names)
    assert quality.main(["two", "one"]) == 0


def test_tests_that_mostly_wait_run_one_after_the_other(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = str(tmp_path / "one at a time")
    alone = ((sys.executable, "-c", "import os, sys; os.mkdir(sys.argv[1]); os.rmdir(sys.argv[1])", folder),)
    monkeypatch.setattr(quality, "STEPS", {"good": OK, "one": alone * 20, "two": alone * 20})
    monkeypatch.setattr(quality, "BESIDE", ("one", "two"))
    assert quality.main(["good", "one", "two"]) == 0


def test_what_a_check_says_is_shown_if_it_fails(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    says = ((sys.executable, "-c", "print('line 3 is too long'); raise SystemExit(1)"),)
    monkeypatch.setattr(quality, "STEPS", {"lint": says, "types": OK})
    assert quality.main(["lint", "types"]) == 1
    assert "line 3 is too long" in capfd.readouterr().out


@pytest.mark.usefixtures("steps")
def test_every_command_of_a_step_must_pass() -> None:
    assert quality.main(["two"]) == 1


@pytest.mark.usefixtures("steps")
def test_coverage_begins_with_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(quality, "ROOT", tmp_path)
    monkeypatch.delenv("COVERAGE_FILE", raising=False)
    (tmp_path / ".coverage.left-over").touch()
    (tmp_path / ".coveragerc").write_text("[run]\nparallel = true\n")
    assert quality.main(["covered"]) == 0
    assert not (tmp_path / ".coverage.left-over").exists()


@pytest.mark.parametrize(("error", "status"), [(None, 0), (setup.SetupError("`npm run check` failed"), 1)])
def test_the_front_end_checks_itself(monkeypatch: pytest.MonkeyPatch, error: Exception | None, status: int) -> None:
    asked: list[tuple[str, ...]] = []

    def npm(*arguments: str) -> None:
        asked.append(arguments)
        if error is not None:
            raise error

    monkeypatch.setattr(setup, "npm", npm)
    assert quality.main(["frontend"]) == status
    assert asked == [("run", "check", "--silent")]


def test_every_step_of_a_group_exists_and_none_is_forgotten() -> None:
    known = {*quality.STEPS, "frontend"}
    assert all(set(steps) <= known for steps in quality.GROUPS.values())
    assert set(quality.GROUPS["test"]) | set(quality.GROUPS["covered"]) == known
    assert set(quality.GROUPS["check"]) < known


def test_every_command_is_of_the_projects_own_environments() -> None:
    programs = {command[0] for commands in quality.STEPS.values() for command in commands}
    assert {str(Path(program).parent) for program in programs} == {
        str(quality.BIN),
        str(quality.ROOT / ".venv-checkov" / "bin"),
    }
