"""PynamoDB without botocore's client, whose import takes more time than all others of the application together.

PynamoDB names it in annotations, and makes one only for a model that has none; chalicelib/store/model.py leaves none.
"""

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
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
    """Import PynamoDB while stand-ins stand for the modules of botocore's that nobody has imported yet."""
    with _stand_ins():
        importlib.import_module("pynamodb.models")


@contextmanager
def _stand_ins() -> Iterator[None]:
    made = [_stand_in(name) for name in _NAMED if name not in sys.modules]
    for each in made:
        sys.modules[each.__name__] = each
        setattr(botocore, _leaf(each), each)
    try:
        yield
    finally:
        # Whoever imports them later gets the real ones.
        for each in made:
            del sys.modules[each.__name__]
            delattr(botocore, _leaf(each))


def _stand_in(name: str) -> ModuleType:
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
