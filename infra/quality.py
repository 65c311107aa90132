"""Runs the checks and the tests by name, each with its time; the first that fails ends the run."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import IO

from infra import setup

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
SOURCES = ("app.py", "benchmarks", "chalicelib", "infra", "tests")
TEMPLATES = "infra/templates"
WORKFLOWS = sorted(str(path.relative_to(ROOT)) for path in (ROOT / ".github" / "workflows").glob("*.yml"))
# Two workers, and the tests of a file in one of them: they share what their fixtures set up.
PYTEST = ("-m", "pytest", "-q", "-n", "2", "--dist", "loadfile")
TRACING = ("-m", "coverage", "run") if os.environ.get("COVERAGE") else ()
COVERED = (str(BIN / "python"), *TRACING, *PYTEST)
# Tests that run what others have covered, in browsers or many times over: tracing would only slow them.
UNCOVERED = (str(BIN / "python"), *PYTEST)

Command = Sequence[str]

STEPS: Mapping[str, Sequence[Command]] = {
    "lint": (
        (str(BIN / "ruff"), "check", "--quiet", *SOURCES),
        (str(BIN / "ruff"), "format", "--quiet", "--check", *SOURCES),
    ),
    "types": ((str(BIN / "mypy"), "app.py", "benchmarks", "chalicelib", "infra"),),
    "templates": (
        (str(BIN / "python"), "-m", "infra.checks"),
        (
            str(ROOT / ".venv-checkov/bin/checkov"),
            *("--framework", "cloudformation", "--compact", "--quiet", "--skip-download", "--directory", TEMPLATES),
        ),
    ),
    "workflows": (
        (str(BIN / "zizmor"), "--offline", "--quiet", "--no-progress", ".github"),
        (str(BIN / "check-jsonschema"), "--builtin-schema", "vendor.github-workflows", *WORKFLOWS),
        (str(BIN / "python"), "-m", "infra.workflows"),
    ),
    "documents": ((str(BIN / "python"), "-m", "infra.openapi", "--check"),),
    "unit": ((*COVERED, "tests/unit"),),
    "images": ((*COVERED, "tests/images"),),
    "policies": ((*COVERED, "tests/policies"),),
    "faults": ((*UNCOVERED, "--dist", "worksteal", "tests/faults"),),
    "dax": ((*COVERED, "tests/dax"),),
    "caching": ((*COVERED, "--dist", "worksteal", "tests/caching"),),
    "package": ((*COVERED, "tests/package"),),
    # One clone from its first command to the end of its stage: in order, in one process.
    "chalice": ((*COVERED, "-n", "0", "tests/chalice_cli"),),
    # One stage from its first deploy to its last: in order, in one process.
    "rehearsal": ((*COVERED, "-n", "0", "tests/rehearsal"),),
    "verbs": ((*COVERED, "tests/verbs"),),
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
# One process that mostly waits: it leaves the other tests nearly all of the machine.
BESIDE = ("rehearsal",)
BEFORE_TESTS = ("lint", "types", "templates", "workflows", "documents", "frontend", "frontend-format")
GROUPS: Mapping[str, Sequence[str]] = {
    "covered": (
        *("unit", "images", "policies", "dax", "caching", "package", "chalice", "verbs", "engine"),
        *("integration", "rehearsal"),
        "coverage",
    ),
    "check": ("lint", "types", "templates", "workflows", "documents", "unit"),
    "test": (
        *("lint", "types", "templates", "workflows", "documents", "frontend"),
        *("unit", "images", "policies", "faults", "dax", "caching"),
        *("package", "chalice", "verbs", "engine", "integration", "rehearsal", "e2e"),
    ),
}


def main(names: Sequence[str]) -> int:
    """Run the named steps and groups; those that may run beside the others begin with the first test."""
    steps = [step for name in names for step in GROUPS.get(name, (name,))]
    if "coverage" in steps:
        subprocess.run([str(BIN / "python"), "-m", "coverage", "erase"], cwd=ROOT, check=False)
    beside = [step for step in steps if step in BESIDE and len(steps) > 1]
    with ThreadPoolExecutor() as pool:
        running: dict[str, Future[tuple[bool, float]]] = {}
        for step in steps:
            if step in BEFORE_TESTS:
                passed, seconds = _timed(step)
            else:
                running = running or {other: pool.submit(_timed, other, quietly=True) for other in beside}
                passed, seconds = running[step].result() if step in running else _timed(step)
            sys.stdout.write(f"  {step:<22}{seconds:5.1f} s\n")
            sys.stdout.flush()
            if not passed:
                sys.stderr.write(f"{step} failed (see above).\n")
                return 1
    return 0


def _timed(step: str, *, quietly: bool = False) -> tuple[bool, float]:
    """Whether a step passed, and its seconds; what a quiet one says is shown if it fails."""
    started = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        if not quietly:
            sys.stdout.write(f"{step}\n")
            sys.stdout.flush()
        passed = _passes(step, said if quietly else None)
        if quietly and not passed:
            said.seek(0)
            sys.stdout.write(said.read().decode(errors="replace"))
    return passed, time.perf_counter() - started


def _passes(step: str, output: IO[bytes] | None = None) -> bool:
    if step in NPM_SCRIPTS:
        try:
            setup.npm("run", NPM_SCRIPTS[step], "--silent")
        except setup.SetupError:
            return False
        return True
    environment = {**os.environ, "CHROMIUM": setup.find_browser() or ""}
    return all(
        subprocess.run(command, cwd=ROOT, env=environment, check=False, stdout=output, stderr=output).returncode == 0
        for command in STEPS[step]
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
