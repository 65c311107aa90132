"""Finds settings that no deploy can change: they replace a resource whose name is fixed.

CloudFormation makes the replacement before it deletes what it replaces, so the name is taken and the update fails.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-name.html
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra.checks.resolving import Node
from infra.checks.schemas import Path, create_only, identifiers, values_at

# A stage keeps its name; another name is another stage.
_FIXED = frozenset({"Stage", "IsLocal"})
# These are not names: what they identify has one.
_IDS = ("Id", "Arn", "ARN")
# The names of something else: of AWS's own services, and of what a resource of a type is in.
_OTHERS_NAMES = ("ServiceName",)
_NAMES_OF_OTHERS = frozenset({("AWS::DAX::Cluster", "SubnetGroupName")})
_REFERENCE = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.[A-Za-z0-9.]+)?\}")

# Resource and parameter of a fixed name that is right, and why.
ACCEPTED: Mapping[tuple[str, str], str] = {
    ("Cluster", "NodeType"): "NodeCode is part of the name, and the deploy changes it with NodeType",
    ("Vault", "KmsKeyArn"): "no setting of a stage gives it: backups are encrypted by AWS's own key",
    ("LogsBucket", "LogsBucketArn"): "the bucket's name says stage and account alone, so its ARN never changes",
}


@dataclass(frozen=True, slots=True)
class FixedName:
    """A resource with a name of ours, the property that replaces it, and the parameters that change that property."""

    resource: str
    kind: str
    changed: str
    parameters: frozenset[str]

    def __str__(self) -> str:
        return (
            f"{self.resource} ({self.kind}) has a fixed name, and {' or '.join(sorted(self.parameters))} changes its "
            f"{self.changed}, which replaces it: put that into its name, or let AWS choose the name."
        )


def fixed_names(template: Node) -> Iterator[FixedName]:
    """Yield every resource of a template that a parameter would replace while its name stays."""
    for logical, resource in template["Resources"].items():
        kind, properties = resource["Type"], resource.get("Properties", {})
        names = [path for path in _names(kind) if any(_is_ours(template, each) for each in values_at(properties, path))]
        if not names:
            continue
        in_names = _depends(template, properties, names)
        for path in create_only(kind):
            # Part of what identifies it: the replacement is another resource to AWS.
            if path not in names and path not in identifiers(kind):
                changing = _depends(template, properties, [path]) - in_names
                changing -= {name for accepted, name in ACCEPTED if accepted == logical}
                if changing:
                    yield FixedName(logical, kind, ".".join(path), frozenset(changing))


def parameters_of(template: Node, node: Any, seen: frozenset[str] = frozenset()) -> set[str]:
    """Return the parameters that change a value: by themselves, by a condition, or by replacing what it refers to."""
    if isinstance(node, list):
        return {name for each in node for name in parameters_of(template, each, seen)}
    if not isinstance(node, dict):
        return set()
    found: set[str] = set()
    for key, value in node.items():
        if key == "Fn::If":
            found |= parameters_of(template, template["Conditions"][value[0]], seen)
            found |= parameters_of(template, value[1:], seen)
        elif key == "Condition" and isinstance(value, str):
            found |= parameters_of(template, template["Conditions"][value], seen)
        elif key in ("Ref", "Fn::GetAtt", "Fn::Sub"):
            for name in _referred(key, value):
                found |= _changing(template, name, seen)
            found |= parameters_of(template, value, seen)
        else:
            found |= parameters_of(template, value, seen)
    return found - _FIXED


def _changing(template: Node, name: str, seen: frozenset[str]) -> set[str]:
    if name in template.get("Parameters", {}):
        return {name}
    resource = template["Resources"].get(name)
    if resource is None or name in seen:
        return set()
    properties = resource.get("Properties", {})
    return _depends(template, properties, create_only(resource["Type"]), seen | {name})


def _depends(template: Node, properties: Node, paths: list[Path], seen: frozenset[str] = frozenset()) -> set[str]:
    """The parameters that the properties at these paths depend on."""
    return {
        name
        for path in paths
        for node in _with_conditions(properties, path)
        for name in parameters_of(template, node, seen)
    }


def _with_conditions(properties: Node, path: Path) -> Iterator[Any]:
    """The value at a path, and each condition on the way to it."""
    node: Any = properties
    for part in path:
        if isinstance(node, dict) and set(node) == {"Fn::If"}:
            yield node
            return
        node = node.get(part) if isinstance(node, dict) else None
    if node is not None:
        yield node


def _names(kind: str) -> list[Path]:
    """The properties that name a resource of this type."""
    named = [
        path
        for path in create_only(kind)
        if path[-1].endswith("Name") and path[-1] not in _OTHERS_NAMES and (kind, path[-1]) not in _NAMES_OF_OTHERS
    ]
    return [*named, *(path for path in identifiers(kind) if path not in named and not path[-1].endswith(_IDS))]


def _is_ours(template: Node, value: Any) -> bool:
    """Whether the template chooses this value, rather than naming another resource."""
    return bool(value) and not any(name in template["Resources"] for name in _all_referred(value))


def _all_referred(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for each in node:
            yield from _all_referred(each)
    elif isinstance(node, Mapping):
        for key, value in node.items():
            yield from _referred(key, value)
            yield from _all_referred(value)


def _referred(function: str, value: Any) -> list[str]:
    if function == "Ref" and isinstance(value, str):
        return [value]
    if function == "Fn::GetAtt":
        return [value.partition(".")[0] if isinstance(value, str) else value[0]]
    if function == "Fn::Sub":
        text = value if isinstance(value, str) else value[0]
        return _REFERENCE.findall(text)
    return []
