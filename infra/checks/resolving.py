"""Reads a template as CloudFormation would: loops written out, conditions decided, references filled in."""

import json
import re
from collections.abc import Mapping
from functools import cache
from ipaddress import ip_network
from itertools import islice
from pathlib import Path
from typing import Any

import cfnlint.decode
from cfnlint.template import Template
from cfnlint.template.transforms._language_extensions import language_extension

ACCOUNT = "123456789012"
NOTHING = object()
Node = dict[str, Any]

# The ARN of each type by the name that the template gives it.
_ARNS = {
    "AWS::Backup::BackupVault": "arn:aws:backup:{region}:{account}:backup-vault:{name}",
    "AWS::DynamoDB::Table": "arn:aws:dynamodb:{region}:{account}:table/{name}",
    "AWS::DynamoDB::GlobalTable": "arn:aws:dynamodb:{region}:{account}:table/{name}",
    "AWS::Lambda::Function": "arn:aws:lambda:{region}:{account}:function:{name}",
    "AWS::S3::Bucket": "arn:aws:s3:::{name}",
    "AWS::SQS::Queue": "arn:aws:sqs:{region}:{account}:{name}",
    "AWS::SNS::Topic": "arn:aws:sns:{region}:{account}:{name}",
    "AWS::IAM::Role": "arn:aws:iam::{account}:role/{name}",
    "AWS::Logs::LogGroup": "arn:aws:logs:{region}:{account}:log-group:{name}:*",
}
_NAMES = (
    "TableName",
    "BucketName",
    "FunctionName",
    "QueueName",
    "TopicName",
    "RoleName",
    "LogGroupName",
    "AlarmName",
    "Name",
)
# `Ref` gives an ARN for these, and a name for the others.
_REF_IS_ARN = ("AWS::CloudFormation::Stack", "AWS::Lambda::Alias", "AWS::SNS::Topic")


def read(path: Path) -> Node:
    """Return a template as it is written, with its loops written out.

    Raises:
        ValueError: it is not a template.
    """
    found: Node = json.loads(_source(path))
    return found


def resolve(template: Node, parameters: Mapping[str, str], region: str, account: str = ACCOUNT) -> Node:
    """Return the resources and outputs of a template that a stack with these parameters has.

    What only AWS knows is a text: `Name-id` for an id, `Name.Attribute` for an attribute.
    """
    return _Stack(template, parameters, region, account).decided()


@cache
def _source(path: Path) -> str:
    template, problems = cfnlint.decode.decode(str(path))
    if problems or template is None:
        raise ValueError(f"{path} is no template: {problems}")
    if "Transform" in template:
        problems, template = language_extension(Template(str(path), template, ["us-east-1"]))
        if problems:
            raise ValueError(f"{path} is no template: {problems}")
    return json.dumps(template)


class _Stack:
    def __init__(self, read: Node, parameters: Mapping[str, str], region: str, account: str) -> None:
        self._read = read
        self._region, self._account = region, account
        declared = read.get("Parameters", {})
        given = {name: str(each["Default"]) for name, each in declared.items() if "Default" in each}
        self._parameters = {**given, **parameters}
        self._lists = {name for name, one in declared.items() if one["Type"] == "CommaDelimitedList"}
        self._pseudo = {
            "AWS::AccountId": account,
            "AWS::Region": region,
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::StackName": "a-stack",
            "AWS::StackId": f"arn:aws:cloudformation:{region}:{ACCOUNT}:stack/mytodolist/0a1b2c3d-0000-0000",
            "AWS::NoValue": NOTHING,
        }

    def decided(self) -> Node:
        """The parts whose conditions hold, with everything in them that can be known."""
        found: Node = {}
        for part in ("Resources", "Outputs"):
            found[part] = {
                name: self._value(one)
                for name, one in self._read.get(part, {}).items()
                if "Condition" not in one or self._holds(one["Condition"])
            }
        return found

    def _holds(self, condition: str) -> bool:
        return bool(self._value(self._read["Conditions"][condition]))

    def _value(self, node: Any) -> Any:
        if isinstance(node, list):
            listed = [self._value(each) for each in node]
            return [value for value in listed if value is not NOTHING]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            (function, argument), *_ = node.items()
            if function in ("Ref", "Condition") or function.startswith("Fn::"):
                return getattr(self, f"_{function.removeprefix('Fn::').lower()}")(argument)
        values = {name: self._value(value) for name, value in node.items()}
        return {name: value for name, value in values.items() if value is not NOTHING}

    def _ref(self, name: Any) -> Any:
        name = self._value(name)
        if name in self._parameters:
            value = self._parameters[name]
            return value.split(",") if name in self._lists else value
        if name in self._pseudo:
            return self._pseudo[name]
        resource = self._read["Resources"][name]
        if resource["Type"] in _REF_IS_ARN:
            return self._getatt([name, "Arn"])
        return self._named(name)

    def _named(self, name: str) -> str:
        properties = self._read["Resources"][name].get("Properties", {})
        chosen = next((properties[key] for key in _NAMES if isinstance(properties.get(key), str | dict)), None)
        return str(self._value(chosen)) if chosen is not None else f"{name}-id"

    def _getatt(self, path: Any) -> str:
        name, _, attribute = path.partition(".") if isinstance(path, str) else (path[0], "", ".".join(path[1:]))
        shape = _ARNS.get(self._read["Resources"][name]["Type"])
        if attribute == "Arn" and shape is not None:
            return shape.format(region=self._region, account=self._account, name=self._named(name))
        if attribute == "FunctionUrl":
            return f"https://{name.lower()}.lambda-url.{self._region}.on.aws/"
        return f"{name}.{attribute}"

    def _sub(self, argument: Any) -> str:
        text, given = (argument, {}) if isinstance(argument, str) else argument
        values = {name: self._value(value) for name, value in given.items()}

        def filled(found: re.Match[str]) -> str:
            name = found[1]
            if name.startswith("!"):
                return f"${{{name[1:]}}}"
            if name in values:
                return str(values[name])
            if name not in self._parameters and name not in self._pseudo and "." in name:
                return self._getatt(name)
            return str(self._ref(name))

        return re.sub(r"\$\{([^}]+)\}", filled, text)

    def _if(self, argument: list[Any]) -> Any:
        condition, then, otherwise = argument
        return self._value(then if self._holds(condition) else otherwise)

    def _equals(self, argument: list[Any]) -> bool:
        left, right = self._value(argument)
        return str(left) == str(right)

    def _not(self, argument: list[Any]) -> bool:
        return not self._value(argument[0])

    def _and(self, argument: list[Any]) -> bool:
        return all(self._value(each) for each in argument)

    def _or(self, argument: list[Any]) -> bool:
        return any(self._value(each) for each in argument)

    def _condition(self, name: str) -> bool:
        return self._holds(name)

    def _join(self, argument: list[Any]) -> str:
        return str(argument[0]).join(map(str, self._value(argument[1])))

    def _split(self, argument: list[Any]) -> list[str]:
        return str(self._value(argument[1])).split(argument[0])

    def _select(self, argument: list[Any]) -> Any:
        return self._value(argument[1])[int(argument[0])]

    def _getazs(self, _: Any) -> list[str]:
        return [f"{self._region}{zone}" for zone in "abc"]

    def _cidr(self, argument: list[Any]) -> list[str]:
        block, count, bits = self._value(argument)
        subnets = ip_network(block).subnets(new_prefix=32 - int(bits))
        return [str(each) for each in islice(subnets, int(count))]

    def _findinmap(self, argument: list[Any]) -> Any:
        first, second, third = self._value(argument)
        return self._read["Mappings"][first][second][third]

    def _importvalue(self, argument: Any) -> str:
        return f"import:{self._value(argument)}"
