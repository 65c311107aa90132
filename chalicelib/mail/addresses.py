"""One spelling for each mailbox, and nothing that a mail could not be sent to.

The local part is in small letters although RFC 5321 lets a server tell `Ada@` from `ada@`: none that people use does,
and otherwise one person could be mailed twice. It is ASCII, because SES sends to nothing else. The domain is ASCII
too: one in letters of its own script is written in Punycode.
"""

import re
import unicodedata

LONGEST = 254
_LONGEST_LOCAL = 64
# Without `=?`, which begins an encoded word (RFC 2047): SES and mail programs would decode it.
_LOCAL = r"(?!.*=\?)[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?"
# IDNA 2003, which Python speaks, and IDNA 2008, which the world does, make different domains of these.
_AMBIGUOUS = frozenset("ßς\u200c\u200d")


class InvalidAddress(ValueError):  # noqa: N818 - what it is
    """No mail could be sent to this."""


def normalise(typed: str) -> str:
    """Return the one spelling of an address.

    Raises:
        InvalidAddress: it is no address, or none that SES sends to.
    """
    address = unicodedata.normalize("NFC", typed.strip())
    if len(address) > LONGEST or address.count("@") != 1:
        raise InvalidAddress("Not one address")
    local, _, domain = address.partition("@")
    local, domain = local.lower(), _ascii(domain)
    if len(local) > _LONGEST_LOCAL or len(local) + 1 + len(domain) > LONGEST:
        raise InvalidAddress("Too long")
    if not re.fullmatch(_LOCAL, local) or not re.fullmatch(_DOMAIN, domain):
        raise InvalidAddress("Not an address")
    return f"{local}@{domain}"


def without_tag(address: str) -> str:
    """Return the mailbox of an address: `ada@example.com` for `ada+blog@example.com`."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"


def _ascii(domain: str) -> str:
    domain = domain.lower()
    if domain.isascii():
        return domain
    if not _AMBIGUOUS.isdisjoint(domain):
        raise InvalidAddress("An ambiguous domain; write it in Punycode")
    try:
        return domain.encode("idna").decode()
    except UnicodeError as error:
        raise InvalidAddress("Not a domain") from error
