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

from infra import setup, shell

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
SOURCES = ("app.py", "benchmarks", "chalicelib", "infra", "tests")
TEMPLATES = "infra/templates"
NETWORKS = "tests/e2e/test_unreliable_network.py"
WORKFLOWS = sorted(str(path.relative_to(ROOT)) for path in (ROOT / ".github" / "workflows").glob("*.yml"))
# Two workers, and the tests of a file in one of them: they share what their fixtures set up.
PYTEST = ("-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", "-p", "no:schemathesis")
TRACING = ("-m", "coverage", "run") if os.environ.get("COVERAGE") else ()
COVERED = (str(BIN / "python"), *TRACING, *PYTEST)
# Tests that run what others have covered, in browsers or many times over: tracing would only slow them.
UNCOVERED = (str(BIN / "python"), *PYTEST)

Command = Sequence[str]
# Whether a step passed, and its seconds.
Result = tuple[bool, float]

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
    "attacks": ((*COVERED, "tests/attacks"),),
    "integration": ((*COVERED, "tests/integration"),),
    "e2e": ((*UNCOVERED, "--ignore", NETWORKS, "tests/e2e"),),
    "networks": ((*UNCOVERED, "-n", "0", NETWORKS),),
    "coverage": (
        (str(BIN / "python"), "-m", "coverage", "combine", "--quiet"),
        (str(BIN / "python"), "-m", "coverage", "report", "--fail-under=95"),
    ),
}
# Steps that are scripts of the front end's package.json.
NPM_SCRIPTS = {"frontend": "check", "frontend-format": "format"}
# Checks of one process each, two at a time.
CHECKS = ("lint", "types", "templates", "workflows", "documents", "frontend", "frontend-format")
# Tests of one process each that mostly wait. They run one after the other, beside the tests that use two processes.
BESIDE = ("rehearsal", "chalice", "networks")
GROUPS: Mapping[str, Sequence[str]] = {
    "covered": (
        *("unit", "images", "policies", "dax", "caching", "package", "verbs", "engine", "attacks", "integration"),
        *("rehearsal", "chalice", "coverage"),
    ),
    "check": ("lint", "types", "templates", "workflows", "documents", "unit"),
    "test": (
        *("lint", "types", "frontend", "templates", "workflows", "documents"),
        *("unit", "images", "policies", "faults", "dax", "caching"),
        *("package", "verbs", "engine", "attacks", "integration", "e2e", "rehearsal", "chalice", "networks"),
    ),
}


def main(names: Sequence[str]) -> int:
    """Run the named steps and groups: the checks first, two at a time, then the tests."""
    steps = [step for name in names for step in GROUPS.get(name, (name,))]
    if "coverage" in steps:
        subprocess.run([str(BIN / "python"), "-m", "coverage", "erase"], cwd=ROOT, check=False)
    checks = [step for step in steps if step in CHECKS]
    tests = [step for step in steps if step not in CHECKS]
    return _run_checks(checks) or _run_tests(tests)


def _run_checks(checks: Sequence[str]) -> int:
    at_once = 2
    with ThreadPoolExecutor(at_once) as pool:
        running = {step: pool.submit(_timed, step, quietly=len(checks) > 1) for step in checks}
        return _run_in_order(checks, running, pool)


def _run_tests(tests: Sequence[str]) -> int:
    with ThreadPoolExecutor(1) as pool:
        beside = [step for step in BESIDE if step in tests and len(tests) > 1]
        running = {step: pool.submit(_timed, step, quietly=True) for step in beside}
        return _run_in_order(tests, running, pool)


def _run_in_order(steps: Sequence[str], running: Mapping[str, Future[Result]], pool: ThreadPoolExecutor) -> int:
    """Wait for the steps that are running, and run the others; nothing more begins after one that fails."""
    for step in steps:
        passed, seconds = running[step].result() if step in running else _timed(step)
        sys.stdout.write(f"  {step:<22}{seconds:5.1f} s\n")
        sys.stdout.flush()
        if not passed:
            pool.shutdown(wait=False, cancel_futures=True)
            sys.stderr.write(f"{step} failed (see above).\n")
            return 1
    return 0


def _timed(step: str, *, quietly: bool = False) -> Result:
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
    return all(
        subprocess.run(command, cwd=ROOT, check=False, stdout=output, stderr=output).returncode == 0
        for command in STEPS[step]
    )


if __name__ == "__main__":
    shell.leave()
    sys.exit(main(sys.argv[1:]))
