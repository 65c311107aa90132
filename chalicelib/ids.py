"""Identifiers in paths: ULIDs. Whatever else stands there names nothing, so it is as absent as a wrong one."""

import re

_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")


def is_id(text: str) -> bool:
    """Whether `text` has the shape of an identifier of ours."""
    return _ULID.fullmatch(text) is not None
