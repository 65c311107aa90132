"""Rules about the code itself that no linter knows."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = [ROOT / "app.py", *sorted((ROOT / "chalicelib").rglob("*.py"))]
TESTS = sorted(path for part in ("unit", "integration", "support") for path in (ROOT / "tests" / part).rglob("*.py"))
by_path = {"ids": lambda path: str(path.relative_to(ROOT))}


def identifiers(path: Path) -> Iterator[str]:
    """Every name, attribute and imported module in a file."""
    for node in nodes(path):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.alias):
            yield from node.name.split(".")
        elif isinstance(node, ast.ImportFrom):
            yield from (node.module or "").split(".")


def texts(path: Path) -> Iterator[str]:
    """Every constant text in a file."""
    return (node.value for node in nodes(path) if isinstance(node, ast.Constant) and isinstance(node.value, str))


def imported(path: Path) -> Iterator[str]:
    """The packages that a file imports from."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (each.name.partition(".")[0] for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def scans(path: Path) -> set[str]:
    return {"scan", "Scan", "parallel_scan", "rate_limited_scan", "SCAN"} & {*identifiers(path), *texts(path)}


@pytest.mark.parametrize("path", MODULES, **by_path)
def test_nothing_that_is_deployed_scans_a_table(path: Path) -> None:
    assert scans(path) == set()


@pytest.mark.parametrize("path", MODULES[1:], **by_path)
def test_nothing_that_is_deployed_needs_what_is_not(path: Path) -> None:
    assert not {"infra", "tests", "boto3", "moto"} & set(imported(path))


@pytest.mark.parametrize("path", TESTS, **by_path)
def test_tests_replace_nothing_behind_the_codes_back_and_leave_nothing_out(path: Path) -> None:
    assert not {"mock", "MagicMock", "xfail", "skip", "skipif", "importorskip"} & set(identifiers(path))


def test_a_scan_would_be_found(tmp_path: Path) -> None:
    forbidden = tmp_path / "forbidden.py"
    forbidden.write_text("def everything():\n    return Todo.scan()\n")
    assert scans(forbidden) == {"scan"}
    forbidden.write_text("def everything(client):\n    return client._make_api_call('Scan', {})\n")
    assert scans(forbidden) == {"Scan"}
