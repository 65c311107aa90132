"""The package: what is in it, for which machine, and how large it may be."""

import ast
import gzip
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore
import pytest

from infra.deploy import package
from infra.deploy.dependencies import SERVICES, is_needed, unneeded_libraries
from infra.deploy.lexers import keep_lexers
from infra.deploy.package import (
    LARGEST_BYTES,
    LeanPackager,
    PackageError,
    check_machine,
    check_size,
    compile_all,
    compile_alone,
    make_lean,
    missing_distributions,
    newest_package,
    pinned,
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
    "PIL/TiffImagePlugin.py",
    "PIL/ImageFile.py",
    "dateutil/zoneinfo/__init__.py",
]
LEFT_OUT = [
    "botocore/data/ec2/2016-11-15/service-2.json.gz",
    "jinja2-3.1.6.dist-info/RECORD",
    "PIL/_avif.cpython-313-aarch64-linux-gnu.so",
    "PIL/Image.pyi",
    "PIL/ImageFont.py",
    "PIL/PdfImagePlugin.py",
    "dateutil/zoneinfo/dateutil-zoneinfo.tar.gz",
    "urllib3/contrib/emscripten/fetch.py",
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


def test_another_python_than_the_functions_packages_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "RUNTIME", (3, 99))
    with pytest.raises(PackageError, match=r"^Functions run on Python 3\.99, .* with PYTHON=python3\.99$"):
        LeanPackager("arm64").create_deployment_package(str(a_project(tmp_path, 1)), "python3.99")


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


def test_dependencies_are_bytecode_that_says_where_it_comes_from(tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text("def where():\n    raise RuntimeError\n")
    compile_alone(tmp_path)
    assert [path.name for path in (tmp_path / "package").iterdir()] == ["__init__.pyc"]
    command = [sys.executable, "-c", "import package; package.where()"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert 'File "/var/task/package/__init__.py", line 2, in where' in done.stderr


def installed(folder: Path, *names: str) -> Path:
    """A folder with some of what is installed here, as wheels would put it there."""
    for name in names:
        path = Path(sysconfig.get_path("purelib")) / name
        shutil.copytree(path, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture(scope="module")
def dependencies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = installed(tmp_path_factory.mktemp("wheels"), "botocore", "pygments")
    (folder / "dateutil" / "tests").mkdir(parents=True)
    (folder / "dateutil" / "tests" / "test_tz.py").write_text("")
    (folder / "six.py").write_text("")
    make_lean(folder, "arm64")
    return folder


def test_making_lean_leaves_what_is_needed_compiled(dependencies: Path) -> None:
    left = {path.relative_to(dependencies).as_posix() for path in dependencies.rglob("*") if path.is_file()}
    assert {"six.pyc", "amazon-roots.pem", "botocore/client.pyc", "botocore/data/s3/2006-03-01/service-2.json"} <= left
    assert {"pygments/lexers/python.pyc", "pygments/formatters/html.pyc", "pygments/styles/default.pyc"} <= left
    assert not [name for name in left if name.endswith((".py", ".json.gz")) or "/tests/" in name]
    assert not {"pygments/lexers/matlab.pyc", "pygments/formatters/latex.pyc", "pygments/styles/xcode.pyc"} & left


def test_of_each_service_the_newest_description_is_left_without_its_prose(dependencies: Path) -> None:
    data = dependencies / "botocore" / "data"
    assert {path.parts[-3] for path in data.rglob("service-2.json*")} == set(SERVICES)
    for service in SERVICES:
        [newest] = (data / service).iterdir()
        whole = Path(botocore.__file__).parent / "data" / service
        assert newest.name == max(path.name for path in whole.iterdir())
        trimmed = json.loads((newest / "service-2.json").read_text())
        original = json.loads(gzip.decompress((whole / newest.name / "service-2.json.gz").read_bytes()))
        assert set(prose(trimmed)) == {""}
        assert len(set(prose(original))) > 20
        assert without_prose(trimmed) == without_prose(original)


def prose(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (each for name, each in value.items() if name == "documentation" and isinstance(each, str))
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from prose(each)


def without_prose(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_prose(each) for name, each in value.items() if name != "documentation"}
    return [without_prose(each) for each in value] if isinstance(value, list) else value


def test_of_endpoints_those_of_the_services_are_left(dependencies: Path) -> None:
    trimmed = json.loads((dependencies / "botocore" / "data" / "endpoints.json").read_text())
    original = json.loads((Path(botocore.__file__).parent / "data" / "endpoints.json").read_text())
    assert len(trimmed["partitions"]) == len(original["partitions"]) > 1
    kept = {"cloudfront", "dynamodb", "email", "lambda", "s3", "sns", "sqs"}
    for less, more in zip(trimmed["partitions"], original["partitions"], strict=True):
        assert set(less["services"]) <= kept
        assert less == {**more, "services": {name: more["services"][name] for name in less["services"]}}
    assert set(trimmed["partitions"][0]["services"]) == {
        "cloudfront",
        "dynamodb",
        "email",
        "lambda",
        "s3",
        "sns",
        "sqs",
    }


def test_a_language_that_pygments_does_not_know_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="no lexer for klingon"):
        keep_lexers(installed(tmp_path, "pygments"), {"python", "klingon"})


def test_a_lexer_brings_those_that_it_imports(tmp_path: Path) -> None:
    keep_lexers(installed(tmp_path, "pygments"), {"tsx"})
    left = {path.stem for path in (tmp_path / "pygments" / "lexers").glob("*.py")}
    assert left == {"__init__", "_mapping", "special", "jsx", "javascript", "_lasso_builtins"}


def test_a_dependency_that_has_changed_is_said_to_have(tmp_path: Path) -> None:
    installed(tmp_path, "botocore", "pygments")
    (tmp_path / "botocore" / "cacert.pem").write_text("")
    with pytest.raises(PackageError, match=r"has changed; see infra/deploy.*no Amazon Root CA 1, .* CA - G2\."):
        make_lean(tmp_path, "arm64")


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_a_package_may_have_8_mb(tmp_path: Path, over: int) -> None:
    # Given a package of about the size that is allowed
    path = tmp_path / "package.zip"
    _zip_of(path, LARGEST_BYTES + over - _zip_of(path, 0))
    assert path.stat().st_size == LARGEST_BYTES + over
    # When it is checked, then one byte too many is refused
    if over > 0:
        with pytest.raises(PackageError, match="are allowed"):
            check_size(path)
    else:
        check_size(path)


def _zip_of(path: Path, size: int) -> int:
    """Write an archive of a file that is not compressed, and return the archive's size."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("data", bytes(size))
    return path.stat().st_size


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
