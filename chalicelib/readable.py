"""Text that a document for readers may hold: what was stored, without the characters that harm it.

Text is checked when it is saved (`chalicelib.web.text`); text from before a check, and names that come from tokens,
are not.
"""

import re

# The controls of Unicode's bidirectional algorithm: embeddings, overrides and isolates with their ends.
# https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters
BIDI_CONTROLS = r"\u202a-\u202e\u2066-\u2069"
_BIDI_CONTROL = re.compile(f"[{BIDI_CONTROLS}]")
# What XML 1.0 cannot say (https://www.w3.org/TR/xml/#charsets), and those controls, which would turn around what stands
# beside the text. Text of right-to-left scripts is shown right without them.
_LEFT_OUT = re.compile(rf"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff{BIDI_CONTROLS}]")


def readable(text: str) -> str:
    """The text without characters that XML cannot say, and without bidirectional controls."""
    return _LEFT_OUT.sub("", text)


def visible(code: str) -> str:
    """The code with each bidirectional control as its number, such as `[U+202E]`.

    Such a control lets code look like other code than it is (https://www.unicode.org/reports/tr55/#Source-Code-Spoofing).
    """
    return _BIDI_CONTROL.sub(lambda found: f"[U+{ord(found[0]):04X}]", code)
