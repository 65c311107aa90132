"""What a stage gives its templates is what they take."""

from typing import Any

import pytest

from infra.checks.parameters import refused
from infra.checks.resolving import read
from infra.checks.stacks import stacks_of, stages, with_everything

STACKS = [stack for stage in stages() for each in (stage, with_everything(stage)) for stack in stacks_of(each)]
DECLARED: dict[str, Any] = {
    "Parameters": {
        "Days": {"Type": "Number", "AllowedValues": [1, 7], "Default": 7},
        "Share": {"Type": "Number", "MinValue": 0, "MaxValue": 1, "Default": 0.5},
        "Stage": {"Type": "String", "AllowedPattern": "[a-z]+"},
    }
}
WRONG = {
    "Days": {"Stage": "dev", "Days": "31"},
    "Share": {"Stage": "dev", "Share": "1.5"},
    "a number": {"Stage": "dev", "Share": "half"},
    "[a-z]+ is wanted": {"Stage": "Dev1"},
    "no value": {},
    "no parameter Dayz": {"Stage": "dev", "Dayz": "7"},
}


@pytest.mark.parametrize("stack", STACKS, ids=lambda stack: f"{stack.stage}-{stack.concern}")
def test_cloudformation_takes_what_a_stage_gives(stack: Any) -> None:
    assert list(refused(read(stack.template), stack.parameters)) == []


@pytest.mark.parametrize("said", WRONG)
def test_a_parameter_that_cloudformation_would_refuse_is_found(said: str) -> None:
    [sentence] = refused(DECLARED, WRONG[said])
    assert said in sentence


def test_what_a_template_takes_is_taken() -> None:
    assert list(refused(DECLARED, {"Stage": "dev", "Days": "1", "Share": "0"})) == []
