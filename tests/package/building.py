"""Builds packages, and what CloudFormation makes of them: of `prod` with every cache on, and of each stage's file."""

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from infra.checks.lint import LONGEST_STAGE
from infra.checks.stacks import stages
from infra.deploy.one_stack.template import OneStackError, require_possible
from infra.deploy.stage import ROOT, Stage, load
from infra.local.engine_process import engine_python

PLAIN = load("prod")
STAGE = replace(PLAIN, cache_size="0.5", dax_nodes=3, roles_have_boundary=True)
_HERE = Path(__file__).parent


def _is_possible(stage: Stage) -> bool:
    try:
        require_possible(stage)
    except OneStackError:
        return False
    return True


# Each stage that can be one stack, by the name of its file, with the longest name that a stage may have.
OF_FILES: Mapping[str, Stage] = {
    stage.name: replace(stage, name=LONGEST_STAGE) for stage in stages() if _is_possible(stage)
}
# What can be built, by its folder's name.
PACKAGES: Mapping[str, Stage] = {"complete": STAGE, **OF_FILES}


@dataclass(frozen=True)
class Built:
    """Where the package's parts are: Chalice's template, the transformed one, and those nested in it."""

    folder: Path

    @property
    def sam(self) -> Path:
        return self.folder / "package" / "sam.json"

    @property
    def stack(self) -> Path:
        return self.folder / "stack.json"

    @property
    def nested(self) -> Path:
        return self.folder / "package" / "templates"

    @property
    def expanded(self) -> Path:
        """The nested templates after their own transforms."""
        return self.folder / "expanded"


def build(folder: Path) -> Built:
    """Write the package of STAGE with an empty zip, transform its template as CloudFormation does, and the nested."""
    [built] = build_all(folder, ["complete"]).values()
    run([str(engine_python()), str(_HERE / "expand.py"), str(built.stack), str(built.nested), str(built.expanded)])
    return built


def build_all(folder: Path, names: Iterable[str]) -> dict[str, Built]:
    """Write packages with an empty zip, and transform their templates as CloudFormation does."""
    built = {name: Built(folder / name) for name in names}
    run([sys.executable, "-m", "tests.package.write", str(folder), ",".join(built)])
    files = [str(file) for each in built.values() for file in (each.sam, each.stack)]
    run([str(engine_python()), str(_HERE / "transform.py"), *files])
    return built


def run(command: list[str]) -> None:
    """Run a command in the project's folder; a failure shows what it said."""
    traced = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    environment = {"PATH": os.environ["PATH"], "AWS_DEFAULT_REGION": STAGE.region, "PYTHONPATH": str(ROOT), **traced}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
