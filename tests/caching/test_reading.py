"""Whatever people do: nobody sees what is another's, and nothing is older than its layer says."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from tests.caching.machine import run, wander
from tests.caching.mutants import MUTANTS
from tests.caching.world import Setup

# Seeds of walks that find a mutant early. Where the application changes, the walks after it find it.
EARLY = {
    "the stage keeps todos by the token, and so past their time": 5,
    "the stage does not tell tags apart": 1,
    "the stage does not tell lengths apart": 1,
    "readers who load anew are refused": 1,
    "CloudFront does not tell queries apart": 1,
    "the list is not refreshed": 3,
    "tags are not refreshed": 13,
    "the feed is not refreshed": 1,
    "CloudFront is told of lists without their queries": 2,
    "CloudFront is told of no page": 2,
    "CloudFront is told of pages by their folders": 11,
}


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Thousands of requests make lines that nobody reads."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_everybody_sees_their_own_and_nothing_too_old(tables: None, empty_tables: Any) -> None:
    run(empty_tables, Setup(), examples=6, steps=30)


def test_nor_do_those_who_read_most_of_the_time(tables: None, empty_tables: Any) -> None:
    wander(empty_tables, Setup(), walks=1, steps=150)


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_layer_that_is_set_up_wrong_is_found_out(tables: None, empty_tables: Any, mutant: str) -> None:
    with pytest.raises(AssertionError):
        wander(empty_tables, MUTANTS[mutant], walks=8, steps=150, first=EARLY.get(mutant, 0))
