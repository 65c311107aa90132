"""The start-up check: every name of the emulator that a gap replaces or relies upon is still there.

A target is `module:name`, `module:Class.method`, `module:TABLE[key]` or, when the parameters matter,
`module:function(first, second)`: the function must still take those parameters first, in that order.
"""

import importlib
import importlib.metadata
import inspect
import re
from collections.abc import Iterable

_TARGET = re.compile(r"(?P<module>[\w.]+):(?P<path>[\w.]+)(?:\[(?P<key>[^\]]+)\])?(?:\((?P<parameters>[\w, ]*)\))?")


class MissingTargetError(Exception):
    """The installed emulator is not the one the gaps were written for; the message names what differs."""


def check_version(expected: str, installed: str | None = None) -> None:
    found = installed or importlib.metadata.version("ministack")
    if found != expected:
        message = f"ministack {expected} is required and {found} is installed."
        raise MissingTargetError(message)


def check_targets(gap: str, targets: Iterable[str]) -> None:
    for target in targets:
        problem = _problem(target)
        if problem:
            message = f"Gap {gap}: {target} {problem}."
            raise MissingTargetError(message)


def _problem(target: str) -> str | None:
    parsed = _TARGET.fullmatch(target)
    if parsed is None:
        return "is not a target"
    try:
        found: object = importlib.import_module(parsed["module"])
        for name in parsed["path"].split("."):
            found = getattr(found, name)
        if parsed["key"]:
            found = found[parsed["key"]]  # type: ignore[index]
    except (ImportError, AttributeError, KeyError):
        return "is not there"
    if parsed["parameters"] is None:
        return None
    if not callable(found):
        return "is not a function"
    wanted = [name.strip() for name in parsed["parameters"].split(",") if name.strip()]
    taken = list(inspect.signature(found).parameters)[: len(wanted)]
    return None if taken == wanted else f"takes ({', '.join(taken)})"
