"""The HTML of a draft as its item holds it: compressed, in the letters of base64.

It stands beside the text and beside what readers see, and all three are one item. A string is read by the API's
quick decoders; a binary value would make every read of the post slower.
"""

import zlib
from binascii import a2b_base64, b2a_base64


def pack(html: str) -> str:
    """Compress HTML for an item."""
    return b2a_base64(zlib.compress(html.encode()), newline=False).decode()


def unpack(packed: str) -> str:
    """The HTML that `pack` compressed."""
    return zlib.decompress(a2b_base64(packed)).decode()
