"""Each mutant changes one place that is there, in a way that Python or YAML still reads, and names a suite that is."""

import ast
import re
from collections import Counter

import pytest

from tests.attacks.mutants import MUTANTS, ROOT, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_it_changes_one_place(mutant: Mutant) -> None:
    text = (ROOT / mutant.path).read_text()
    assert text.count(mutant.before) == 1
    changed = text.replace(mutant.before, mutant.after)
    assert changed != text
    if mutant.path.endswith(".py"):
        ast.parse(changed)
    assert (ROOT / mutant.suite.partition("::")[0]).exists()


def test_each_has_a_name_of_its_own() -> None:
    assert max(Counter(mutant.name for mutant in MUTANTS).values()) == 1


def test_the_page_of_attacks_names_every_kind_its_files_and_its_mutants() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in (ROOT / "docs/attacks.md").read_text().splitlines()
        if line.startswith("| ") and not line.startswith("| kind")
    ]
    assert Counter({row[0]: int(row[4]) for row in rows}) == Counter(mutant.kind for mutant in MUTANTS)
    for row in rows:
        named = re.findall(r"`([^`]+)`", row[1] + row[3])
        assert named
        assert [path for path in named if not (ROOT / path).exists()] == []
