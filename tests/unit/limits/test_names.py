"""Names that AWS limits: the checks of templates refuse the first one that is too long."""

from pathlib import Path

import pytest

from infra.checks.names import LONGEST, wrong_values
from infra.checks.resolving import read

BY_SCHEMA = {
    ("AWS::Events::Rule", "Name"): 64,
    ("AWS::Logs::LogGroup", "LogGroupName"): 512,
}
NAMES = {**LONGEST, **BY_SCHEMA}


@pytest.mark.parametrize("over", [-1, 0, 1])
@pytest.mark.parametrize(("kind", "name"), NAMES, ids=str)
def test_a_name_is_refused_when_it_is_too_long(tmp_path: Path, kind: str, name: str, over: int) -> None:
    # Given a template with one name that has about the length that AWS takes
    file = tmp_path / "template.yaml"
    value = "n" * (NAMES[kind, name] + over)
    named = f"{{ {name}: {value} }}"
    properties = f"{{ Budget: {named} }}" if kind == "AWS::Budgets::Budget" else named
    file.write_text(f"Resources:\n  It:\n    Type: {kind}\n    Properties: {properties}\n")
    # When it is checked, then one character too many is found
    found = [sentence for sentence in wrong_values(read(file), {}) if f"{name} has {len(value)} characters" in sentence]
    assert bool(found) == (over > 0)
