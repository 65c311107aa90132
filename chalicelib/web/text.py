"""Text that people type: lengths count characters after trimming, and what no document can hold is refused.

Text ends up in Atom and in mails, so it consists of characters that XML 1.0 can say: no control character but
line breaks and tabs, and neither U+FFFE nor U+FFFF. Halves of surrogate pairs are no UTF-8, so no body holds them.
https://www.w3.org/TR/xml/#charsets
"""

from typing import Any

from msgspec import Meta

from chalicelib.readable import BIDI_CONTROLS

# Python's `$` also matches before a line feed at the end; the schemas' own dialect knows nothing else.
END = r"$(?!\n)"
_NOT_XML = r"\ufffe\uffff"
CONTROL = rf"\x00-\x1f\x7f-\x9f{_NOT_XML}"
CONTROL_BUT_LAYOUT = rf"\x00-\x08\x0b\x0c\x0e-\x1f\x7f{_NOT_XML}"
# Unicode's Default_Ignorable_Code_Point, and the empty pattern of Braille. The ends of the last range are there as
# themselves: Python and JSON Schema escape characters beyond U+FFFF in different ways.
# https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point
_INVISIBLE = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
    "\U000e0000-\U000e0fff"
)
_VISIBLE = rf"[^\s{CONTROL}{_INVISIBLE}]"
# What may stand before the first character that readers see: `\s` without control characters, and what is invisible.
_BLANK = rf"[ \t\n\r\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000{_INVISIBLE}]"


def one_line(longest: int, what: str, refused: str = CONTROL) -> Any:  # noqa: ANN401 - an annotation's metadata
    """Text on one line, 1 to `longest` characters after trimming, at least one of them visible."""
    inner, edge = f"[^{refused}]", rf"[^\s{refused}]"
    pattern = rf"^(?=[\s\S]*{_VISIBLE})\s*{edge}(?:{inner}{{0,{longest - 2}}}{edge})?\s*$"
    return Meta(
        pattern=pattern,
        description=f"{what}, 1 to {longest} characters on one line after trimming",
        extra={
            "message": f"Expected 1 to {longest} characters on one line, one of them visible, "
            "without control characters"
        },
    )


def name_line(longest: int, what: str) -> Any:  # noqa: ANN401 - an annotation's metadata
    """A stranger's name: text on one line without line separators and without bidirectional controls."""
    return one_line(longest, what, rf"{CONTROL}\u2028\u2029{BIDI_CONTROLS}")


def visible_lines(longest: int, what: str) -> Any:  # noqa: ANN401 - an annotation's metadata
    """Text on any number of lines, 1 to `longest` characters, at least one of them visible."""
    control = rf"{CONTROL_BUT_LAYOUT}\x80-\x9f"
    return Meta(
        max_length=longest,
        # No look-ahead: a pattern that is read once from left to right takes no longer for any text.
        pattern=rf"^{_BLANK}*{_VISIBLE}[^{control}]*$",
        description=f"{what}, 1 to {longest} characters, not only spaces",
        extra={"message": f"Expected 1 to {longest} characters, without control characters"},
    )


def many_lines(longest: int, what: str) -> Any:  # noqa: ANN401 - an annotation's metadata
    """Text on any number of lines, up to `longest` characters."""
    return Meta(
        max_length=longest,
        pattern=f"^[^{CONTROL_BUT_LAYOUT}]*$",
        description=f"{what}, up to {longest} characters",
        extra={"message": f"Expected up to {longest} characters, without control characters"},
    )
