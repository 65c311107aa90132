"""Every policy document that a deploy makes: of functions, of roles, and of buckets, queues, topics and endpoints."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from infra import policies
from infra.checks.resolving import ACCOUNT, Node, read, resolve
from infra.checks.stacks import StageStack
from infra.checks.statements import faults, statements
from infra.deploy.parts import TEMPLATES
from infra.deploy.stage import ROOT

REGION = "eu-north-1"
# What a permissions boundary is called in templates.
_BOUNDARY = ", Boundary"


def policy_faults(stacks: list[StageStack], folder: Path = TEMPLATES) -> Iterator[str]:
    """Yield a sentence for each fault in a policy of a function, of these stacks, or of a template that none has."""
    seen: set[str] = set()
    for place, statement in (*of_functions(), *of_stacks(stacks), *of_others(stacks, folder)):
        for fault in faults(statement, grants=_BOUNDARY not in place):
            sentence = f"{place}: {fault}"
            if sentence not in seen:
                seen.add(sentence)
                yield sentence


def of_functions() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each statement of each function's policy, with everything that a stage may turn on."""
    for function in policies.FUNCTIONS:
        policy = policies.render(
            function,
            "dev",
            ACCOUNT,
            REGION,
            mail_from="blog@example.com",
            kms_key_arn=f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234",
            api_id="abcde12345",
            distribution_id="E123EXAMPLE",
            in_vpc=function == policies.API,
            through_dax=True,
            polled_when_needed=True,
        )
        yield from statements(policy, f"infra/policies, {function}")


def of_stacks(stacks: list[StageStack]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each statement in the templates of stacks."""
    for stack in stacks:
        yield from _in(stack.template, stack.resources())


def of_others(stacks: list[StageStack], folder: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each statement in the templates of a folder that none of the stacks has."""
    for template in sorted(set(folder.rglob("*.yaml")) - {stack.template for stack in stacks}):
        written = read(template)
        yield from _in(template, resolve(written, _examples(written), REGION)["Resources"])


def _in(template: Path, resources: Node) -> Iterator[tuple[str, Mapping[str, Any]]]:
    shown = template.relative_to(ROOT) if template.is_relative_to(ROOT) else template
    for name, resource in resources.items():
        yield from statements(resource.get("Properties", {}), f"{shown}, {name}")


def _examples(template: Node) -> dict[str, str]:
    """A value for each parameter that has no default."""
    declared = template.get("Parameters", {})
    return {
        name: str(each.get("AllowedValues", ["any"])[0]) for name, each in declared.items() if "Default" not in each
    }
