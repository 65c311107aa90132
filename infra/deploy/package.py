"""The package that goes to Lambda: Chalice fetches wheels and names files; no function gets what it does not need.

https://docs.aws.amazon.com/lambda/latest/dg/python-package.html
"""

import hashlib
import importlib.util
import py_compile
import re
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from chalice.deploy.packager import DependencyBuilder, LambdaDeploymentPackager, PipRunner, SubprocessPip
from chalice.utils import UI, OSUtils
from packaging.requirements import Requirement

from chalicelib.blog import languages
from infra.deploy import dependencies, descriptions, lexers, native, roots
from infra.deploy.dependencies import SERVICES, is_needed, unneeded_libraries

RUNTIME = (3, 13)
LARGEST_BYTES = 8 * 1024 * 1024
# What is unpacked at each cold start of a function.
LARGEST_UNPACKED_BYTES = 32 * 1024 * 1024

_MACHINES = {"x86_64": 0x3E, "arm64": 0xB7}
# Everything that decides what is left of the dependencies.
_RULES = [module.__file__ for module in (dependencies, descriptions, languages, lexers, native, roots)]
# The same files give the same package.
_TIMELESS = (1980, 1, 1, 0, 0, 0)


class PackageError(Exception):
    """The package cannot be what Lambda needs; the message is one sentence that says what to do."""


class _Wheels(DependencyBuilder):
    """Chalice's choice of wheels, for the Amazon Linux 2023 that Python 3.12 and later run on."""

    _RUNTIME_GLIBC: dict[str, tuple[int, int]] = {}  # noqa: RUF012 - as in the base class
    _DEFAULT_GLIBC = (2, 34)


class LeanPackager(LambdaDeploymentPackager):
    """Chalice's packager, whose packages are lean, compiled, and of the right machine."""

    def __init__(self, architecture: str, requirements: str = "requirements.txt", *, any_python: bool = False) -> None:
        """`requirements` is a file of the project; `any_python` is for a local engine, which runs what deploys."""
        osutils = OSUtils()
        pip = PipRunner(SubprocessPip(osutils=osutils), osutils)
        super().__init__(osutils, _Wheels(osutils, pip, architecture), UI(), architecture)
        self._architecture, self._requirements, self._any_python = architecture, requirements, any_python

    def create_deployment_package(self, project_dir: str, python_version: str) -> str:
        """Return the path of the package, built now if the code or its dependencies have changed."""
        # What comes before a release writes another bytecode.
        is_runtime = sys.version_info[:2] == RUNTIME and sys.version_info.releaselevel == "final"
        if not is_runtime and not self._any_python:
            version = ".".join(map(str, RUNTIME))
            raise PackageError(
                f"Functions run on Python {version}, and this is another: install Python {version}, then run the make "
                f"command again with PYTHON=python{version}"
            )
        package = self.path(Path(project_dir), python_version)
        if not package.exists():
            package.parent.mkdir(parents=True, exist_ok=True)
            self._write(package, Path(project_dir), python_version)
        # The newest is this deploy's, though it may have been built for an earlier one.
        package.touch()
        return str(package)

    def path(self, project: Path, python_version: str) -> Path:
        """Where the package of this code is, or will be; the name changes with what is in it."""
        named = Path(self.deployment_package_filename(str(project), python_version))
        return named.with_name(f"lean-{rules()}-{named.name}")

    def _get_requirements_filename(self, project_dir: str) -> str:
        return str(Path(project_dir) / self._requirements)

    def _write(self, package: Path, project: Path, python_version: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            shutil.copytree(self._wheels(project, python_version), root, dirs_exist_ok=True)
            for path, name in self._iter_app_filenames(str(project)):
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, root / name)
            compile_all(root)
            partial = package.with_suffix(".part")
            _write_zip(root, partial)
        check_size(partial)
        partial.rename(package)

    def _wheels(self, project: Path, python_version: str) -> Path:
        """The dependencies, lean and compiled: fetched once for each list of requirements."""
        requirements = project / self._requirements
        identity = f"{digest(requirements.read_bytes())[:16]}-{rules()}-{python_version}-{self._architecture}"
        kept = project / ".chalice" / "deployments" / f"wheels-{identity}"
        if kept.exists():
            return kept
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            self._build_python_dependencies(python_version, str(requirements), folder)
            missing = missing_distributions(requirements, root)
            if missing:
                raise PackageError(f"No wheel for {self._architecture} could be had of {', '.join(missing)}.")
            make_lean(root, self._architecture)
            partial = kept.with_name(f"{kept.name}.part")
            shutil.rmtree(partial, ignore_errors=True)
            shutil.copytree(root, partial)
        return partial.rename(kept)

    def _iter_app_filenames(self, project_dir: str) -> Iterator[tuple[str, str]]:
        # What Python left there says nothing about the code, and would make every package a new one.
        for path, name in super()._iter_app_filenames(project_dir):
            if "__pycache__" not in name:
                yield path, name


def newest_package(project: Path) -> Path:
    """The package that was made, or used again, last."""
    built = (project / ".chalice" / "deployments").glob("lean-*.zip")
    return max(built, key=lambda path: path.stat().st_mtime)


def rules() -> str:
    """Identify what is left out: packages that were made by other rules are made anew."""
    return digest(b"".join(Path(file).read_bytes() for file in (__file__, *filter(None, _RULES))))[:8]


def make_lean(root: Path, architecture: str) -> None:
    """Leave what functions need of the dependencies in `root`, as bytecode alone.

    Raises:
        PackageError: a library is of another machine, or a dependency no longer has what is kept of it.
    """
    for path in [path for path in root.rglob("*") if path.is_file()]:
        if not is_needed(path.relative_to(root).as_posix()):
            path.unlink()
    for library in unneeded_libraries(root):
        library.unlink()
    check_machine(root, architecture)
    native.empty_debugging(root)
    try:
        lexers.keep_lexers(root, languages.LANGUAGES)
        descriptions.keep_descriptions(root, SERVICES)
        bundle = (root / "botocore" / "cacert.pem").read_text(encoding="utf-8")
        (root / roots.FILE).write_text(roots.amazon_roots(bundle), encoding="utf-8")
    except (LookupError, OSError) as error:
        raise PackageError(f"A dependency has changed; see infra/deploy. {error}") from error
    compile_alone(root)


def check_machine(root: Path, architecture: str) -> None:
    """Refuse native code of another machine than the functions'."""
    for path in root.rglob("*.so*"):
        head = path.read_bytes()[:20]
        if head[:4] == b"\x7fELF" and int.from_bytes(head[18:20], "little") != _MACHINES[architecture]:
            raise PackageError(f"{path.relative_to(root)} is not for {architecture}: remove .chalice/deployments.")


def compile_all(root: Path) -> None:
    """Put bytecode beside each module, so that a cold start compiles nothing."""
    for source in sorted(root.rglob("*.py")):
        if Path(importlib.util.cache_from_source(str(source))).exists():
            continue
        _compile(source, root)


def compile_alone(root: Path) -> None:
    """Put bytecode in the place of each module: tracebacks then have files and lines, and no text of them.

    https://docs.python.org/3/reference/import.html#cached-bytecode-invalidation
    """
    for source in sorted(root.rglob("*.py")):
        _compile(source, root, source.with_suffix(".pyc"))
        source.unlink()


def _compile(source: Path, root: Path, target: Path | None = None) -> None:
    name = source.relative_to(root).as_posix()
    # Lambda's clock and file times say nothing here, so Python need not look at them.
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    cfile = str(target) if target else None
    py_compile.compile(str(source), cfile, dfile=f"/var/task/{name}", doraise=True, invalidation_mode=mode)


def check_size(package: Path) -> None:
    """Refuse a package that has grown beyond what was agreed."""
    packed, unpacked = sizes(package)
    if packed > LARGEST_BYTES or unpacked > LARGEST_UNPACKED_BYTES:
        package.unlink()
        raise PackageError(
            f"The package has {megabytes(packed)} ({megabytes(unpacked)} unpacked); {megabytes(LARGEST_BYTES)} "
            f"({megabytes(LARGEST_UNPACKED_BYTES)}) are allowed. See what is new in the requirements."
        )


def sizes(package: Path) -> tuple[int, int]:
    """How many bytes a package has, and how many it has unpacked."""
    with zipfile.ZipFile(package) as archive:
        return package.stat().st_size, sum(each.file_size for each in archive.infolist())


def megabytes(count: int) -> str:
    """Bytes for people to read."""
    return f"{count / 1024 / 1024:.1f} MB"


def missing_distributions(requirements: Path, folder: Path) -> list[str]:
    """The distributions that the requirements pin and the folder lacks."""
    there = {_normal(path.name.partition("-")[0]) for path in folder.glob("*.dist-info")}
    return sorted(name for name in map(_normal, pinned(requirements.read_text(encoding="utf-8"))) if name not in there)


def pinned(requirements: str) -> Iterable[str]:
    """The names that a list of requirements pins for this Python."""
    lines = re.findall(r"^[A-Za-z0-9][^\\\n]*", requirements, re.MULTILINE)
    found = [Requirement(line) for line in lines]
    return [each.name for each in found if each.marker is None or each.marker.evaluate()]


def digest(content: bytes) -> str:
    """Identify a package or what it is made of."""
    return hashlib.sha256(content).hexdigest()


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _write_zip(root: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(path for path in root.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(root).as_posix(), _TIMELESS)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, path.read_bytes())
