"""The benchmark's own arithmetic: medians, spreads, ratios, targets, and the table of them."""

import pytest

from benchmarks.figures import Row, as_json, rows, spread, table

SAMPLES = {"warm list of 20": {"ours": [0.001, 0.002, 0.009], "stock": [0.010, 0.008, 0.012]}}


def row(ours: float) -> Row:
    return Row("warm list of 20", "stock", ours, 0.1, 1.0, 0.1)


def test_a_row_has_medians_in_milliseconds_and_their_ratio() -> None:
    (found,) = rows(SAMPLES)
    assert (found.ours, found.theirs) == (pytest.approx(2.0), pytest.approx(10.0))
    assert found.ratio == pytest.approx(0.2)


def test_one_outlier_does_not_move_the_spread() -> None:
    assert spread([1.0, 2.0, 3.0, 4.0, 5.0]) == spread([1.0, 2.0, 3.0, 4.0, 5000.0]) == 2.0


@pytest.mark.parametrize(
    ("ours", "verdict"),
    [(0.1, "met (≤ 0.18)"), (0.18, "met (≤ 0.18)"), (0.2, "met (≤ 0.25), not ≤ 0.18"), (0.3, "NOT MET (≤ 0.25)")],
)
def test_a_verdict_says_which_target_is_met(ours: float, verdict: str) -> None:
    assert row(ours).verdict == verdict


def test_what_has_no_target_has_no_verdict() -> None:
    assert Row("import", "flask", 1.0, 0.0, 2.0, 0.0).verdict == ""


def test_the_table_and_the_file_say_the_same() -> None:
    found = rows(SAMPLES)
    assert "| warm list of 20 | stock | 2.00 ± 4.00 | 10.00 ± 2.00 | 0.20 | met (≤ 0.25), not ≤ 0.18 |" in table(found)
    assert as_json(found) == {"warm list of 20 / stock": {"ours": 2.0, "peer": 10.0, "ratio": pytest.approx(0.2)}}
