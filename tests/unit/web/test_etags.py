"""If-Match and If-None-Match, form by form (RFC 9110, 8.8.3 and 13.1)."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.web import problems
from chalicelib.web.etags import NO_VERSION, etag, expected_version, is_unchanged
from chalicelib.web.http import Request
from chalicelib.web.problems import Problem


def request(**headers: str) -> Request:
    lowered = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request("GET", "/", lowered, {}, b"", None)


@given(st.integers(min_value=1, max_value=10**16 - 1))
def test_a_version_comes_back_as_it_went(version: int) -> None:
    assert expected_version(request(if_match=etag(version))) == version
    assert is_unchanged(request(if_none_match=etag(version)), etag(version))


@pytest.mark.parametrize("header", [None, "*", " * "])
def test_any_version_will_do_without_if_match_or_with_a_star(header: str | None) -> None:
    assert expected_version(request(**({} if header is None else {"if_match": header}))) is None


@pytest.mark.parametrize(
    "tag",
    ['W/"3"', '"03"', '"0"', '"-3"', '"3.0"', '"abc"', '""', '"99999999999999999"', '"\xe9"'],
)
def test_a_tag_that_is_none_of_ours_matches_no_version(tag: str) -> None:
    assert expected_version(request(if_match=tag)) == NO_VERSION


@pytest.mark.parametrize("header", ["3", "'3'", '"3', '3"', '"3" "4"', '"3"x', '"a b"', ",", ',"3"', 'w/"3"'])
def test_what_is_no_entity_tag_is_refused(header: str) -> None:
    for name, ask in (
        ("if_match", expected_version),
        ("if_none_match", lambda asked: is_unchanged(asked, '"3"')),
    ):
        with pytest.raises(Problem) as refused:
            ask(request(**{name: header}))
        assert refused.value.type is problems.INVALID_HEADER
        assert refused.value.errors[0].field.lower() == name.replace("_", "-")


@pytest.mark.parametrize("header", ["", " "])
def test_an_empty_if_match_is_refused_and_an_empty_if_none_match_is_none(header: str) -> None:
    with pytest.raises(Problem):
        expected_version(request(if_match=header))
    assert not is_unchanged(request(if_none_match=header), '"3"')


def test_if_match_takes_one_tag_alone() -> None:
    with pytest.raises(Problem) as refused:
        expected_version(request(if_match='"3", "4"'))
    assert refused.value.errors[0].message == "Expected one entity tag"


@pytest.mark.parametrize(
    ("header", "unchanged"),
    [
        (None, False),
        ("*", True),
        ('"3"', True),
        ('W/"3"', True),  # weak comparison, as for every GET
        ('"2", W/"3", "9"', True),
        (' "2" ,"3" ', True),
        ('"2"', False),
        ('"33"', False),
    ],
)
def test_if_none_match_compares_weakly_and_takes_a_list(header: str | None, *, unchanged: bool) -> None:
    asked = request(**({} if header is None else {"if_none_match": header}))
    assert is_unchanged(asked, '"3"') is unchanged


@given(st.text(max_size=40))
def test_no_header_does_worse_than_a_refusal(header: str) -> None:
    for ask in (expected_version, lambda asked: is_unchanged(asked, '"3"')):
        with suppress(Problem):
            ask(request(if_match=header, if_none_match=header))
