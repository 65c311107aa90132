"""What counts as text: lengths are those of the trimmed text, and control characters are refused."""

from typing import Annotated, Any, get_args, get_origin

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import blueprints
from chalicelib.web.text import many_lines, one_line
from tests.support.text import visible

Line = Annotated[str, one_line(5, "A word")]
Lines = Annotated[str, many_lines(5, "Words")]

spaces = st.text(" \t\u00a0\u2003\u3000\r\n", max_size=3)


def fits(text: str, declared: Any) -> bool:
    try:
        msgspec.convert(text, declared)
    except msgspec.ValidationError:
        return False
    return True


@given(st.text(visible, min_size=1, max_size=5), spaces, spaces)
def test_a_line_is_measured_without_the_space_around_it(text: str, before: str, after: str) -> None:
    assert fits(before + text + after, Line)


@given(st.text(visible, min_size=6, max_size=9), spaces)
def test_a_longer_line_does_not_fit_however_it_is_padded(text: str, padding: str) -> None:
    assert not fits(padding + text, Line)


@pytest.mark.parametrize(
    "text", ["a b", "\U0001f469\u200d\U0001f680!!", "\u0633\u0644\u0627\u0645", "\u202eabc", "e\u0301"]
)
def test_unicode_counts_code_points(text: str) -> None:
    assert fits(text, Line)


@pytest.mark.parametrize(
    "text", ["", " ", "\n\t", "\u3000", "a\x00b", "\x1b[31", "a\nb", "a\tb", "a\x7fb", "a\x9fb", "\x00a"]
)
def test_nothing_and_control_characters_are_no_line(text: str) -> None:
    assert not fits(text, Line)


@pytest.mark.parametrize(
    "text", ["\u200b", "\u200d\u200e", "\ufeff", "\u00ad ", "\u3164", "\u2800", "\u202e", "\U000e0041", "\ufe0f"]
)
def test_what_readers_cannot_see_is_no_line(text: str) -> None:
    assert not fits(text, Line)
    assert fits(text + "\u200da", Line)


def _texts(kind: Any) -> list[Any]:
    """The kinds of text in a field's type."""
    if get_origin(kind) is Annotated and get_origin(get_args(kind)[0]) is not list:
        return [kind] if get_args(kind)[0] is str else []
    return [kind] if kind is str else [text for inner in get_args(kind) for text in _texts(inner)]


TEXT_FIELDS = {
    f"{endpoint.name} {field.encode_name}": text
    for routes in blueprints
    for endpoint in routes.endpoints
    if endpoint.body is not None
    for field in msgspec.structs.fields(endpoint.body)
    for text in _texts(field.type)
}


def test_the_text_fields_of_all_routes_are_found() -> None:
    assert {"create_todo title", "create_todo tags", "change_post summary", "contact message"} <= set(TEXT_FIELDS)


@pytest.mark.parametrize("name", TEXT_FIELDS)
@pytest.mark.parametrize("character", ["\x00", "\x08", "\x0b", "\x1f", "\x7f", "\ufffe", "\uffff"])
def test_no_field_of_any_route_takes_what_xml_cannot_say(name: str, character: str) -> None:
    for text in (f"{character}", f"a{character}b", f"ada{character}@example.com", f"ada@example{character}.com"):
        assert not fits(text, TEXT_FIELDS[name])


@pytest.mark.parametrize("text", ["", "12345", "a\nb", "a\r\nb", "\t\t\t\t\t", "\u202eabc", "abcd\n"])
def test_lines_keep_their_layout(text: str) -> None:
    assert fits(text, Lines)


@pytest.mark.parametrize("text", ["123456", "a\x00b", "\x1b[31", "a\x0bb", "a\x0cb", "a\x7fb", "a\x1fb"])
def test_lines_have_a_limit_and_no_other_control_characters(text: str) -> None:
    assert not fits(text, Lines)


def test_a_hostile_line_is_refused_without_trying_every_way_to_split_it() -> None:
    # given text on which a careless pattern would take exponentially long
    title = Annotated[str, one_line(500, "A title")]
    hostile = ["a " * 60_000, " " * 120_000, "a" + " " * 120_000 + "\x00", "\u3000a" * 60_000]
    # then every one of them is answered at all
    assert not any(fits(text, title) for text in hostile)
