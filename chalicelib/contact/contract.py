"""What the contact route takes and gives."""

from typing import Annotated

from msgspec import Struct

from chalicelib.web.addresses import Email
from chalicelib.web.text import name_line, visible_lines

LONGEST_MESSAGE = 5_000

Name = Annotated[str, name_line(100, "The sender's name")]
Text = Annotated[str, visible_lines(LONGEST_MESSAGE, "The message")]


class NewMessage(Struct, forbid_unknown_fields=True, frozen=True):
    """A message to the owner."""

    name: Name
    email: Email
    message: Text


class MessageReceived(Struct, frozen=True):
    """The message arrived."""

    received: bool = True
