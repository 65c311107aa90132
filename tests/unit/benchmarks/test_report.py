"""The page of figures: the last run's table between its marks, and charts that browsers read."""

from xml.etree import ElementTree as ET

import pytest

from benchmarks import report
from benchmarks.charts import bars, lines
from benchmarks.figures import as_json, grown, rows

LIST = rows({"warm list of 20": {"ours": [1.0, 2.0, 3.0], "stock": [8.0, 16.0, 24.0], "raw": [4.0, 4.0, 4.0]}}, "ms")
GREW = [grown("one todo", "10,000", [1.0, 1.0, 1.0], [1.0, 1.05, 1.0]), grown("one todo", "100,000", [1.0], [1.2])]
FIGURES = as_json([*LIST, *GREW])
SVG = "{http://www.w3.org/2000/svg}"


def test_a_scenario_is_a_line_with_a_column_a_peer() -> None:
    assert "| warm list of 20 | 2.00 ms | 0.12 | 0.50 |  |  |  | stock: met (≤ 0.18) |" in report.table(FIGURES)


def test_growth_is_a_table_of_its_own_that_says_the_worst() -> None:
    assert "one todo" not in report.table(FIGURES)
    assert "| one todo | 1.00 ms | 1.00 | 1.20 | NOT MET (±10%) |" in report.growth(FIGURES)


def test_only_what_stands_between_the_marks_is_written_anew() -> None:
    page = f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n"
    once = report.put(page, "new")
    assert once.startswith("before\n")
    assert once.endswith("\nafter\n")
    assert "old" not in once
    assert report.put(once, "new") == once


@pytest.mark.parametrize("name", ["bench-list", "bench-growth"])
def test_a_chart_is_well_formed_and_says_what_it_shows(name: str) -> None:
    drawn = ET.fromstring(report.charts(FIGURES)[name].svg)
    title = drawn.find(f"{SVG}title")
    assert title is not None
    assert title.text


def test_the_longest_bar_is_the_largest_figure_and_ours_has_its_colour() -> None:
    drawn = ET.fromstring(bars("a < b", {"ours": 1.0, "stock": 4.0}, "ms", 2.0).svg)
    ours, stock = drawn.iter(f"{SVG}rect")
    assert float(stock.attrib["width"]) == pytest.approx(4 * float(ours.attrib["width"]), rel=0.01)
    assert (ours.attrib["class"], stock.attrib["class"]) == ("ours", "peer")


@pytest.mark.parametrize("most", [1.2, 2.0, 3.0])
def test_the_dashed_line_goes_through_no_figure_of_ours(most: float) -> None:
    drawn = ET.fromstring(bars("near", {"ours": 1.0, "stock": 4.0}, "ms", most).svg)
    (line,) = drawn.iter(f"{SVG}line")
    figure = next(text for text in drawn.iter(f"{SVG}text") if text.text == "1.00 ms")
    assert float(figure.attrib["x"]) > float(line.attrib["x1"])


def test_a_line_has_a_point_a_mark() -> None:
    drawn = ET.fromstring(lines("grows", {"one todo": [1.0, 1.1, 0.9]}, ["1", "10", "100"], 0.1).svg)
    (line,) = drawn.iter(f"{SVG}polyline")
    assert len(line.attrib["points"].split()) == 3
