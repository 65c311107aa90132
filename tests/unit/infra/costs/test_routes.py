"""What a million calls of a route cost: the parts add up, and measured times count."""

import json
from pathlib import Path

import pytest

from infra.costs import routes as module
from infra.costs.routes import KB_A_GB, benched, measured, per_million, routes


def test_a_million_reads_of_one_todo_cost_their_parts() -> None:
    route = routes()["get_todo"]
    seconds = (2.0 * measured()["full_processor_mb"] / 512 + measured()["waiting"]["read"]) / 1000
    parts = [
        1.00 + 1_000_000 * route.answer_kb / KB_A_GB * 0.085,  # CloudFront
        3.50,  # API Gateway
        0.20 + 1_000_000 * seconds * 0.5 * 0.0000133334,  # the function
        0.125,  # one read unit
        1_000_000 * measured()["logged_kb"] / KB_A_GB * 0.50,  # logs
        0.05 * 5.00,  # traces
    ]
    assert per_million("get_todo", 2.0) == pytest.approx(sum(parts))


def test_a_faster_function_and_a_read_that_is_smaller_cost_less() -> None:
    assert per_million("get_todo", 1.0) < per_million("get_todo", 2.0)
    assert per_million("list_todos, open ones", 1.0) < per_million("list_todos", 1.0)


def test_more_memory_is_no_dearer_as_long_as_it_makes_the_work_as_much_faster() -> None:
    route = routes()["health"]
    assert route.asks == ()
    small, large = (route.bill(memory)["function GB-seconds"] for memory in (512, 1024))
    assert small == pytest.approx(large)
    assert route.bill(3538)["function GB-seconds"] == pytest.approx(2 * route.bill(1769)["function GB-seconds"])


def test_a_route_that_is_not_there_is_no_route() -> None:
    with pytest.raises(KeyError):
        per_million("get_everything")


def test_the_last_benchmark_says_how_long_its_routes_take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "bench.json"
    monkeypatch.setattr(module, "BENCH", file)
    assert benched() == {}
    file.write_text(
        json.dumps({"warm GET of one todo / stock": {"ours": 0.5, "stock": 3.0}, "cold init / raw": {"ours": 99.0}})
    )
    assert benched() == {"get_todo": 0.5, "get_media": 0.5}
