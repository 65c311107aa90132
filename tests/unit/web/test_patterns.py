"""No pattern of a field takes a line break after the text that it describes.

Python's `$` also matches before a line feed at the end: a slug that ended with one was stored and could not be read.
"""

from collections.abc import Iterator
from typing import Annotated

import msgspec
import pytest
from msgspec.inspect import type_info

from app import blueprints
from chalicelib.web.text import END

# Texts are trimmed, or have line breaks.
_ENDS = (END, r"\s*$", "]*$")
FIELDS = sorted(
    {
        declared
        for routes in blueprints
        for endpoint in routes.endpoints
        for declared in (endpoint.body, endpoint.query)
        if declared is not None
    },
    key=lambda declared: declared.__name__,
)


def patterns(node: object) -> Iterator[str]:
    """The patterns of a type and of all types in it."""
    if isinstance(node, msgspec.inspect.StrType) and node.pattern:
        yield node.pattern
    elif isinstance(node, msgspec.Struct):
        for name in node.__struct_fields__:
            value = getattr(node, name)
            for each in value if isinstance(value, tuple) else (value,):
                yield from patterns(each)


@pytest.mark.parametrize("declared", FIELDS, ids=lambda declared: declared.__name__)
def test_a_pattern_ends_where_the_text_ends(declared: type[msgspec.Struct]) -> None:
    assert [pattern for pattern in patterns(type_info(declared)) if not pattern.endswith(_ENDS)] == []


class Loose(msgspec.Struct):
    """A pattern that takes a line break, in an optional list."""

    names: list[Annotated[str, msgspec.Meta(pattern="^[a-z]+$")]] | None = None


def test_a_pattern_that_takes_a_line_break_is_found() -> None:
    assert list(patterns(type_info(Loose))) == ["^[a-z]+$"]
    with pytest.raises(AssertionError):
        test_a_pattern_ends_where_the_text_ends(Loose)
