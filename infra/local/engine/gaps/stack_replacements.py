"""An update that would replace a resource with a name of its own fails.

AWS: a property that cannot change makes a new resource, which cannot have the name that the old one still has; so the
update fails and says to rename it.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html

The emulator: knows this of some types and properties; a budget, a DAX cluster and others change in place.

Here: of every type of the templates, by the provider schemas, as `infra.resource_schemas` writes them down.
"""

import functools
import json
from pathlib import Path
from typing import Any

from ministack.services.cloudformation import provisioners

from infra.local.engine.gaps.stacks import Properties

TARGETS = (
    "ministack.services.cloudformation.provisioners:_CUSTOM_NAME_REPLACEMENT",
    "ministack.services.cloudformation.provisioners:_custom_named_replacement_error(resource_type, old_props)",
    "ministack.services.cloudformation.provisioners:_kept_custom_name(resource_type, old_props, new_props)",
)
# By type: `name`, the path of the property that names a resource, and `create_only`, the paths that cannot change.
TYPES: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("create_only.json").read_text(encoding="utf-8"))


def apply() -> None:
    rules = provisioners._CUSTOM_NAME_REPLACEMENT
    for resource_type, known in TYPES.items():
        rule = rules.get(resource_type, {"name": known["name"]})
        if "exists" not in rule:
            rules[resource_type] = {**rule, "requires_replacement": _either(rule, known["create_only"])}
    provisioners._kept_custom_name = _by_path(provisioners._kept_custom_name)


def at(properties: Properties, path: str) -> Any:
    """The value at a path such as `Budget/BudgetName`; None where there is none."""
    value: Any = properties
    for name in path.split("/"):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _either(rule: dict[str, Any], create_only: list[str]) -> Any:
    """Whether what the emulator knows of, or a property of the schema, has changed."""
    known = rule.get("requires_replacement")

    def replaces(old: Properties, new: Properties) -> bool:
        changed = any(at(old, path) != at(new, path) for path in create_only)
        return changed or bool(known and known(old, new))

    return replaces


def _by_path(original: Any) -> Any:
    @functools.wraps(original)
    def kept(resource_type: str, old: Properties, new: Properties) -> Any:
        rule = provisioners._CUSTOM_NAME_REPLACEMENT.get(resource_type, {})
        path = rule.get("name")
        if not isinstance(path, str) or "/" not in path:
            return original(resource_type, old, new)
        name = at(old, path)
        return name if name and name == at(new, path) else None

    return kept
