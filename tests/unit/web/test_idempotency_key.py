"""Idempotency-Key: 1 to 255 visible ASCII characters, and a fingerprint of everything that was asked."""

import pytest

from chalicelib.todos.contract import NewTodo
from chalicelib.web import problems
from chalicelib.web.http import Request
from chalicelib.web.idempotency_key import idempotent
from chalicelib.web.problems import Problem


def request(key: str | None) -> Request:
    return Request("POST", "/todos", {} if key is None else {"idempotency-key": key}, {}, b"", None)


def test_without_the_header_the_request_has_no_name() -> None:
    assert idempotent(request(None), "create") is None


@pytest.mark.parametrize("key", ["k", "k" * 255, "8e03978e-40d5-43dd-bc93-6894a57f9324", '"quoted"', "!~"])
def test_visible_ascii_is_a_key(key: str) -> None:
    named = idempotent(request(key), "create")
    assert named is not None
    assert named.key == key


@pytest.mark.parametrize("key", ["", "k" * 256, "a b", "a\tb", "k\n", "caf\xe9", "k\x7f", "\u202ek"])
def test_anything_else_is_refused(key: str) -> None:
    with pytest.raises(Problem) as refused:
        idempotent(request(key), "create")
    assert refused.value.type is problems.INVALID_HEADER
    assert refused.value.errors[0].field == "Idempotency-Key"


def test_the_fingerprint_is_that_of_the_operation_and_of_all_that_was_asked() -> None:
    def fingerprint(operation: str, *asked: object) -> str:
        named = idempotent(request("k"), operation, *asked)
        assert named is not None
        return named.fingerprint

    same = fingerprint("create", NewTodo("a"))
    assert same == fingerprint("create", NewTodo("a"))
    others = [
        fingerprint("change", NewTodo("a")),
        fingerprint("create", NewTodo("b")),
        fingerprint("create", NewTodo("a", tags=["x"])),
        fingerprint("create", "id", NewTodo("a")),
        fingerprint("create"),
    ]
    assert len({same, *others}) == 6
