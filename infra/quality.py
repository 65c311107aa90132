"""Runs the checks and the tests by name, each with its time; the first that fails ends the run."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from infra import setup

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
SOURCES = ("app.py", "chalicelib", "infra", "tests")
TEMPLATES = "infra/templates"
# Two workers, and the tests of a file in one of them: they share what their fixtures set up.
PYTEST = ("-m", "pytest", "-q", "-n", "2", "--dist", "loadfile")
COVERED = (str(BIN / "python"), "-m", "coverage", "run", *PYTEST)
# Tests that run what others have covered, in browsers or many times over: tracing would only slow them.
UNCOVERED = (str(BIN / "python"), *PYTEST)

Command = Sequence[str]

STEPS: Mapping[str, Sequence[Command]] = {
    "lint": (
        (str(BIN / "ruff"), "check", "--quiet", *SOURCES),
        (str(BIN / "ruff"), "format", "--quiet", "--check", *SOURCES),
    ),
    "types": ((str(BIN / "mypy"), "app.py", "chalicelib", "infra"),),
    "templates": (
        (str(BIN / "cfn-lint"), f"{TEMPLATES}/**/*.yaml"),
        (
            str(ROOT / ".venv-checkov/bin/checkov"),
            *("--framework", "cloudformation", "--compact", "--quiet", "--skip-download", "--directory", TEMPLATES),
        ),
    ),
    "documents": ((str(BIN / "python"), "-m", "infra.openapi", "--check"),),
    "unit": ((*COVERED, "tests/unit"),),
    "images": ((*COVERED, "tests/images"),),
    "policies": ((*UNCOVERED, "tests/policies"),),
    "faults": ((*UNCOVERED, "--dist", "worksteal", "tests/faults"),),
    "package": ((*COVERED, "tests/package"),),
    # One stage from its first deploy to its last: in order, in one process.
    "rehearsal": ((*COVERED, "-n", "0", "tests/rehearsal"),),
    "engine": ((*COVERED, "tests/engine"),),
    "integration": ((*COVERED, "tests/integration"),),
    "e2e": ((*UNCOVERED, "tests/e2e"),),
    "coverage": (
        (str(BIN / "python"), "-m", "coverage", "combine", "--quiet"),
        (str(BIN / "python"), "-m", "coverage", "report", "--fail-under=95"),
    ),
}
# Steps that are scripts of the front end's package.json.
NPM_SCRIPTS = {"frontend": "check", "frontend-format": "format"}
GROUPS: Mapping[str, Sequence[str]] = {
    "check": ("lint", "types", "templates", "documents", "unit"),
    "test": (
        *("lint", "types", "templates", "documents", "frontend"),
        *("unit", "images", "policies", "faults", "package", "engine", "integration", "rehearsal"),
        *("e2e", "coverage"),
    ),
}


def main(names: Sequence[str]) -> int:
    """Run the named steps and groups."""
    steps = [step for name in names for step in GROUPS.get(name, (name,))]
    if "coverage" in steps:
        subprocess.run([str(BIN / "python"), "-m", "coverage", "erase"], cwd=ROOT, check=False)
    for step in steps:
        started = time.perf_counter()
        sys.stdout.write(f"{step}\n")
        sys.stdout.flush()
        if not _passes(step):
            sys.stderr.write(f"{step} failed (see above).\n")
            return 1
        sys.stdout.write(f"  {step:<22}{time.perf_counter() - started:5.1f} s\n")
    return 0


def _passes(step: str) -> bool:
    if step in NPM_SCRIPTS:
        try:
            setup.npm("run", NPM_SCRIPTS[step], "--silent")
        except setup.SetupError:
            return False
        return True
    environment = {**os.environ, "CHROMIUM": setup.find_browser() or ""}
    return all(
        subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0 for command in STEPS[step]
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
