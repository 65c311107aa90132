"""Reads the templates of infra/templates, with CloudFormation's short forms as their arguments."""

import copy
from functools import cache
from pathlib import Path
from typing import Any

import yaml

Node = dict[str, Any]


def read_template(template: Path) -> Node:
    """A template with CloudFormation's short forms as their arguments."""
    return copy.deepcopy(_parsed(template.read_text(encoding="utf-8")))


@cache
def _parsed(text: str) -> Node:
    """Parse each template once: a stage's own is read for every function and for every part."""
    read: Node = yaml.load(text, Loader=_AnyTag)  # noqa: S506 - a safe loader of our own
    return read


class _AnyTag(yaml.SafeLoader):
    """Reads CloudFormation's short forms as their arguments."""


def _argument(loader: yaml.SafeLoader, _: str, node: yaml.Node) -> Any:  # noqa: ANN401
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(node, deep=True) if isinstance(node, yaml.MappingNode) else None


_AnyTag.add_multi_constructor("!", _argument)
