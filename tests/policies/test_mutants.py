"""The grid sees holes: a policy with one in it lets something through that some pair forbids."""

from collections import Counter

import pytest

from infra.checks.statements import faults
from tests.policies.documents import documents
from tests.policies.generated import Weakening, weakenings
from tests.policies.judging import GRID, judge
from tests.policies.mutants import MUTANTS, Mutant


@pytest.fixture(scope="module")
def caught() -> Counter[int]:
    """How many of its document's forbidden requests each mutant lets through."""
    asked, of = [], []
    for place, mutant in enumerate(MUTANTS):
        changed = documents()[mutant.document].changed(mutant.change)
        for pair in GRID:
            if pair.document == mutant.document:
                asked.append((changed, pair.denied))
                of.append(place)
    return Counter(place for place, let_through in zip(of, judge(asked), strict=True) if let_through)


@pytest.mark.parametrize("place", range(len(MUTANTS)), ids=[f"{each.document}: {each.name}" for each in MUTANTS])
def test_a_hole_is_seen(place: int, caught: Counter[int]) -> None:
    assert caught[place] > 0


def test_every_weakening_is_seen_by_the_checks_or_by_the_grid() -> None:
    # Given every policy with one place of it made weaker, but those that the checks of templates refuse
    left = [each for each in weakenings() if not _is_refused(each)]
    # When the grid's forbidden requests are judged by them
    asked = [(each, pair.denied) for each in left for pair in GRID if pair.document == each.document]
    judged = judge([(each.changed, request) for each, request in asked])
    seen = {(each.document, each.name) for (each, _), let_through in zip(asked, judged, strict=True) if let_through}
    # Then each lets one through
    assert [(each.document, each.name) for each in left if (each.document, each.name) not in seen] == []


def _is_refused(weakening: Weakening) -> bool:
    return weakening.statement is not None and any(faults(weakening.statement))


def test_mutants_change_something() -> None:
    for mutant in MUTANTS:
        assert _changed(mutant) != documents()[mutant.document].policy, mutant.name
    assert len(MUTANTS) >= 10


def _changed(mutant: Mutant) -> object:
    return documents()[mutant.document].changed(mutant.change).policy
