"""Fault tests run the real handlers against hand-made services, in virtual time."""

import gc
import logging
import sys
from collections.abc import Iterator

import pytest

from tests.unit.conftest import no_sockets

__all__ = ["no_sockets"]


@pytest.fixture(autouse=True)
def quick() -> Iterator[None]:
    """Thousands of faults make lines and tracebacks that nobody reads, and millions of objects, but no cycles."""
    logging.disable(logging.CRITICAL)
    sys.tracebacklimit = 0
    gc.disable()
    yield
    gc.enable()
    del sys.tracebacklimit
    logging.disable(logging.NOTSET)
