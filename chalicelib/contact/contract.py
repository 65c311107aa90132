"""What the contact route takes and gives."""

from typing import Annotated

from msgspec import Meta, Struct

from chalicelib.web.addresses import Email
from chalicelib.web.text import CONTROL_BUT_LAYOUT, VISIBLE, one_line

LONGEST_MESSAGE = 5_000
# Line breaks and tabs are layout; of the other control characters none belongs into a message.
_CONTROL = rf"{CONTROL_BUT_LAYOUT}\x80-\x9f"

Name = Annotated[str, one_line(100, "The sender's name")]
Text = Annotated[
    str,
    Meta(
        max_length=LONGEST_MESSAGE,
        pattern=rf"^{VISIBLE}[^{_CONTROL}]*$",
        description=f"The message, 1 to {LONGEST_MESSAGE} characters, not only spaces",
        extra={"message": f"Expected 1 to {LONGEST_MESSAGE} characters, without control characters"},
    ),
]


class NewMessage(Struct, forbid_unknown_fields=True, frozen=True):
    """A message to the owner."""

    name: Name
    email: Email
    message: Text


class MessageReceived(Struct, frozen=True):
    """The message arrived."""

    received: bool = True
