"""Who is calling: only an ID token's claims make a caller; anything less is nobody."""

from collections.abc import Mapping

import pytest

from chalicelib.web import problems
from chalicelib.web.http import Caller, Request
from chalicelib.web.problems import Problem

ADA = {"sub": "ada", "token_use": "id"}


def request(claims: Mapping[str, str] | None) -> Request:
    return Request("GET", "/todos", {}, {}, b"", claims)


@pytest.mark.parametrize(
    "claims",
    [
        None,
        {},
        {"sub": "ada"},
        {"sub": "", "token_use": "id"},
        {"token_use": "id"},
        {"sub": "ada", "token_use": "access"},
        {"sub": "ada", "token_use": ""},
        {"sub": "ada", "token_use": "ID"},
    ],
)
def test_without_an_id_tokens_claims_nobody_calls(claims: Mapping[str, str] | None) -> None:
    with pytest.raises(Problem) as refused:
        _ = request(claims).caller
    assert refused.value.type is problems.UNAUTHORIZED


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ({}, frozenset()),
        ({"cognito:groups": ""}, frozenset()),
        ({"cognito:groups": "authors"}, frozenset({"authors"})),
        ({"cognito:groups": "authors,admins"}, frozenset({"authors", "admins"})),
    ],
)
def test_groups_are_the_claims_own_list(groups: Mapping[str, str], expected: frozenset[str]) -> None:
    assert request(ADA | groups).caller == Caller("ada", expected)
