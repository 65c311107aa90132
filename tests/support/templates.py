"""Reads the project's CloudFormation templates as the laptop's stacks fill them in: parameters, conditions, names."""

from collections.abc import Iterator, Mapping
from typing import Any

import cfnlint.decode

from infra.deploy.stacks import Stack

PSEUDO = {"AWS::AccountId": "000000000000", "AWS::Region": "us-east-1", "AWS::Partition": "aws", "AWS::NoValue": None}


class Unknown(Exception):  # noqa: N818 - what the value is before the stack is made
    """The value is known only to the stack itself."""


class Template:
    """One stack's template with its parameters put in."""

    def __init__(self, stack: Stack) -> None:
        self._template, problems = cfnlint.decode.decode(str(stack.template))
        assert not problems, problems
        declared = self._template.get("Parameters", {})
        self._values = {name: each["Default"] for name, each in declared.items() if "Default" in each}
        self._values |= stack.parameters | PSEUDO

    def resources(self, *types: str) -> Iterator[Mapping[str, Any]]:
        """The properties of every resource of these types that the stack has."""
        for resource in self._template["Resources"].values():
            if resource["Type"] in types and self._holds(resource.get("Condition")):
                properties: Mapping[str, Any] = self.filled(resource["Properties"])
                yield properties

    def filled(self, node: Any) -> Any:
        """A part of the template with everything put in that is known; what is not is left out."""
        if isinstance(node, Mapping) and len(node) == 1:
            (name, argument), *_ = node.items()
            if name == "Ref" or name.startswith("Fn::"):
                return self._function(name, argument)
        if isinstance(node, Mapping):
            return dict(self._known((key, value) for key, value in node.items()))
        if isinstance(node, list):
            return [value for _, value in self._known(enumerate(node))]
        return node

    def _known(self, pairs: Any) -> Iterator[tuple[Any, Any]]:
        for key, value in pairs:
            try:
                filled = self.filled(value)
            except Unknown:
                continue
            if filled is not None:
                yield key, filled

    def _function(self, name: str, argument: Any) -> Any:
        if name == "Ref" and argument in self._values:
            return self._values[argument]
        if name == "Fn::If":
            return self.filled(argument[1] if self._holds(argument[0]) else argument[2])
        if name == "Fn::Sub" and isinstance(argument, str):
            text = argument
            for key, value in self._values.items():
                text = text.replace(f"${{{key}}}", str(value))
            if "${" not in text.replace("${!", ""):
                return text.replace("${!", "${")
        raise Unknown(name)

    def _holds(self, condition: str | None) -> bool:
        return condition is None or self._truth(self._template["Conditions"][condition])

    def _truth(self, node: Mapping[str, Any]) -> bool:
        ((name, arguments),) = node.items()
        if name == "Fn::Equals":
            one, other = (self.filled(each) for each in arguments)
            return bool(one == other)
        assert name == "Fn::Not", name
        return not self._truth(arguments[0])
