"""Email addresses that people type into forms."""

from typing import Annotated

from msgspec import Meta

from chalicelib.mail.addresses import LONGEST, InvalidAddress, normalise
from chalicelib.web import problems
from chalicelib.web.problems import FieldError, Problem
from chalicelib.web.text import CONTROL

_EXPECTED = "Expected an address such as ada@example.com"
# What clients are told is the plain form; a domain in letters of its own script is taken too.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_PLAIN = (
    rf"^(?=[^@]{{1,64}}@)(?!.*=\?){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+[A-Za-z](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])?$"
)

Email = Annotated[
    str,
    Meta(
        max_length=LONGEST,
        pattern=rf"^\s*[^\s@{CONTROL}]+@[^\s@{CONTROL}]+\s*$",
        description="An email address",
        extra={"message": _EXPECTED},
        extra_json_schema={"format": "email", "pattern": _PLAIN},
    ),
]


def address(field: str, typed: str) -> str:
    """Return the one spelling of the address in `field`.

    Raises:
        Problem: INVALID_BODY, where no mail could be sent to it.
    """
    try:
        return normalise(typed)
    except InvalidAddress as error:
        raise Problem(problems.INVALID_BODY, "1 field does not fit.", (FieldError(field, _EXPECTED),)) from error
