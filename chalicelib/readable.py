"""Text that a document for readers may hold: what was stored, without the characters that harm it.

Text is checked when it is saved (`chalicelib.web.text`); text from before a check, and names that come from tokens,
are not.
"""

import re

# What XML 1.0 cannot say (https://www.w3.org/TR/xml/#charsets), and the controls of Unicode's bidirectional algorithm,
# which would turn around what stands beside the text. Text of right-to-left scripts is shown right without them.
_LEFT_OUT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")


def readable(text: str) -> str:
    """The text without characters that XML cannot say, and without bidirectional controls."""
    return _LEFT_OUT.sub("", text)
