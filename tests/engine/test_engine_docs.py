"""docs/local-engine.md leaves nothing out."""

import re
from pathlib import Path

import pytest

from infra.local.engine_process import ROOT

PAGE = (ROOT / "docs" / "local-engine.md").read_text()
PACKAGE = ROOT / "infra" / "local" / "engine"


def modules(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.py") if path.stem != "__init__")


@pytest.mark.parametrize("gap", modules(PACKAGE / "gaps"))
def test_every_gap_is_named(gap: str) -> None:
    assert f"`{gap}`" in PAGE


def test_every_named_gap_is_there() -> None:
    table = PAGE.partition("## The gaps")[2].partition("To move to another version")[0]
    named = set(re.findall(r"`([a-z_]+)`", table.partition("|---|")[2]))
    assert named == set(modules(PACKAGE / "gaps"))


def test_every_option_and_endpoint_is_named() -> None:
    options = re.findall(r'add_argument\("(--[a-z-]+)"', (PACKAGE / "settings.py").read_text())
    endpoints = re.findall(r'\("(GET|POST)", "(/_local/[a-z]+)"\)', (PACKAGE / "guard.py").read_text())
    assert len(options) == 4
    assert len(endpoints) == 3
    for option in options:
        assert f"`{option}" in PAGE
    for method, path in endpoints:
        assert f"`{method} {path}`" in PAGE
