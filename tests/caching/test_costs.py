"""What reads cost: the model adds up, and the page that shows it shows what it says now."""

from datetime import date
from pathlib import Path

import pytest

from infra.costs.__main__ import report
from infra.costs.model import Layers, Reads, break_even, combinations, cost, prices, rented

PAGE = Path(__file__).parents[2] / "docs" / "caching.md"


def test_without_layers_a_million_reads_cost_their_parts() -> None:
    # 3.50 requests + 0.20 invocations + 0.10 of the function's time + 0.06 read units + 0.34 transfer
    gigabytes = 4 * 1_000_000 / 1024**2
    parts = 3.50 + 0.20 + 1_000_000 * 0.015 * 0.5 * 0.0000133334 + 0.5 * 0.125 + gigabytes * 0.09
    assert cost(Layers(), 1) == pytest.approx(parts)
    assert cost(Layers(), 1) == cost(Layers(), 1000)


def test_what_is_rented_is_shared_by_the_reads_of_its_hour() -> None:
    assert rented(0.36, 100) == pytest.approx(1.0)
    assert rented(0.36, 1000) == pytest.approx(0.1)


def test_a_layer_spares_those_behind_it_what_it_answers() -> None:
    everything = cost(Layers(edge=True, edge_hits=1.0), 10)
    assert everything == pytest.approx(1.00 + 4 * 1_000_000 / 1024**2 * 0.085)
    assert cost(Layers(edge=True), 10) < cost(Layers(), 10)


@pytest.mark.parametrize(("layer", "low", "high"), [("stage", 10, 25), ("dax", 500, 620)])
def test_a_rented_layer_pays_for_itself_from_some_rate_on(layer: str, low: float, high: float) -> None:
    rate = break_even(layer)
    assert rate is not None
    assert low < rate < high
    assert cost(Layers(**{layer: True}), rate * 1.01) < cost(Layers(), 1) < cost(Layers(**{layer: True}), rate * 0.99)


def test_larger_reads_make_dax_pay_sooner_and_free_ones_never() -> None:
    larger = break_even("dax", Reads(answer_kb=20, read_units=2.5))
    usual = break_even("dax")
    assert larger is not None
    assert usual is not None
    assert larger < usual / 4
    assert break_even("dax", Reads(read_units=0)) is None


def test_cloudfront_always_pays_for_itself() -> None:
    assert break_even("edge") == 0.0


def test_prices_have_a_date() -> None:
    assert isinstance(prices()["as_of"], date)


def test_every_combination_is_there() -> None:
    assert len({each.name for each in combinations()}) == 8


def test_the_page_shows_what_the_model_says() -> None:
    assert report() in PAGE.read_text(encoding="utf-8"), "python -m infra.costs, and put it into docs/caching.md"
