"""Limits that AWS's service models declare: which value of a request is longer or larger than its shape allows.

botocore has these models, and its clients check the lower limits alone.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import botocore.session
from botocore.model import OperationModel, Shape, StructureShape

_PLACEHOLDER = re.compile(r"\{(\w+)\+?\}")


@cache
def operations(service: str) -> Mapping[str, OperationModel]:
    """Return the operations of a service by name."""
    model = botocore.session.get_session().get_service_model(service)
    return {name: model.operation_model(name) for name in model.operation_names}


def by_route(service: str, method: str, path: str) -> tuple[OperationModel, dict[str, str]] | None:
    """Return the operation that a REST request is for, with the values in its path."""
    for operation, wanted, pattern, names in _routes(service):
        found = pattern.fullmatch(path) if wanted == method else None
        if found:
            return operation, dict(zip(names, found.groups(), strict=True))
    return None


def violation(operation: OperationModel, values: Mapping[str, Any]) -> str | None:
    """Say of the first value that breaks a limit what AWS says of it, or None."""
    shape = operation.input_shape
    found = next(_violations(shape, values, ""), None) if isinstance(shape, StructureShape) else None
    return None if found is None else f"1 validation error detected: {found}"


@cache
def _routes(service: str) -> list[tuple[OperationModel, str, re.Pattern[str], tuple[str, ...]]]:
    found = []
    for operation in operations(service).values():
        uri = str(operation.http["requestUri"]).partition("?")[0]
        names = tuple(_location_names(operation, _PLACEHOLDER.findall(uri)))
        pattern = re.compile(_PLACEHOLDER.sub("([^/]+)", uri.replace("+}", "}")))
        found.append((operation, str(operation.http["method"]), pattern, names))
    return found


def _location_names(operation: OperationModel, placeholders: list[str]) -> Iterator[str]:
    """The members that stand at the placeholders of a path."""
    shape = operation.input_shape
    members = shape.members if isinstance(shape, StructureShape) else {}
    at = {member.serialization.get("name", name): name for name, member in members.items()}
    yield from (at.get(placeholder, placeholder) for placeholder in placeholders)


def _violations(shape: Shape, value: object, place: str) -> Iterator[str]:
    most = shape.metadata.get("max")
    if shape.type_name == "structure" and isinstance(value, Mapping):
        for name, member in shape.members.items():  # type: ignore[attr-defined] # a structure has members
            given = value.get(name, value.get(member.serialization.get("name", name)))
            if given is not None:
                yield from _violations(member, given, f"{place}.{_lower(name)}".lstrip("."))
    elif shape.type_name == "list" and isinstance(value, list):
        if most is not None and len(value) > most:
            yield _too(place, "length", most)
        for position, each in enumerate(value, 1):
            yield from _violations(shape.member, each, f"{place}.{position}.member")  # type: ignore[attr-defined]
    elif shape.type_name == "string" and most is not None and isinstance(value, str) and len(value) > most:
        yield _too(place, "length", most)
    elif shape.type_name in ("integer", "long") and most is not None and _number(value) > most:
        yield _too(place, "value", most)


def _too(place: str, what: str, most: int) -> str:
    return f"Value at '{place}' failed to satisfy constraint: Member must have {what} less than or equal to {most}"


def _number(value: object) -> int:
    return int(str(value)) if str(value).lstrip("-").isdecimal() else 0


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]
