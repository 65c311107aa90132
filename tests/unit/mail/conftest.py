"""What tests of mails stand on."""

import logging
from collections.abc import Iterator

import pytest

from tests.unit.mail.fakes import Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """The messages that are logged."""
    found: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: found.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("chalicelib")
    logger.addHandler(handler)
    yield found
    logger.removeHandler(handler)
