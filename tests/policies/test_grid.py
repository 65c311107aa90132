"""Each policy lets through what it must, and stops what is closest to it: each deny has its allow beside it."""

from collections import Counter

import pytest

from tests.policies.documents import Pair, documents
from tests.policies.judging import GRID, judge


@pytest.fixture(scope="module")
def judgements() -> dict[int, tuple[bool, bool]]:
    """What the simulator says of each pair."""
    found = documents()
    asked = [(found[pair.document], request) for pair in GRID for request in (pair.allowed, pair.denied)]
    answers = judge(asked)
    return {place: (answers[2 * place], answers[2 * place + 1]) for place in range(len(GRID))}


@pytest.mark.parametrize("place", range(len(GRID)), ids=[f"{pair.document}: {pair.title}" for pair in GRID])
def test_allows_this_and_denies_that(place: int, judgements: dict[int, tuple[bool, bool]]) -> None:
    pair = GRID[place]
    assert judgements[place] == (True, False), pair


def test_every_document_is_tried() -> None:
    tried = Counter(pair.document for pair in GRID)
    assert set(tried) == set(documents())
    assert min(tried.values()) >= 1
    assert 2 * len(GRID) >= 80


def test_no_pair_is_there_twice() -> None:
    assert len({_key(pair) for pair in GRID}) == len(GRID)


def _key(pair: Pair) -> tuple[str, str]:
    return pair.document, pair.title
