"""Modules that others import at their top and rarely use, by what is used of them: a tenth of a function's start.

`inspect` is PynamoDB's: it and its one dataclass use three functions of it, each a line or two for classes of
attributes. `calendar` is for attributes that are a time to live, of which no model has any; `ipaddress` for
`urllib.parse`, of hosts in brackets; msgspec's for schemas and formats that no request has. Of `typing_extensions`,
where a Python needs that, msgspec takes what it takes of `typing` elsewhere.
"""

import importlib
import sys
import typing
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any


class Part(ModuleType):
    """What is used of a module; asked for anything else, it asks the module itself."""

    def __init__(self, name: str, used: Mapping[str, Any]) -> None:
        super().__init__(name)
        vars(self).update(used)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a module has
        # An import asks whether it is a package.
        if name == "__path__":
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


def members(owner: type, is_wanted: Callable[[Any], bool]) -> list[tuple[str, Any]]:
    """As `inspect.getmembers` of a class whose metaclass hides nothing."""
    found = ((name, getattr(owner, name, None)) for name in dir(owner))
    return [(name, value) for name, value in found if is_wanted(value)]


def arguments(function: FunctionType) -> SimpleNamespace:
    """As `inspect.getfullargspec`, of which PynamoDB reads `args`."""
    code = function.__code__
    return SimpleNamespace(args=list(code.co_varnames[: code.co_argcount]))


def annotations(owner: type) -> dict[str, Any]:
    """As `inspect.get_annotations` of a class."""
    return dict(vars(owner).get("__annotations__", {}))


_USED: Mapping[str, Mapping[str, Any]] = {
    "calendar": {},
    "inspect": {"getmembers": members, "getfullargspec": arguments, "get_annotations": annotations},
    "ipaddress": {},
    "msgspec.inspect": {},
    "msgspec.toml": {},
    "msgspec.yaml": {},
    "typing_extensions": {name: getattr(typing, name) for name in ("NotRequired", "Required", "get_type_hints")},
}


@contextmanager
def in_place() -> Iterator[None]:
    """Meanwhile whoever imports one of the modules gets a part of it, unless somebody has the module already."""
    made = [Part(name, used) for name, used in _USED.items() if name not in sys.modules]
    sys.modules.update({each.__name__: each for each in made})
    try:
        yield
    finally:
        for each in made:
            if sys.modules.get(each.__name__) is each:
                del sys.modules[each.__name__]
