"""`python -m infra.checks`: check what would be deployed, without an account; every finding is a sentence."""

import sys
from collections.abc import Iterable, Iterator

from infra.checks import sizes
from infra.checks.lint import lint_others, lint_stacks
from infra.checks.names import wrong_values
from infra.checks.parameters import refused
from infra.checks.policies import policy_faults
from infra.checks.properties import misused
from infra.checks.replacement import fixed_names
from infra.checks.resolving import read
from infra.checks.service_models import refused_calls, refused_values
from infra.checks.stacks import stacks_of, stages, with_everything
from infra.deploy.parts import TEMPLATES
from infra.deploy.stage import ROOT


def findings() -> Iterator[str]:
    """Yield every finding."""
    known = stages()
    stacks = [stack for stage in known for stack in stacks_of(stage)]
    yield from lint_stacks(stacks)
    yield from lint_others(stacks, [stage.region for stage in known])
    templates = sorted(TEMPLATES.rglob("*.yaml"))
    yield from sizes.findings(templates)
    for template in templates:
        for found in (*misused(read(template)), *fixed_names(read(template))):
            yield f"{template.relative_to(ROOT)}: {found}"
    complete = [stack for stage in known for stack in stacks_of(with_everything(stage))]
    yield from policy_faults(complete)
    yield from dict.fromkeys(
        f"{stack.template.relative_to(ROOT)}: {found}"
        for stack in complete
        for found in (*refused_values(stack.resources()), *refused_calls(stack.resources()))
    )
    # Stages often give a template the same.
    yield from dict.fromkeys(
        f"{stack.template.relative_to(ROOT)}: {wrong}"
        for stack in stacks
        for wrong in (
            *refused(read(stack.template), stack.parameters),
            *wrong_values(read(stack.template), stack.parameters),
        )
    )


def report(found: Iterable[str]) -> int:
    """Print every finding; return the exit status, 1 if there is one."""
    status = 0
    for each in found:
        sys.stderr.write(f"{each}\n")
        status = 1
    return status


if __name__ == "__main__":
    sys.exit(report(findings()))
