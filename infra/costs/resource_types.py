"""Holds every resource of the templates to resource_types.yaml: what costs something is on the bill."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

Resource = tuple[str, Mapping[str, Any]]


@cache
def resource_types() -> Mapping[str, Mapping[str, Any]]:
    """Return the file."""
    file = Path(__file__).with_name("resource_types.yaml")
    read: Mapping[str, Mapping[str, Any]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return read


def unpriced(resources: Iterable[Resource]) -> Iterator[str]:
    """Yield a sentence for each resource, and each property of a priced one, that the file does not know."""
    for kind, properties in resources:
        known = resource_types().get(kind)
        if known is None:
            yield f"{kind} is not in resource_types.yaml: look up what it costs."
            continue
        for name, wanted in known.get("only", {}).items():
            if properties.get(name) != wanted:
                yield f"{kind} with {name} {properties.get(name)!r} is not in resource_types.yaml: only {wanted} is."
        listed = {*known.get("priced", {}), *known.get("unpriced", ())}
        if listed:
            for name in properties.keys() - listed:
                yield f"{name} of {kind} is not in resource_types.yaml: look up what it costs."


def lines() -> set[str]:
    """Return every line of a bill that the file names."""
    found = {line for each in resource_types().values() for line in each.get("lines", ())}
    return found | {line for each in resource_types().values() for line in each.get("priced", {}).values()}


def lines_of(kind: str) -> list[str]:
    """Return the lines of a bill that a resource of a type adds to; none where it is free."""
    return list(resource_types()[kind].get("lines", ()))
