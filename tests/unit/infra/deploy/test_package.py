"""The package: what is in it, for which machine, and how large it may be."""

import ast
import importlib.util
import os
import zipfile
from pathlib import Path

import pytest

from infra.deploy import package
from infra.deploy.package import (
    SERVICES,
    LeanPackager,
    PackageError,
    check_machine,
    check_size,
    compile_all,
    is_needed,
    make_lean,
    missing_distributions,
    newest_package,
    pinned,
    unneeded_libraries,
)
from infra.deploy.stage import ROOT

NEEDED = [
    "six.py",
    "botocore/docs/__init__.py",
    "botocore/data/s3/2006-03-01/service-2.json.gz",
    "botocore/data/endpoints.json",
    "jinja2-3.1.6.dist-info/METADATA",
    "PIL/_imaging.cpython-313-aarch64-linux-gnu.so",
    "PIL/_imagingcms.cpython-313-aarch64-linux-gnu.so",
    "PIL/_webp.cpython-313-aarch64-linux-gnu.so",
]
LEFT_OUT = [
    "botocore/data/ec2/2016-11-15/service-2.json.gz",
    "jinja2-3.1.6.dist-info/RECORD",
    "PIL/_avif.cpython-313-aarch64-linux-gnu.so",
    "PIL/Image.pyi",
    "urllib3/__pycache__/poolmanager.cpython-311.pyc",
    "dateutil/tests/test_tz.py",
    "bin/jp.py",
]


def elf(machine: int, more: bytes = b"") -> bytes:
    return b"\x7fELF" + bytes(14) + machine.to_bytes(2, "little") + more


@pytest.mark.parametrize("name", NEEDED)
def test_functions_get_what_they_need(name: str) -> None:
    assert is_needed(name)


@pytest.mark.parametrize("name", LEFT_OUT)
def test_functions_do_not_get_what_they_do_not_need(name: str) -> None:
    assert not is_needed(name)


def test_the_services_are_those_that_the_code_calls() -> None:
    called = set()
    for path in (ROOT / "chalicelib").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and _name(node.func) in ("client", "create_client") and node.args:
                first = node.args[0]
                called |= {first.value} if isinstance(first, ast.Constant) else set()
    assert called <= set(SERVICES)
    assert {"dynamodb", "s3", "sesv2"} <= called


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def test_libraries_that_nothing_names_any_more_go(tmp_path: Path) -> None:
    libraries = tmp_path / "pillow.libs"
    libraries.mkdir()
    (tmp_path / "_imaging.so").write_bytes(b"... libjpeg-1.so.62 ...")
    (libraries / "libjpeg-1.so.62").write_bytes(b"... libz-2.so.1 ...")
    (libraries / "libz-2.so.1").write_bytes(b"")
    (libraries / "libavif-3.so.16").write_bytes(b"... libjpeg-1.so.62 ...")
    assert [path.name for path in unneeded_libraries(tmp_path)] == ["libavif-3.so.16"]


class OfLinks(LeanPackager):
    """Needs no wheels."""

    def _wheels(self, *_: object) -> Path:
        return self.folder

    folder: Path


def a_project(folder: Path, answer: int) -> Path:
    (folder / "wheels").mkdir(parents=True, exist_ok=True)
    (folder / "app.py").write_text(f"ANSWER = {answer}\n")
    for name in ("requirements.txt", "requirements-dax.txt"):
        (folder / name).write_text(f"# {name}\n")
    return folder


def packaged(project: Path, requirements: str = "requirements.txt") -> Path:
    packager = OfLinks("arm64", requirements, any_python=True)
    packager.folder = project / "wheels"
    return Path(packager.create_deployment_package(str(project), "python3.13"))


def test_a_package_that_is_used_again_is_the_newest_again(tmp_path: Path) -> None:
    first = packaged(a_project(tmp_path, 1))
    os.utime(first, (1, 1))
    second = packaged(a_project(tmp_path, 2))
    assert newest_package(tmp_path) == second != first
    os.utime(second, (2, 2))
    assert packaged(a_project(tmp_path, 1)) == first
    assert newest_package(tmp_path) == first


def test_other_requirements_make_another_package(tmp_path: Path) -> None:
    a_project(tmp_path, 1)
    assert packaged(tmp_path) == packaged(tmp_path) != packaged(tmp_path, "requirements-dax.txt")


def test_code_of_another_machine_is_refused(tmp_path: Path) -> None:
    (tmp_path / "fast.so").write_bytes(elf(0xB7))
    check_machine(tmp_path, "arm64")
    with pytest.raises(PackageError, match=r"fast\.so is not for x86_64"):
        check_machine(tmp_path, "x86_64")


def test_each_module_has_bytecode_that_asks_for_no_times(tmp_path: Path) -> None:
    source = tmp_path / "module.py"
    source.write_text("ANSWER = 42\n")
    compile_all(tmp_path)
    compiled = Path(importlib.util.cache_from_source(str(source)))
    # The flags of PEP 552: a hash instead of a time, and not to be checked.
    assert int.from_bytes(compiled.read_bytes()[4:8], "little") == 0b01
    before = compiled.stat().st_mtime_ns
    compile_all(tmp_path)
    assert compiled.stat().st_mtime_ns == before


def test_making_lean_leaves_what_is_needed_compiled(tmp_path: Path) -> None:
    for name in ("six.py", "dateutil/tests/test_tz.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    make_lean(tmp_path, "arm64")
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert {name for name in left if not name.endswith(".pyc")} == {"six.py"}
    assert len(left) == 2


def test_a_package_that_has_grown_too_large_is_refused_and_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "package.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data", bytes(2_000_000))
    check_size(path)
    monkeypatch.setattr(package, "LARGEST_BYTES", 1_000_000)
    with pytest.raises(PackageError, match=r"has 1\.9 MB .*1\.0 MB .*are allowed"):
        check_size(path)
    assert not path.exists()


def test_a_dependency_without_a_wheel_is_named(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(
        "six==1.17.0 \\\n    --hash=sha256:0\n"
        "python-ulid==4.1.0 ; python_version >= '3'\nold==1 ; python_version < '3'\n"
    )
    (tmp_path / "six-1.17.0.dist-info").mkdir()
    assert list(pinned(requirements.read_text())) == ["six", "python-ulid"]
    assert missing_distributions(requirements, tmp_path) == ["python-ulid"]
    (tmp_path / "python_ulid-4.1.0.dist-info").mkdir()
    assert missing_distributions(requirements, tmp_path) == []
