"""Strangers' files go through the application itself, in the environment of its unit tests."""

from tests.unit.conftest import no_sockets

__all__ = ["no_sockets"]
