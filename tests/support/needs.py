"""What the tests need beside Python's packages, and the command that sets it up."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from infra import setup

_ENGINE = (".venv-engine", "engine")
_SITE = ("frontend/dist", "frontend")
_SIMULATOR = ("infra/simulate/node_modules", "simulator")
# By the folder of the tests: a path of the project, and the step of infra/setup.py that makes it.
_PATHS = {
    "chalice_cli": (_ENGINE, _SITE),
    "dax": (_ENGINE,),
    "e2e": (_ENGINE, _SITE),
    "engine": (_ENGINE,),
    "integration": (_ENGINE, _SITE),
    "package": ((".venv-checkov", "checkov"), _ENGINE),
    "policies": (_SIMULATOR,),
    "rehearsal": (_ENGINE, _SITE),
    "verbs": (_ENGINE,),
}
_WITH_NJS = frozenset({"caching", "engine", "e2e"})


def missing(folders: Iterable[str], root: Path) -> list[str]:
    """Return the steps of infra/setup.py that tests of these folders need and this machine lacks."""
    steps: set[str] = set()
    for folder in folders:
        steps |= {step for path, step in _PATHS.get(folder, ()) if not (root / path).exists()}
        if folder in _WITH_NJS and shutil.which("njs") is None:
            steps.add("njs")
        if folder == "e2e" and setup.find_browser() is None:
            steps.add("browser")
    return sorted(steps)
