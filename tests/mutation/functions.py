"""Break the functions of an area one change at a time, by mutmut, and read what came of it.

mutmut writes all variants of a function into a copy of the project, forks a process for each, and runs the tests that
call the function. What it has tried stays in the folder, so that a run that was stopped goes on where it was.
https://mutmut.readthedocs.io
"""

import ast
import difflib
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.attacks.mutants import COPIED, ROOT
from tests.mutation.areas import Area

FOLDER = ROOT / ".local" / "mutation"
ALSO_COPIED = ("requirements.txt", "README.md", "Makefile")
SURVIVED, NO_TESTS = (0,), (5, 33)
TIMED_OUT = (36, 24, -24, 152, 255)
_VARIANT = re.compile(r"(?P<name>.+)__mutmut_(?P<number>\d+)")


@dataclass(frozen=True)
class Change:
    """One variant of a function that no test told from the function itself."""

    path: str
    function: str
    before: str
    after: str


@dataclass(frozen=True)
class Outcome:
    """How many variants there were of the functions of an area, and those that survived."""

    tried: int
    killed: int
    timed_out: int
    survivors: tuple[Change, ...]


def run(name: str, area: Area) -> Outcome:
    """Try each variant once, and those that survived before once more.

    Raises:
        SystemExit: the tests fail without any change, or mutmut itself does.
    """
    folder = FOLDER / name
    _refresh(folder, area)
    before = _survivors(folder)
    _mutmut(folder)
    if before:
        _mutmut(folder, *before)
    return _outcome(folder)


def _refresh(folder: Path, area: Area) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for each in (*COPIED, *ALSO_COPIED):
        source, copy = ROOT / each, folder / each
        # The tests may be others now, whatever mutmut remembers of them.
        for old in (copy, folder / "mutants" / each if each == "tests" else copy):
            shutil.rmtree(old, ignore_errors=True)
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy2(source, copy)
    (folder / "mutants" / "mutmut-stats.json").unlink(missing_ok=True)
    settings = {
        "source_paths": ["chalicelib", "infra"],
        "only_mutate": list(area.modules),
        "also_copy": ["app.py", ".chalice", "docs", "frontend", *ALSO_COPIED],
        # A second run of pytest in one process finds the log's stream closed.
        "process_isolation": "forkserver",
        "pytest_add_cli_args": ["-p", "no:schemathesis", "-p", "no:cacheprovider"],
        "pytest_add_cli_args_test_selection": list(area.tests),
    }
    lines = [f"{key} = {json.dumps(value)}" for key, value in settings.items()]
    with (folder / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write("\n".join(["", "[tool.mutmut]", *lines, ""]))


def _mutmut(folder: Path, *names: str) -> None:
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", "1", *names]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"mutmut failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")


def _results(folder: Path) -> Iterator[tuple[str, str, int | None]]:
    """Yield the path, the name and the exit status of each variant."""
    mutants = folder / "mutants"
    for meta in sorted(mutants.rglob("*.py.meta")):
        statuses = json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"]
        for name, status in statuses.items():
            yield str(meta.relative_to(mutants).with_suffix("")), name, status


def _survivors(folder: Path) -> list[str]:
    return [name for _, name, status in _results(folder) if status in SURVIVED + NO_TESTS]


def _outcome(folder: Path) -> Outcome:
    results = list(_results(folder))
    counts = Counter(
        "survived" if status in SURVIVED + NO_TESTS else "timed out" if status in TIMED_OUT else "killed"
        for _, _, status in results
    )
    survivors = [_change(folder, path, name) for path, name, status in results if status in SURVIVED + NO_TESTS]
    return Outcome(len(results), counts["killed"], counts["timed out"], tuple(survivors))


def _change(folder: Path, path: str, name: str) -> Change:
    found = _VARIANT.fullmatch(name.rpartition(".")[2])
    assert found is not None, name
    functions = {
        node.name: node
        for node in ast.walk(ast.parse((folder / "mutants" / path).read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    original, variant = functions[f"{found['name']}__mutmut_orig"], functions[found[0]]
    original.name = variant.name = "function"
    lines = list(difflib.ndiff(ast.unparse(original).splitlines(), ast.unparse(variant).splitlines()))
    before = "\n".join(line[2:].strip() for line in lines if line.startswith("- "))
    after = "\n".join(line[2:].strip() for line in lines if line.startswith("+ "))
    plain = found["name"].replace("xǁ", "").replace("ǁ", ".").removeprefix("x_")
    return Change(path, plain, before, after)
