"""Reads the templates as a stack of the stage `prod` would have them."""

from functools import cache
from pathlib import Path

from infra.checks import resolving
from infra.checks.resolving import ACCOUNT, Node

TEMPLATES = Path(__file__).parents[2] / "infra" / "templates"
STAGE, REGION = "prod", "eu-north-1"

__all__ = ["ACCOUNT", "REGION", "STAGE", "Node", "names", "of_type", "stack", "template"]


@cache
def names() -> tuple[str, ...]:
    """Every template by its path under infra/templates, without its ending."""
    return tuple(sorted(path.relative_to(TEMPLATES).with_suffix("").as_posix() for path in TEMPLATES.rglob("*.yaml")))


def template(name: str) -> Node:
    """A template as it is written, with its loops written out."""
    return resolving.read(TEMPLATES / f"{name}.yaml")


def stack(name: str, **parameters: str) -> Node:
    """A template's resources and outputs as a stack of the stage `prod` would have them."""
    return resolving.resolve(template(name), {"Stage": STAGE, **parameters}, REGION)


def of_type(resources: Node, *types: str) -> Node:
    """The resources of these types."""
    return {name: resource for name, resource in resources.items() if resource["Type"] in types}
