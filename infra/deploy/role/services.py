"""IAM's actions: which there are, and which of them can be held to a resource. The data comes with cfn-lint.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

import importlib.util
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any


def cfn_lint_data() -> Path:
    """The folder of AWS's data in cfn-lint, which is not imported for it."""
    found = importlib.util.find_spec("cfnlint")
    if found is None or found.submodule_search_locations is None:
        raise ModuleNotFoundError("cfn-lint is not installed: run make check once.")
    return Path(next(iter(found.submodule_search_locations))) / "data"


def actions_like(pattern: str) -> list[str]:
    """The actions that a pattern such as `dynamodb:Describe*` names, written as IAM writes them; none if IAM has none.

    The data has actions in small letters: a name without a wildcard keeps the letters that it was given with.
    """
    service, _, name = pattern.partition(":")
    known = _services().get(service.lower(), {}).get("Actions", {})
    if "*" not in name:
        return [f"{service.lower()}:{name[:1].upper()}{name[1:]}"] if name.lower() in known else []
    matching = re.compile(re.escape(name.lower()).replace(r"\*", ".*"))
    return [f"{service}:{_written(service, found)}" for found in known if matching.fullmatch(found)]


def takes_a_resource(action: str) -> bool:
    """Whether a policy can hold an action to ARNs."""
    service, _, name = action.partition(":")
    return bool(_services()[service]["Actions"][name.lower()].get("Resources"))


def exists(action: str) -> bool:
    """Whether IAM has this action."""
    service, _, name = action.partition(":")
    return name.lower() in _services().get(service, {}).get("Actions", {})


def _written(service: str, name: str) -> str:
    return next((written for written in _operations(service) if written.lower() == name), name.capitalize())


@cache
def _operations(service: str) -> tuple[str, ...]:
    return tuple(_of_botocore(service))


def _of_botocore(service: str) -> Iterator[str]:
    from botocore.exceptions import UnknownServiceError  # noqa: PLC0415
    from botocore.session import get_session  # noqa: PLC0415 - slow to import, and rarely needed

    try:
        yield from get_session().get_service_model(service).operation_names
    except UnknownServiceError:
        return


@cache
def _services() -> dict[str, Any]:
    file = cfn_lint_data() / "AdditionalSpecs" / "Policies.json"
    read: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return read
