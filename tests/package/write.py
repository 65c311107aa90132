"""Writes packages with an empty zip; each stage has a process of its own, since the app reads its settings once.

Two arguments: the folder, and the names of PACKAGES, separated by commas.
"""

import multiprocessing
import sys
import zipfile
from pathlib import Path

from infra.deploy.chalice_package import package
from tests.package.building import PACKAGES


class Zips:
    """Stands for the packager; what it makes is tested by tests/rehearsal."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def create_deployment_package(self, *_: str) -> str:
        path = self.folder / "empty.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("app.py", "")
        return str(path)


def write(folder: Path, name: str) -> None:
    """Write the package of one stage."""
    (folder / name).mkdir()
    package(PACKAGES[name], folder / name / "package", Zips(folder / name))


if __name__ == "__main__":
    target, names = Path(sys.argv[1]), sys.argv[2].split(",")
    # What all stages share is imported by now; a fork has it, and loads the application alone.
    with multiprocessing.get_context("fork").Pool(2, maxtasksperchild=1) as pool:
        pool.starmap(write, [(target, name) for name in names], chunksize=1)
