"""How large packages are, zipped: ours as it is built, stock's as `chalice package` puts it together."""

import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path
from re import match

from benchmarks.contestants import installed

# What a stock application's requirements.txt names; Chalice adds its own runtime.
_STOCK = ("pynamodb", "aws-xray-sdk")
_CHALICE = ("__init__.py", "app.py", "analyzer.py", "constants.py")
_NAME = r"[A-Za-z0-9._-]+"


def zipped(ours: Path) -> dict[str, int]:
    """Bytes of each contestant's package."""
    return {"ours": ours.stat().st_size, "stock": _stock()}


def _stock() -> int:
    site = installed("stock")
    found = {_normal(each.metadata["Name"]): each for each in distributions(path=[str(site)])}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stock.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in sorted(needed(found, _STOCK)):
                for file in _files(found[name]):
                    archive.write(site / file, file)
            for source in _CHALICE:
                if (site / "chalice" / source).exists():
                    archive.write(site / "chalice" / source, f"chalice/{source}")
        return path.stat().st_size


def needed(found: dict[str, Distribution], names: Iterable[str]) -> set[str]:
    """The named distributions with all that they require and that is installed."""
    wanted: set[str] = set()
    looking = [_normal(name) for name in names]
    while looking:
        name = looking.pop()
        if name in wanted or name not in found:
            continue
        wanted.add(name)
        # What an extra asks for is not asked for here.
        plain = [each for each in found[name].requires or () if "extra ==" not in each]
        looking += [_normal(named.group()) for each in plain if (named := match(_NAME, each))]
    return wanted


def _files(distribution: Distribution) -> Iterator[str]:
    for file in distribution.files or ():
        # Chalice unpacks wheels, in which there is neither bytecode nor a command.
        if "__pycache__" not in file.parts and ".." not in file.parts:
            yield file.as_posix()


def _normal(name: str) -> str:
    return name.lower().replace("_", "-")
