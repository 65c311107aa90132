"""Entity tags: an item's version, quoted (RFC 9110, section 8.8.3 and 13.1)."""

import re

from chalicelib.web import problems
from chalicelib.web.http import Request
from chalicelib.web.problems import FieldError, Problem

_TAGS = re.compile(r'\s*(W/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*(?:,|$)')
_VERSION = re.compile(r"[1-9][0-9]{0,15}")
NO_VERSION = 0


def etag(version: int) -> str:
    """Write a version as a strong entity tag."""
    return f'"{version}"'


def expected_version(request: Request) -> int | None:
    """Read `If-Match`: the version the caller saw; None where any will do.

    A tag that is none of ours gives `NO_VERSION`, which no item has.

    Raises:
        Problem: INVALID_HEADER, where the header is no entity tag or more than one.
    """
    header = request.headers.get("if-match")
    if header is None or header.strip() == "*":
        return None
    tags = _parse(header, "If-Match")
    if len(tags) != 1:
        raise _malformed("If-Match", "Expected one entity tag")
    weak, text = tags[0]
    return int(text) if not weak and _VERSION.fullmatch(text) else NO_VERSION


def is_unchanged(request: Request, tag: str) -> bool:
    """Whether `If-None-Match` names `tag`, so that 304 is the answer.

    Raises:
        Problem: INVALID_HEADER, where the header is no list of entity tags.
    """
    header = request.headers.get("if-none-match", "")
    # A cache's key does not tell an empty header from none.
    if not header.strip():
        return False
    return header.strip() == "*" or tag.strip('"') in {text for _, text in _parse(header, "If-None-Match")}


def _parse(header: str, name: str) -> list[tuple[bool, str]]:
    tags: list[tuple[bool, str]] = []
    place = 0
    while place < len(header):
        found = _TAGS.match(header, place)
        if found is None:
            raise _malformed(name, 'Expected an entity tag such as "3"')
        tags.append((found[1] is not None, found[2]))
        place = found.end()
    if not tags:
        raise _malformed(name, 'Expected an entity tag such as "3"')
    return tags


def _malformed(name: str, message: str) -> Problem:
    return Problem(problems.INVALID_HEADER, f"{name} does not fit.", (FieldError(name, message),))
