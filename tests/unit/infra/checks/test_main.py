"""Every finding is a sentence on its own line, and one is enough to fail."""

import pytest

from infra.checks.__main__ import report


@pytest.mark.parametrize(("found", "status"), [([], 0), (["The queue's name is too long."], 1)])
def test_findings_are_said_and_decide_the_status(
    capsys: pytest.CaptureFixture[str], found: list[str], status: int
) -> None:
    assert report(found) == status
    assert capsys.readouterr().err.splitlines() == found
