"""What the subscriber routes take and give."""

from typing import Annotated

from msgspec import Meta, Struct

from chalicelib.web.addresses import Email


class NewSubscriber(Struct, forbid_unknown_fields=True, frozen=True):
    """An address that asks for new posts."""

    email: Email


class SubscriberReceived(Struct, frozen=True):
    """The request arrived. The answer says no more, whoever asks about whatever address."""

    received: bool = True


class Unsubscribed(Struct, frozen=True):
    """No more posts go to the address."""

    unsubscribed: bool = True


class TokenQuery(Struct, forbid_unknown_fields=True, frozen=True):
    """The token of a link in a mail."""

    token: Annotated[str, Meta(min_length=1, max_length=1024)]
