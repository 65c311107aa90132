"""Whether two patterns can mean the same text."""

from functools import cache

ANY = "*"
# One part of a path: like ANY, but for a slash.
PART = "\N{BULLET}"


@cache
def overlap(one: str, other: str) -> bool:
    """Return whether some text fits both patterns, in which `*` is any text and a bullet any text without a slash."""
    if not one and not other:
        return True
    for first, second in ((one, other), (other, one)):
        if first[:1] in (ANY, PART) and first:
            # The pattern takes nothing more, or one more character of what the other can be.
            if overlap(first[1:], second):
                return True
            if second and not (first[0] == PART and second[0] == "/") and overlap(first, second[1:]):
                return True
    if not one or not other:
        return False
    return (one[0] == other[0] or "?" in (one[0], other[0])) and overlap(one[1:], other[1:])
