"""Holds the parameters that stages give to what their templates take, as CloudFormation does before it begins.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from infra.checks.resolving import Node


def refused(template: Node, given: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each parameter that CloudFormation would refuse."""
    declared: Mapping[str, Mapping[str, Any]] = template.get("Parameters", {})
    for name in given.keys() - declared.keys():
        yield f"The template has no parameter {name}."
    for name, rules in declared.items():
        if name not in given:
            if "Default" not in rules:
                yield f"The parameter {name} has no value and no default."
        elif wrong := _wrong(rules, given[name]):
            yield f"The parameter {name} is {given[name]!r}; {wrong}."


def _wrong(rules: Mapping[str, Any], value: str) -> str | None:
    if "AllowedValues" in rules and value not in map(str, rules["AllowedValues"]):
        return f"one of {', '.join(map(str, rules['AllowedValues']))} is wanted"
    if "AllowedPattern" in rules and not re.fullmatch(rules["AllowedPattern"], value):
        return f"{rules['AllowedPattern']} is wanted"
    if rules["Type"] == "Number":
        if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value):
            return "a number is wanted"
        if not float(rules.get("MinValue", value)) <= float(value) <= float(rules.get("MaxValue", value)):
            return f"a number from {rules.get('MinValue', 'any')} to {rules.get('MaxValue', 'any')} is wanted"
    return None
