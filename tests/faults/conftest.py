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


@pytest.fixture(autouse=True)
def no_limit_of_sign_ups(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let thousands sign up within an hour: what follows is tested here, and the limit with the subscribers."""
    from chalicelib.ratelimits.service import Limit  # noqa: PLC0415 - the environment comes first
    from chalicelib.subscribers import service  # noqa: PLC0415

    monkeypatch.setattr(service, "IN_TOTAL", Limit("subscribers", 1_000_000))
