"""PynamoDB without what it imports and nobody uses, which takes longer than all other imports together.

Botocore's client: PynamoDB names it in annotations, and makes one only for a model that has none;
chalicelib/store/model.py leaves none. `inspect`: of it PynamoDB and its one dataclass use three functions, each a line
or two for classes of attributes. `calendar`: no model has an attribute that is a time to live. `ipaddress`:
`urllib.parse` asks it of hosts in brackets.
"""

import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any

import botocore
from botocore.exceptions import ClientError

# What PynamoDB names of botocore's modules while it is imported.
_NAMED = {
    "botocore.client": ("BaseClient", "Config"),
    "botocore.config": ("Config",),
    "botocore.credentials": ("Credentials",),
    "botocore.endpoint": ("Endpoint",),
    "botocore.hooks": ("HierarchicalEmitter",),
    "botocore.model": ("ServiceModel",),
    "botocore.session": ("Session",),
    "botocore.signers": ("RequestSigner",),
}


def import_pynamodb() -> None:
    """Import PynamoDB while stand-ins stand for those of the modules that nobody has imported yet."""
    with _stand_ins():
        importlib.import_module("urllib.parse")
        importlib.import_module("pynamodb.models")


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
    "ipaddress": {},
    "inspect": {"getmembers": members, "getfullargspec": arguments, "get_annotations": annotations},
}


@contextmanager
def _stand_ins() -> Iterator[None]:
    made = [_botocores(name) for name in _NAMED if name not in sys.modules]
    made += [Part(name, used) for name, used in _USED.items() if name not in sys.modules]
    for each in made:
        sys.modules[each.__name__] = each
        if each.__name__ in _NAMED:
            setattr(botocore, _leaf(each), each)
    try:
        yield
    finally:
        # Whoever imports them later gets the real ones.
        for each in made:
            if sys.modules[each.__name__] is each:
                del sys.modules[each.__name__]
            if each.__name__ in _NAMED:
                delattr(botocore, _leaf(each))


def _botocores(name: str) -> ModuleType:
    module = ModuleType(name)
    for class_name in _NAMED[name]:
        setattr(module, class_name, type(class_name, (), {}))
    if name == "botocore.client":
        module.ClientError = ClientError  # type: ignore[attr-defined]
    if name == "botocore.session":
        module.get_session = _later(name, "get_session")  # type: ignore[attr-defined]
    return module


def _later(module: str, function: str) -> Callable[..., Any]:
    def call(*given: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever the real one takes and gives
        return getattr(importlib.import_module(module), function)(*given, **named)

    return call


def _leaf(module: ModuleType) -> str:
    return module.__name__.rpartition(".")[2]
