"""Text that people type: lengths count characters after trimming, and control characters are refused."""

from typing import Any

from msgspec import Meta

# Python's `$` also matches before a line feed at the end; the schemas' own dialect knows nothing else.
END = r"$(?!\n)"
_CONTROL = r"\x00-\x1f\x7f-\x9f"
_CONTROL_BUT_LAYOUT = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f"


def one_line(longest: int, what: str) -> Any:  # noqa: ANN401 - an annotation's metadata
    """Text on one line, 1 to `longest` characters after trimming."""
    inner, edge = f"[^{_CONTROL}]", rf"[^\s{_CONTROL}]"
    pattern = rf"^\s*{edge}(?:{inner}{{0,{longest - 2}}}{edge})?\s*$"
    return Meta(
        pattern=pattern,
        description=f"{what}, 1 to {longest} characters on one line after trimming",
        extra={"message": f"Expected 1 to {longest} characters on one line, without control characters"},
    )


def many_lines(longest: int, what: str) -> Any:  # noqa: ANN401 - an annotation's metadata
    """Text on any number of lines, up to `longest` characters."""
    return Meta(
        max_length=longest,
        pattern=f"^[^{_CONTROL_BUT_LAYOUT}]*$",
        description=f"{what}, up to {longest} characters",
        extra={"message": f"Expected up to {longest} characters, without control characters"},
    )
