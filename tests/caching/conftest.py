"""Proofs about caches: the application's own handlers, as unit tests run them, behind a model of each layer."""

from tests.unit.conftest import anonymous, dynamodb, empty_tables, no_sockets, nobody, tables

__all__ = ["anonymous", "dynamodb", "empty_tables", "no_sockets", "nobody", "tables"]
