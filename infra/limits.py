"""Limits of AWS that this application can meet: read from limits.yaml, and written to docs/limits.md.

`python -m infra.limits` writes the page.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "infra" / "limits.yaml"
PAGE = ROOT / "docs" / "limits.md"
_METHODS = ("get", "post", "put", "patch", "delete")
# Rules that name routes by what they are, so that a new route is counted too.
ROUTE_RULES = ("all", "private", "with a body", "with a path parameter", "that list")


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit.

    `routes` are routes, or rules of ROUTE_RULES; `functions` are names in app.py; `resources` are types of
    CloudFormation. `none` says why nothing of ours meets the limit, and `tests` are pytest node ids. `fact` names where
    botocore's models or CloudFormation's schemas say the same value. `not_tried` says why no test tries the limit
    itself, one less and one more. `not_ours` says why none of these tests shows an answer of this application.
    """

    id: str
    name: str
    value: int
    unit: str
    page: str
    service: str
    adjustable: bool = False
    answer: str = ""
    routes: Sequence[str] = ()
    functions: Sequence[str] = ()
    resources: Sequence[str] = ()
    none: str = ""
    fact: Mapping[str, str] = field(default_factory=dict)
    tests: Sequence[str] = ()
    not_tried: str = ""
    not_ours: str = ""


@cache
def limits() -> tuple[Limit, ...]:
    """Return all limits, in the order of the file."""
    services: Mapping[str, list[dict[str, Any]]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return tuple(Limit(service=service, **limit) for service, found in services.items() for limit in found)


def by_id(name: str) -> Limit:
    """Return the limit of this id.

    Raises:
        KeyError: there is none.
    """
    return {limit.id: limit for limit in limits()}[name]


@cache
def routes() -> Mapping[str, Mapping[str, Any]]:
    """Return the operations of the API's document by route: `GET /todos`."""
    document = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
    return {
        f"{method.upper()} {path}": operation
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method in _METHODS
    }


def routes_of(limit: Limit) -> set[str]:
    """Return the routes that can meet a limit, its rules resolved."""
    found: set[str] = set()
    for rule in limit.routes:
        found |= {route for route, operation in routes().items() if _matches(rule, route, operation)}
    return found


def _matches(rule: str, route: str, operation: Mapping[str, Any]) -> bool:
    names = {parameter.get("name") for parameter in operation.get("parameters", ())}
    return {
        "all": True,
        "private": bool(operation.get("security")),
        "with a body": "requestBody" in operation,
        "with a path parameter": "{" in route,
        "that list": "cursor" in names,
    }.get(rule, rule == route)


def page() -> str:
    """Return docs/limits.md."""
    lines = [
        "# Limits of AWS",
        "",
        "What AWS refuses because of its size or its number, which part of this application can meet it, and what",
        "happens then. `infra/limits.yaml` is the source of this page (`python -m infra.limits`).",
        "`tests/unit/infra/test_limits.py` holds it to the API's document, to the functions of `app.py`, to botocore's",
        "models and to CloudFormation's schemas. The tests that are named show the answer just below the limit, at it,",
        "and just above it, or the table says why these are *not tried*. One of them shows what this application",
        "answers there, or the table says why the limit is met by *AWS alone*.",
        "",
        f"{len(limits())} limits. *Fixed* limits cannot be raised; the others are quotas.",
    ]
    for service in dict.fromkeys(limit.service for limit in limits()):
        lines += ["", f"## {service}", "", "| limit | value | | who meets it | answer |", "|---|---|---|---|---|"]
        lines += [_row(limit) for limit in limits() if limit.service == service]
    return "\n".join([*lines, ""])


def _row(limit: Limit) -> str:
    who = [*(f"routes: {rule}" if rule in ROUTE_RULES else f"`{rule}`" for rule in limit.routes)]
    who += [f"`{function}`" for function in limit.functions]
    who += [f"`{resource}`" for resource in limit.resources]
    met = ", ".join(who) or f"none: {limit.none}"
    kind = "quota" if limit.adjustable else "fixed"
    files = ", ".join(f"`{name}`" for name in dict.fromkeys(test.partition("::")[0] for test in limit.tests))
    not_tried = f"*Not tried*: {limit.not_tried}." if limit.not_tried else ""
    not_ours = f"*AWS alone*: {limit.not_ours}." if limit.not_ours else ""
    answer = " ".join(filter(None, (limit.answer, not_tried, not_ours, files)))
    value = f"{limit.value:,}".replace(",", " ")
    return f"| [{limit.name}]({limit.page}) | {value} {limit.unit} | {kind} | {met} | {answer} |"


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
