"""Every operation that the code of a deploy names is listed for its role, before a rehearsal makes the call."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from botocore import xform_name
from botocore.exceptions import UnknownServiceError
from botocore.session import get_session

from infra.deploy.role import calls
from infra.deploy.stage import ROOT

FOLDER = ROOT / "infra" / "deploy"
# What an administrator calls with rights of their own.
BY_AN_ADMINISTRATOR = ("bootstrap.py",)
# Names of botocore's operations that here are methods of something else.
NOT_OF_AWS = {"run", "publish", "invoke", "scan", "query"}


@cache
def services() -> list[str]:
    """The services that deploys have a client of."""
    named = {name for path in FOLDER.rglob("*.py") for name in re.findall(r'client\("([a-z0-9-]+)"', path.read_text())}
    # The stage's own API is no service of botocore's.
    return sorted((named | {operation.partition(":")[0] for operation in calls.listed()}) - {"execute-api"})


@cache
def operations() -> dict[str, set[str]]:
    """Botocore's operations by the name of the method that calls them, of the services that deploys use."""
    found: dict[str, set[str]] = {}
    for service in services():
        for name in get_session().get_service_model(service).operation_names:
            found.setdefault(xform_name(name), set()).add(f"{service}:{name}")
    return found


@cache
def waiters() -> dict[str, str]:
    """The operation that each waiter of those services repeats."""
    found = {}
    for service in services():
        try:
            model = get_session().get_waiter_model(service)
        except UnknownServiceError:
            continue
        for name in model.waiter_names:
            found[xform_name(name)] = f"{service}:{model.get_waiter(name).operation}"
    return found


def named(source: str) -> Iterator[set[str]]:
    """What each call, paginator and waiter in a module may be; one of a set must be listed."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        method = node.func.attr
        argument = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
        if method == "get_paginator" and argument in operations():
            yield operations()[str(argument)]
        elif method == "get_waiter" and argument in waiters():
            yield {waiters()[str(argument)]}
        elif method in operations() and method not in NOT_OF_AWS:
            yield operations()[method]


def unlisted(source: str) -> list[str]:
    listed = calls.listed()
    return sorted({" or ".join(sorted(each)) for each in named(source) if not each & listed})


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(FOLDER.rglob("*.py")) if path.name not in BY_AN_ADMINISTRATOR],
    ids=lambda path: path.relative_to(FOLDER).as_posix(),
)
def test_every_call_is_listed(path: Path) -> None:
    assert unlisted(path.read_text()) == [], "list it in infra/deploy/role/calls.json or ELSEWHERE"


@pytest.mark.parametrize(
    ("source", "missing"),
    [
        ("client.create_stack_set(Name='x')", "cloudformation:CreateStackSet"),
        ("client.get_paginator('list_stack_sets').paginate()", "cloudformation:ListStackSets"),
        ("client.get_waiter('type_registration_complete').wait()", "cloudformation:DescribeTypeRegistration"),
    ],
)
def test_a_call_that_is_not_listed_is_found(source: str, missing: str) -> None:
    assert unlisted(source) == [missing]
