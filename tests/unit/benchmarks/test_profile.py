"""What is left: the slowest imports, and a profile for each target that is missed."""

import pytest

from benchmarks import profile
from benchmarks.__main__ import missed
from benchmarks.figures import Row

TOLD = """import time: self [us] | cumulative | imported package
import time:       150 |        150 |   _io
import time:      2500 |       2650 | botocore.session
not a line of it
"""


def row(scenario: str, ratio: float, unit: str = "ms") -> Row:
    return Row(scenario, "stock", unit, ratio, 0.0, 1.0, 0.0, ratio)


def test_imports_are_listed_by_their_own_time() -> None:
    assert profile.slowest(TOLD) == (
        "2 modules imported in 2.6 ms; by themselves:\n     2.50  botocore.session\n     0.15  _io\n"
    )


def test_a_missed_target_has_its_profile_and_a_met_one_has_none() -> None:
    found = [
        row("cold start, first GET", 0.5),
        row("cold start, four tables", 0.5),
        row("tracing of one GET", 0.5),
        row("warm GET of one todo", 0.1),
        row("package, zipped", 20.0, "MB"),
    ]
    assert missed(found) == ["cold start", "warm GET of one todo"]


def test_a_target_that_is_met_but_not_beyond_the_least_has_its_profile_too() -> None:
    assert missed([row("tracing of one GET", 0.1), row("warm list of 20", 0.17)]) == ["warm GET of one todo"]


def test_an_unknown_name_is_told_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert profile.main(["fast"]) == 2
    assert "warm list of 20" in capsys.readouterr().err
