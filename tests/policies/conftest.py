"""Policies are tried with the application's own functions, in the environment of its unit tests."""

from tests.unit.conftest import no_sockets

__all__ = ["no_sockets"]
