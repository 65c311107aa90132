"""The benchmark's own arithmetic: medians, spreads, ratios, targets, and the table of them."""

import pytest

from benchmarks import money, report
from benchmarks.figures import LARGEST, TARGETS, Row, as_json, rows, single, spread, table
from benchmarks.rounds import COLD, COLD_FOUR, IMPORT, PROCESS, TRACING
from benchmarks.scenarios import WARM

MEASURED = {COLD, COLD_FOUR, IMPORT, PROCESS, TRACING, "package, zipped", *(each.name for each in WARM)}
SAMPLES = {"warm list of 20": {"ours": [0.001, 0.002, 0.009], "stock": [0.010, 0.008, 0.012]}}


def test_targets_charts_and_costs_are_of_what_is_measured() -> None:
    named = {*LARGEST, *report.CHARTS, *money.ROUTES, *(scenario for scenario, _ in TARGETS)}
    assert named <= MEASURED


def row(ours: float) -> Row:
    return Row("warm list of 20", "stock", "ms", ours, 0.1, 1.0, 0.1, ours)


def test_a_row_has_medians_in_its_unit() -> None:
    (found,) = rows(SAMPLES, "ms", 1000)
    assert (found.ours, found.theirs) == (pytest.approx(2.0), pytest.approx(10.0))


def test_a_ratio_is_the_median_of_the_rounds_own_ratios() -> None:
    # In the second round the machine was slow for both.
    (found,) = rows({"warm list of 20": {"ours": [1.0, 9.0, 1.0], "stock": [4.0, 36.0, 5.0]}}, "ms")
    assert found.ratio == 0.25


def test_peers_stand_in_their_order_and_whoever_is_none_of_them_comes_last() -> None:
    samples = {name: [1.0, 2.0] for name in ("ours without DAX", "ours", "raw", "stock")}
    assert [row.peer for row in rows({"cached read": samples}, "ms")] == ["stock", "raw", "ours without DAX"]


def test_one_outlier_does_not_move_the_spread() -> None:
    assert spread([1.0, 2.0, 3.0, 4.0, 5.0]) == spread([1.0, 2.0, 3.0, 4.0, 5000.0]) == 2.0


@pytest.mark.parametrize(
    ("ours", "verdict"),
    [(0.1, "met (≤ 0.18)"), (0.18, "met (≤ 0.18)"), (0.2, "met (≤ 0.25), not ≤ 0.18"), (0.3, "NOT MET (≤ 0.25)")],
)
def test_a_verdict_says_which_target_is_met(ours: float, verdict: str) -> None:
    assert row(ours).verdict == verdict


def test_what_has_no_target_has_no_verdict() -> None:
    (found,) = rows({"cold import": {"ours": [1.0], "flask": [2.0]}}, "ms")
    assert found.verdict == ""


def test_what_is_measured_once_has_no_spread() -> None:
    (found,) = single({"peak memory": {"ours": 2048, "stock": 4096}}, "MB", 1 / 1024)
    assert (found.ours, found.ours_spread, found.ratio) == (2.0, 0.0, 0.5)


def test_the_table_and_the_file_say_the_same() -> None:
    found = rows(SAMPLES, "ms", 1000)
    line = "| warm list of 20 | ms | stock | 2.00 ± 4.00 | 10.00 ± 2.00 | 0.25 | met (≤ 0.25), not ≤ 0.18 |"
    assert line in table(found)
    written = as_json(found)["warm list of 20 / stock"]
    assert (written["ours"], written["peer"], written["ratio"]) == (2.0, 10.0, pytest.approx(0.25))
