"""CloudFormation's schemas of resource types, as cfn-lint ships them.

https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

REGION = "us-east-1"
Path = tuple[str, ...]


def schema(kind: str) -> Mapping[str, Any]:
    """Return the schema of a type such as AWS::SQS::Queue.

    Raises:
        ResourceNotFoundError: CloudFormation of us-east-1 has no such type.
    """
    found: Mapping[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, kind).schema
    return found


def create_only(kind: str) -> list[Path]:
    """Return the properties whose change makes CloudFormation replace the resource, always or in some cases."""
    found = schema(kind)
    return [_path(each) for name in _CREATE_ONLY for each in found.get(name) or ()]


def identifiers(kind: str) -> list[Path]:
    """Return the properties that identify a resource and that the template may set."""
    found = schema(kind)
    read_only = set(found.get("readOnlyProperties") or ())
    return [_path(each) for each in found.get("primaryIdentifier") or () if each not in read_only]


def deprecated(kind: str) -> list[Path]:
    """Return the properties that AWS has deprecated."""
    return [_path(each) for each in schema(kind).get("deprecatedProperties") or ()]


def read_only(kind: str) -> list[Path]:
    """Return the properties that only AWS sets."""
    return [_path(each) for each in schema(kind).get("readOnlyProperties") or ()]


def write_only(kind: str) -> list[Path]:
    """Return the properties that AWS takes and never shows again."""
    return [_path(each) for each in schema(kind).get("writeOnlyProperties") or ()]


def dotted(path: Path) -> str:
    """Return a path as people write it."""
    return ".".join(path)


def values_at(node: Any, path: Path) -> Iterator[Any]:
    """Yield every value at a path of a resource's properties, through lists and both branches of `Fn::If`."""
    if isinstance(node, dict) and set(node) == {"Fn::If"}:
        for branch in node["Fn::If"][1:]:
            yield from values_at(branch, path)
    elif isinstance(node, list):
        for each in node:
            yield from values_at(each, path[1:] if path[:1] == ("*",) else path)
    elif not path:
        yield node
    elif isinstance(node, dict) and path[0] in node:
        yield from values_at(node[path[0]], path[1:])


_CREATE_ONLY = ("createOnlyProperties", "conditionalCreateOnlyProperties")


def _path(pointer: str) -> Path:
    return tuple(pointer.removeprefix("/properties/").split("/"))
