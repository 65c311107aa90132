"""Holds templates, policies, patterns and the API to the sizes that AWS takes, so that no deploy begins with more."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from infra import policies
from infra.checks.lint import LONGEST_STAGE
from infra.checks.names import LONGEST_REGION
from infra.checks.resolving import Node, read, resolve
from infra.deploy.stage import ROOT
from infra.event_settings import EVENT_SETTINGS, StreamSettings
from infra.limits import by_id, routes

_COUNTED: Mapping[str, str] = {"Parameters": "cfn-parameters", "Resources": "cfn-resources", "Outputs": "cfn-outputs"}
# AWS's default; a rule's pattern may have twice as many characters where AWS has raised the quota.
MOST_PATTERN_CHARACTERS = 2048


def too_large(template: Path) -> Iterator[str]:
    """Yield a sentence for each size of a template, and of the policies and patterns in it, that AWS refuses."""
    yield from _above("cfn-template-body", "It", template.stat().st_size)
    whole = read(template)
    for part, limit in _COUNTED.items():
        yield from _above(limit, "It", len(whole.get(part, ())))
    given = {name: "p" * 20 for name, each in whole.get("Parameters", {}).items() if "Default" not in each}
    for logical, resource in resolve(whole, {**given, "Stage": LONGEST_STAGE}, LONGEST_REGION)["Resources"].items():
        yield from _of_resource(f"{logical} ({resource['Type']})", resource["Type"], resource.get("Properties", {}))


def too_large_here() -> Iterator[str]:
    """Yield a sentence for each size that AWS refuses of the functions' policies and patterns, and of the API."""
    for function in policies.FUNCTIONS:
        yield from above_policy(function, longest_policy(function))
    for function, settings in EVENT_SETTINGS.items():
        if isinstance(settings, StreamSettings) and settings.pattern:
            yield from above_filter(function, settings.pattern)
    yield from above_resources([route.partition(" ")[2] for route in routes()])


def above_policy(function: str, policy: Node) -> Iterator[str]:
    """Yield a sentence if IAM refuses the inline policy of a function."""
    yield from _above("iam-inline-policies", f"The policy of {function}", len(_compact(policy)))


def above_filter(function: str, pattern: str) -> Iterator[str]:
    """Yield a sentence if Lambda refuses the filter pattern of a function."""
    yield from _above("lambda-filter-pattern", f"The filter pattern of {function}", len(pattern))


def above_resources(paths: list[str]) -> Iterator[str]:
    """Yield a sentence if API Gateway refuses an API with these paths: it has a resource for each segment."""
    resources = {"/".join(path.split("/")[:depth]) for path in paths for depth in range(1, path.count("/") + 2)}
    yield from _above("api-resources", "The API", len(resources))


def longest_policy(function: str) -> Node:
    """Return the longest policy that a function can have: every option, and names as long as they can be."""
    return policies.render(
        function,
        LONGEST_STAGE,
        "123456789012",
        LONGEST_REGION,
        "aws-us-gov",
        mail_from=f"{'a' * 64}@{'d' * 60}.example.com",
        kms_key_arn=f"arn:aws-us-gov:kms:{LONGEST_REGION}:123456789012:key/12345678-1234-1234-1234-123456789012",
        api_id="abcdefghij",
        distribution_id="E123456789ABCD",
        in_vpc=True,
        through_dax=True,
    )


def findings(templates: list[Path]) -> Iterator[str]:
    """Yield a sentence for everything that AWS refuses by its size."""
    for template in templates:
        yield from (f"{template.relative_to(ROOT)}: {found}" for found in too_large(template))
    yield from too_large_here()


def _of_resource(who: str, kind: str, properties: Node) -> Iterator[str]:
    if kind == "AWS::IAM::ManagedPolicy":
        yield from _above("iam-managed-policy", who, len(_compact(properties["PolicyDocument"])))
    elif kind == "AWS::IAM::Role":
        documents = [each["PolicyDocument"] for each in properties.get("Policies", ())]
        yield from _above("iam-inline-policies", who, sum(len(_compact(each)) for each in documents))
    elif kind == "AWS::Events::Rule" and "EventPattern" in properties:
        length = len(_compact(properties["EventPattern"]))
        if length > MOST_PATTERN_CHARACTERS:
            yield f"{who} has a pattern of {length} characters; {MOST_PATTERN_CHARACTERS} are allowed."
    elif kind == "AWS::Lambda::Function" and "Environment" in properties:
        yield from _above("lambda-environment", who, len(_compact(properties["Environment"]["Variables"])))


def _above(limit: str, who: str, size: int) -> Iterator[str]:
    """Yield a sentence if something is larger than a limit of infra/limits.yaml."""
    known = by_id(limit)
    if size > known.value:
        yield f"{who} has {size} {known.unit}; {known.value} are allowed ({known.name.lower()}, {known.page})."


def _compact(value: Any) -> str:
    """Write a value as AWS counts it: without white space."""
    return json.dumps(value, separators=(",", ":"))
