"""cfn-lint as a deploy would meet its findings: each template in the regions and with the parameters of the stages.

https://github.com/aws-cloudformation/cfn-lint
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from cfnlint.config import ConfigMixIn
from cfnlint.decode import decode_str
from cfnlint.rules import Rules
from cfnlint.runner import Runner
from cfnlint.runner.template.runner import run_template_by_data, run_template_by_file_path

from infra.checks.resolving import Node, read
from infra.checks.stacks import StageStack
from infra.deploy.parts import TEMPLATES
from infra.deploy.stage import GLOBAL_REGION, ROOT

# The longest name that a stage may have.
LONGEST_STAGE = "abcdefghijkl"

Parameters = Mapping[str, str | list[str]]


def lint_stacks(stacks: Iterable[StageStack]) -> Iterator[str]:
    """Yield one sentence for each finding in the templates of these stacks."""
    for (template, region), given in _by_template(stacks).items():
        yield from lint_file(template, region, given)


def lint_others(stacks: Iterable[StageStack], regions: Iterable[str], folder: Path = TEMPLATES) -> Iterator[str]:
    """Yield one sentence for each finding in the templates of a folder that no stack has, in each of these regions."""
    linted = {stack.template for stack in stacks}
    for template in sorted(set(folder.rglob("*.yaml")) - linted):
        for region in sorted({GLOBAL_REGION, *regions}):
            yield from lint_file(template, region, [])


def lint_file(template: Path, region: str, parameters: Iterable[Parameters]) -> Iterator[str]:
    """Yield one sentence for each finding in a template in a region, with each of these sets of parameters."""
    config = ConfigMixIn(
        [], templates=[str(template)], regions=[region], parameters=[dict(each) for each in parameters]
    )
    for found in run_template_by_file_path(str(template), config, _rules(), ignore_bad_template=False):
        shown = template.relative_to(ROOT) if template.is_relative_to(ROOT) else template
        yield f"{shown}:{found.linenumber} in {region}: {found.rule.id} {found.message}"


def lint_text(template: str, region: str) -> Iterator[str]:
    """Yield one sentence for each finding in a template's text in a region."""
    decoded, problems = decode_str(template)
    yield from (str(each.message) for each in problems)
    if decoded is not None:
        config = ConfigMixIn([], regions=[region])
        for found in run_template_by_data(decoded, config, _rules()):
            yield f"line {found.linenumber} in {region}: {found.rule.id} {found.message}"


@cache
def _rules() -> Rules:
    return Runner(ConfigMixIn([])).rules


def _by_template(stacks: Iterable[StageStack]) -> Mapping[tuple[Path, str], list[Parameters]]:
    found: dict[tuple[Path, str], list[Parameters]] = {}
    for stack in stacks:
        sets = found.setdefault((stack.template, stack.region), [])
        given = _typed(read(stack.template), {**stack.parameters, "Stage": LONGEST_STAGE})
        if given not in sets:
            sets.append(given)
    return found


def _typed(template: Node, parameters: Mapping[str, str]) -> Parameters:
    """The parameters as cfn-lint wants them: a list where the template declares one."""
    declared = template.get("Parameters", {})
    lists = {name for name, each in declared.items() if each["Type"] == "CommaDelimitedList"}
    return {name: value.split(",") if name in lists else value for name, value in parameters.items()}
