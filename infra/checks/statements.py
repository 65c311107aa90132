"""Holds policy statements to AWS's service authorization reference."""

from collections.abc import Iterator, Mapping
from typing import Any

from infra.checks.authorization import Action, fits, matching, supports

# Condition keys of an identity provider are named by it.
_FEDERATED = ("cognito-identity.amazonaws.com:", "token.actions.githubusercontent.com:")
# What an operator asks of a key that is not there.
_IF_THERE = ("ifexists", "null")

_INTERFACES = (
    "Lambda names a function's network interfaces itself, by documentation with * alone: "
    "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions"
)
# Actions that are allowed on every resource although AWS can name some, and why.
EVERYWHERE: Mapping[str, str] = {
    "ec2:AssignPrivateIpAddresses": _INTERFACES,
    "ec2:CreateNetworkInterface": _INTERFACES,
    "ec2:DeleteNetworkInterface": _INTERFACES,
    "ec2:UnassignPrivateIpAddresses": _INTERFACES,
}


def faults(statement: Mapping[str, Any], *, grants: bool = True) -> Iterator[str]:
    """Yield a sentence for each thing in a statement that AWS does not know, or that never takes effect.

    A permissions boundary grants nothing, so there Allow may name every resource.
    """
    actions: dict[str, list[Action]] = {each: matching(each) for each in _listed(statement.get("Action", []))}
    for name, meant in actions.items():
        if not meant:
            yield f"AWS has no action {name}."
        if grants and statement["Effect"] == "Allow" and "*" in name:
            yield f"{name} allows actions that AWS will add; name each action."
    known = [each for meant in actions.values() for each in meant]
    if "Resource" in statement:
        yield from _resources(statement, actions, known, grants=grants)
    yield from _conditions(statement, actions)


def _resources(
    statement: Mapping[str, Any], actions: Mapping[str, list[Action]], known: list[Action], *, grants: bool
) -> Iterator[str]:
    resources = _listed(statement["Resource"])
    if "*" in resources:
        if grants and statement["Effect"] == "Allow":
            for each in known:
                if each.arns and each.name not in EVERYWHERE:
                    yield f"{each.name} is allowed on every resource; AWS can name the resource."
        return
    for resource in resources:
        if known and not any(fits(resource, arn) for each in known for arn in each.arns):
            yield f"None of {', '.join(actions)} works on {resource}."
    for name, meant in actions.items():
        if meant and not any(fits(resource, arn) for resource in resources for each in meant for arn in each.arns):
            takes = ", ".join(sorted({arn for each in meant for arn in each.arns})) or "* alone"
            yield f"{name} does not work on {', '.join(resources)}; it takes {takes}."


def _conditions(statement: Mapping[str, Any], actions: Mapping[str, list[Action]]) -> Iterator[str]:
    for operator, asked in statement.get("Condition", {}).items():
        for key in asked:
            if key.startswith(_FEDERATED) or operator.lower().endswith(_IF_THERE):
                continue
            for name, meant in actions.items():
                if meant and not any(supports(key, each) for each in meant):
                    yield f"{name} has no condition key {key}, so the statement never holds for it."


def statements(node: Any, place: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield place and statement of every policy document in what a template or a file holds."""
    if isinstance(node, dict):
        if "Statement" in node and "Version" in node:
            for number, each in enumerate(_as_list(node["Statement"])):
                yield f"{place}[{each.get('Sid', number)}]", each
            return
        for name, value in node.items():
            yield from statements(value, f"{place}.{name}".lstrip("."))
    elif isinstance(node, list):
        for each in node:
            yield from statements(each, place)


def _listed(value: Any) -> list[str]:
    return [str(each) for each in _as_list(value)]


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
