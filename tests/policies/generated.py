"""Every single weakening of every policy: a wider resource, a wider action, a condition or a denial less."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.policies.documents import Document, documents


@dataclass(frozen=True)
class Weakening:
    """A document with one place made weaker, the name of the place, and the statement as it is then, if it is left."""

    document: str
    name: str
    changed: Document
    statement: dict[str, Any] | None


def weakenings() -> Iterator[Weakening]:
    """Yield every document with each of its places made weaker, one at a time."""
    for name, document in documents().items():
        for place, statement in enumerate(_statements(document)):
            for what, weaker in _of_statement(statement, widens=not document.of_a_resource):
                others = _statements(document)
                others[place : place + 1] = [] if weaker is None else [weaker]
                policy = {**document.policy, "Statement": others}
                label = statement.get("Sid") or f"statement {place}"
                yield Weakening(name, f"{label}: {what}", Document(policy, document.of_a_resource), weaker)


def _statements(document: Document) -> list[dict[str, Any]]:
    found = copy.deepcopy(document.policy["Statement"])
    return found if isinstance(found, list) else [found]


def _of_statement(statement: dict[str, Any], *, widens: bool) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """Yield weaker statements; None where it is left out. A resource's own policy cannot speak of other resources."""
    if statement["Effect"] == "Deny":
        yield "no denial", None
        return
    for key, wide in (("Resource", "*"), ("Action", None)) if widens else (("Action", None),):
        listed = _listed(statement.get(key, []))
        for place, each in enumerate(listed):
            wider = wide or f"{each.partition(':')[0]}:*"
            if each not in ("*", wider):
                yield f"{wider} for {each}", {**statement, key: [*listed[:place], wider, *listed[place + 1 :]]}
    for operator, conditions in statement.get("Condition", {}).items():
        for key in conditions:
            yield f"no {operator} of {key}", _without(statement, operator, key)


def _without(statement: dict[str, Any], operator: str, key: str) -> dict[str, Any]:
    changed = copy.deepcopy(statement)
    del changed["Condition"][operator][key]
    if not changed["Condition"][operator]:
        del changed["Condition"][operator]
    return changed


def _listed(value: Any) -> list[str]:
    return list(value) if isinstance(value, list) else [value]
