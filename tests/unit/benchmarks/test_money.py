"""What a million calls cost: the same units for all, and each one's own time."""

import pytest

from benchmarks.money import costs, per_route
from infra.costs.routes import per_million


def test_a_slower_peer_costs_its_time_and_nothing_else() -> None:
    (found,) = costs({"warm GET of one todo": {"ours": 1.0, "stock": 11.0}, "cold import": {"ours": 1.0, "stock": 2.0}})
    assert found.scenario == "cost of a million: GET of one todo"
    assert found.ours == pytest.approx(per_million("get_todo", 1.0))
    # 10 ms more, at a share of a processor, are so many GB-seconds more.
    assert found.theirs - found.ours == pytest.approx(10 * (per_million("get_todo", 2.0) - found.ours), rel=0.01)


def test_every_route_has_its_line() -> None:
    assert "| get_todo | GetItem | 1 | 0 |" in per_route()
