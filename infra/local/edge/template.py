"""Reads a CloudFormation template with its parameters: conditions decided, references filled in.

A reference to a resource becomes its logical name, and an attribute of one `Name.Attribute`; the URL of a function is
`https://Name.lambda-url/`.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

Node = dict[str, Any]
# What the host of a function's URL ends with.
URL_DOMAIN = ".lambda-url"
_NOTHING = object()
_PSEUDO: Mapping[str, Any] = {
    "AWS::AccountId": "000000000000",
    "AWS::NoValue": _NOTHING,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
}


class _Loader(yaml.SafeLoader):
    """Reads the short forms, such as `!Ref`, as the long ones."""


def _long_form(loader: _Loader, suffix: str, node: yaml.Node) -> Node:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _long_form)


def read(path: Path) -> Node:
    """Return a template in its long form."""
    template: Node = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a subclass of SafeLoader
    return template


def resources(template: Node, parameters: Mapping[str, str], region: str) -> Node:
    """Return the resources that a stack with these parameters has, by their logical names."""
    given = {name: declared["Default"] for name, declared in template["Parameters"].items() if "Default" in declared}
    filled = _Filled(template, {**_PSEUDO, "AWS::Region": region, **given, **parameters})
    return {
        name: filled.value(resource)
        for name, resource in template["Resources"].items()
        if "Condition" not in resource or filled.holds(resource["Condition"])
    }


class _Filled:
    def __init__(self, template: Node, known: Mapping[str, Any]) -> None:
        self._conditions = template.get("Conditions", {})
        self._known = known

    def holds(self, condition: str) -> bool:
        return bool(self.value(self._conditions[condition]))

    def value(self, node: Any) -> Any:  # noqa: ANN401 - YAML is anything
        if isinstance(node, list):
            return [value for each in node if (value := self.value(each)) is not _NOTHING]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            (name, argument), *_ = node.items()
            if name == "Ref":
                return self._known.get(argument, argument)
            if name == "Condition" and isinstance(argument, str):
                return self.holds(argument)
            if name.startswith("Fn::"):
                return self._function(name.removeprefix("Fn::"), argument)
        values = {name: self.value(value) for name, value in node.items()}
        return {name: value for name, value in values.items() if value is not _NOTHING}

    def _function(self, name: str, argument: Any) -> Any:  # noqa: ANN401
        functions: Mapping[str, Callable[[], Any]] = {
            "If": lambda: self.value(argument[1] if self.holds(argument[0]) else argument[2]),
            "Equals": lambda: len({str(self.value(each)) for each in argument}) == 1,
            "Not": lambda: not self.value(argument[0]),
            "And": lambda: all(self.value(each) for each in argument),
            "Or": lambda: any(self.value(each) for each in argument),
            "Sub": lambda: self._sub(argument),
            "GetAtt": lambda: _attribute(argument if isinstance(argument, str) else ".".join(argument)),
            "Select": lambda: self.value(argument[1])[int(argument[0])],
            "Split": lambda: self.value(argument[1]).split(argument[0]),
            "ImportValue": lambda: f"import:{self.value(argument)}",
        }
        if name not in functions:
            raise ValueError(f"The edge cannot read Fn::{name}.")
        return functions[name]()

    def _sub(self, argument: Any) -> str:  # noqa: ANN401
        text, own = (argument, {}) if isinstance(argument, str) else argument
        values = {**self._known, **{name: self.value(value) for name, value in own.items()}}
        return re.sub(r"\$\{([^}!]+)\}", lambda found: str(values.get(found[1], found[1])), text)


def _attribute(name: str) -> str:
    logical, _, attribute = name.partition(".")
    return f"https://{logical}{URL_DOMAIN}/" if attribute == "FunctionUrl" else name
