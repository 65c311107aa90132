"""What a stage's templates make: the resources of every stack, with its parameters and conditions put in."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from infra.deploy.parts import parts
from infra.deploy.stacks import Stack
from infra.deploy.stage import Stage

_FOR_EACH = "Fn::ForEach::"
_NOTHING = {"Ref": "AWS::NoValue"}


def resources(stage: Stage) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The type and properties of every resource of a stage, functions and API left out: Chalice makes those."""
    for part in parts(stage):
        yield from of_stack(part.stack(stage, {}))


def of_stack(stack: Stack) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The type and properties of every resource of a stack."""
    template = _read(stack.template)
    declared = template.get("Parameters", {})
    defaults = {name: str(each["Default"]) for name, each in declared.items() if "Default" in each}
    values = {**defaults, **stack.parameters}
    conditions = template.get("Conditions", {})
    for resource in _expanded(template["Resources"]):
        if "Condition" not in resource or _holds(conditions[resource["Condition"]], conditions, values):
            yield resource["Type"], _decided(resource.get("Properties", {}), conditions, values)


def _decided(node: Any, conditions: Mapping[str, Any], values: Mapping[str, str]) -> Any:  # noqa: ANN401
    """A part of a template with every `Fn::If` decided, and what is `AWS::NoValue` left out."""
    if isinstance(node, list):
        return [each for one in node if (each := _decided(one, conditions, values)) != _NOTHING]
    if not isinstance(node, dict):
        return node
    if set(node) == {"Fn::If"}:
        condition, then, otherwise = node["Fn::If"]
        return _decided(then if _holds(conditions[condition], conditions, values) else otherwise, conditions, values)
    found = {name: _decided(each, conditions, values) for name, each in node.items()}
    return {name: each for name, each in found.items() if each != _NOTHING}


def _expanded(declared: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for name, resource in declared.items():
        if not name.startswith(_FOR_EACH):
            yield resource
            continue
        variable, values, body = resource
        for value in values:
            # The variable stands in texts, and by itself as a reference.
            text = json.dumps(body).replace(f'{{"Ref": "{variable}"}}', f'"{value}"').replace(f"${{{variable}}}", value)
            yield from json.loads(text).values()


def _holds(condition: Any, conditions: Mapping[str, Any], values: Mapping[str, str]) -> bool:  # noqa: ANN401
    ((function, arguments),) = condition.items()
    if function == "Fn::Equals":
        one, other = (values.get(each["Ref"]) if isinstance(each, dict) else str(each) for each in arguments)
        return one == other
    if function == "Condition":
        return _holds(conditions[arguments], conditions, values)
    held = [_holds(each, conditions, values) for each in arguments]
    return {"Fn::Not": not held[0], "Fn::And": all(held), "Fn::Or": any(held)}[function]


@cache
def _read(path: Path) -> Mapping[str, Any]:
    read: Mapping[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=_Long)  # noqa: S506 - a safe loader
    return read


class _Long(yaml.SafeLoader):
    """Reads CloudFormation's short forms as its long ones."""


def _long(loader: yaml.SafeLoader, name: str, node: yaml.Node) -> dict[str, Any]:
    read: Any
    if isinstance(node, yaml.ScalarNode):
        read = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        read = loader.construct_sequence(node, deep=True)
    else:
        read = loader.construct_mapping(node, deep=True) if isinstance(node, yaml.MappingNode) else None
    return {name if name in ("Ref", "Condition") else f"Fn::{name}": read}


_Long.add_multi_constructor("!", _long)
