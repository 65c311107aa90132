"""Writes the package of a stage with an empty zip, in a process of its own: the app reads its settings once."""

import sys
import zipfile
from pathlib import Path

from infra.deploy.chalice_package import package
from tests.package.building import STAGE


class Zips:
    """Stands for the packager; what it makes is tested by tests/rehearsal."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def create_deployment_package(self, *_: str) -> str:
        path = self.folder / "empty.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("app.py", "")
        return str(path)


here = Path(sys.argv[1])
package(STAGE, here / "package", Zips(here))
