"""Builds the package of `prod` with every cache on, and what CloudFormation makes of it."""

import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from infra.deploy.stage import ROOT, load
from infra.local.engine_process import engine_python

PLAIN = load("prod")
STAGE = replace(PLAIN, cache_size="0.5", dax_nodes=3, roles_have_boundary=True)
_HERE = Path(__file__).parent


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
    """Write the package with an empty zip, and transform its template as CloudFormation does."""
    built = Built(folder)
    run([sys.executable, "-m", "tests.package.write", str(folder)])
    run([str(engine_python()), str(_HERE / "transform.py"), str(built.sam), str(built.stack)])
    run([str(engine_python()), str(_HERE / "expand.py"), str(built.stack), str(built.nested), str(built.expanded)])
    return built


def run(command: list[str]) -> None:
    """Run a command in the project's folder; a failure shows what it said."""
    traced = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    environment = {"PATH": os.environ["PATH"], "AWS_DEFAULT_REGION": STAGE.region, "PYTHONPATH": str(ROOT), **traced}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
