"""Checks of a stage's one stack, after the SAM transform: its own resources, and what it gives its nested stacks.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-nested-stacks.html
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from infra.checks.names import Unknown, wrong_values
from infra.checks.parameters import refused
from infra.checks.resolving import Node, read, resolve
from infra.checks.service_models import refused_values
from infra.checks.statements import faults, statements
from infra.deploy.parts import TEMPLATES

STACK = "AWS::CloudFormation::Stack"
_OUTPUTS = "Outputs."


def one_stack_faults(template: Node, region: str, templates: Path = TEMPLATES) -> Iterator[str]:
    """Yield a sentence for each fault in the template of a one stack that would be made in a region."""
    resources: Node = resolve(template, {}, region)["Resources"]
    yield from wrong_values(template, {})
    yield from refused_values(resources)
    for name, resource in resources.items():
        for place, statement in statements(resource.get("Properties", {}), name):
            yield from (f"{place}: {fault}" for fault in faults(statement, grants=True))
    yield from _of_nested(template, resources, region, templates)


def _of_nested(template: Node, resources: Node, region: str, templates: Path) -> Iterator[str]:
    """Yield what a nested template refuses of its parameters, and outputs that are read and not there."""
    unknown, outputs = Unknown(resources), {}
    for name, resource in resources.items():
        if resource["Type"] == STACK:
            written = read(templates / resource["Properties"]["TemplateURL"].rpartition("/templates/")[2])
            given = {key: str(value) for key, value in resource["Properties"].get("Parameters", {}).items()}
            missing = given.keys() - {key for key, value in given.items() if unknown.has(value)}
            known = {key: given[key] for key in missing}
            declared = {key: each for key, each in written["Parameters"].items() if key not in given or key in known}
            yield from (f"{name}: {fault}" for fault in refused({"Parameters": declared}, known))
            yield from (f"{name}: The template has no parameter {key}." for key in given.keys() - written["Parameters"])
            outputs[name] = set(resolve(written, given, region)["Outputs"])
    for name, output in sorted(set(read_outputs(template))):
        if name in outputs and output not in outputs[name]:
            yield f"{name}.{_OUTPUTS}{output} is read, and the nested stack does not put it out."


def read_outputs(node: Any) -> Iterator[tuple[str, str]]:
    """Yield each output of a nested stack that a template reads: the stack's logical id, and the output's name."""
    if isinstance(node, list):
        for each in node:
            yield from read_outputs(each)
    elif isinstance(node, Mapping):
        path = node.get("Fn::GetAtt")
        if isinstance(path, list) and str(path[1]).startswith(_OUTPUTS):
            yield path[0], path[1].removeprefix(_OUTPUTS)
        for each in node.values():
            yield from read_outputs(each)
