"""The distribution of `edge.yaml` on the local edge: every check holds, and each wrong set-up is found by one."""

import asyncio
import copy
from pathlib import Path
from typing import Any

import pytest

from infra.local.edge.distribution import DistributionError
from infra.local.edge.functions import FunctionError
from infra.local.edge.settings import TEMPLATE, EdgeSettings
from infra.local.edge.template import read, resources
from tests.caching.edge_checks import CHECKS, Asked, Check
from tests.caching.edge_mutants import MUTANTS

SETTINGS = EdgeSettings("http://api", "http://engine", {}, (), (), "", "")


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    """The resources that the local edge reads."""
    return resources(read(TEMPLATE), SETTINGS.parameters(), "us-east-1")


def run(check: Check, stack: dict[str, Any], folder: Path) -> None:
    async def checked() -> None:
        asked = Asked(stack, folder)
        try:
            await check(asked)
        finally:
            await asked.close()

    asyncio.run(checked())


@pytest.mark.parametrize("check", CHECKS)
def test_the_distribution_is_set_up_as_it_must_be(made: dict[str, Any], check: str, tmp_path: Path) -> None:
    run(CHECKS[check], copy.deepcopy(made), tmp_path)


@pytest.mark.parametrize("name", MUTANTS)
def test_a_wrong_set_up_is_found(made: dict[str, Any], name: str, tmp_path: Path) -> None:
    change, check = MUTANTS[name]
    wrong = copy.deepcopy(made)
    change(wrong)
    assert wrong != made
    with pytest.raises((AssertionError, DistributionError, FunctionError, ValueError)):
        run(check, wrong, tmp_path)


def test_every_check_finds_something() -> None:
    unused = set(CHECKS.values()) - {check for _, check in MUTANTS.values()}
    assert unused == set()


def test_the_manual_lists_every_wrong_set_up() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "local-edge.md").read_text(encoding="utf-8")
    lines = [f"| {name} | `{check.__name__}` |" for name, (_, check) in MUTANTS.items()]
    assert [line for line in lines if line not in manual] == []
