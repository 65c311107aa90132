"""A machine that lacks what some tests need says so, before the first of them runs."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.needs import missing

ROOT = Path(__file__).parents[2]


def test_what_a_folder_of_tests_needs_is_there_or_named(tmp_path: Path) -> None:
    assert missing(["package"], tmp_path) == ["checkov", "engine"]
    (tmp_path / ".venv-checkov").mkdir()
    (tmp_path / ".venv-engine").mkdir()
    assert missing(["package", "unit"], tmp_path) == []


def test_pytest_by_hand_ends_with_a_sentence(tmp_path: Path) -> None:
    # given a clone in which nothing was set up but Python's packages
    ours = ("pyproject.toml", "infra/__init__.py", "infra/setup.py", "infra/shell.py", "tests/__init__.py")
    for name in (*ours, "tests/conftest.py", "tests/support/__init__.py", "tests/support/needs.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "tests" / "policies").mkdir()
    (tmp_path / "tests" / "policies" / "test_one.py").write_text("def test_one() -> None:\n    pass\n")
    # when its tests of policies run
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/policies"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    # then they say what to run
    assert done.returncode == 4
    assert "run python infra/setup.py simulator" in done.stdout + done.stderr
