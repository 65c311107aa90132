"""Holds what a stage gives its stacks to the rules of their templates, before CloudFormation sees any of them.

CloudFormation looks at a stack's parameters when the stacks before it are there already.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from infra.deploy.parts import UNKNOWN, parts
from infra.deploy.stage import Stage, StageError
from infra.deploy.template_files import read_template


def check(stage: Stage) -> None:
    """Refuse a stage whose settings a template does not take.

    Raises:
        StageError: a value is not of its parameter; the message names both.
    """
    found = list(problems(stage))
    if found:
        raise StageError("\n".join(found))


def problems(stage: Stage) -> Iterator[str]:
    """Say of each value that a template does not take what it must be."""
    for part in parts(stage):
        stack = part.stack(stage, {})
        declared = read_template(stack.template)["Parameters"]
        for name, value in stack.parameters.items():
            if value != UNKNOWN and (rule := next(_broken(declared.get(name), value), None)):
                yield f"infra/stages/{stage.name}.yaml gives {stack.name} {name}={value}, which must be {rule}."


def _broken(declared: Mapping[str, Any] | None, value: str) -> Iterator[str]:
    """The rules of a parameter that the value breaks."""
    if declared is None:
        yield "left out: the template has no more of them"
        return
    allowed = [str(each) for each in declared.get("AllowedValues", ())]
    if allowed and value not in allowed:
        yield f"one of {', '.join(allowed)}"
    if (pattern := declared.get("AllowedPattern")) and not re.fullmatch(pattern, value):
        yield f"of the form {pattern}"
    if declared["Type"] == "Number":
        number = float(value)
        if number < declared.get("MinValue", number):
            yield f"at least {declared['MinValue']}"
        if number > declared.get("MaxValue", number):
            yield f"at most {declared['MaxValue']}"
