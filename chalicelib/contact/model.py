"""The messages table: messages of the contact form, and how many each sender sent this hour.

| row     | partition key                       | gone after |
|---------|-------------------------------------|------------|
| message | message_id (a ULID)                 | 90 days    |
| counter | `sender#<hash>#<hour>`              | 2 hours    |

Whom a counter is about is hashed with a key, so that no address of a computer is kept.
"""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib import signing
from chalicelib.settings import settings
from chalicelib.store.model import StoredModel

HOUR_SECONDS = 60 * 60


class Message(StoredModel):
    """One message."""

    class Meta:
        """Table settings."""

        table_name = settings().messages_table
        region = settings().aws_region

    message_id = UnicodeAttribute(hash_key=True)
    name = UnicodeAttribute()
    email = UnicodeAttribute()
    message = UnicodeAttribute()
    created_at = UnicodeAttribute()
    expires_at = NumberAttribute()


class Counter(StoredModel):
    """How many messages one sender sent in one hour."""

    class Meta:
        """Table settings."""

        table_name = settings().messages_table
        region = settings().aws_region

    message_id = UnicodeAttribute(hash_key=True)
    sent = NumberAttribute()
    expires_at = NumberAttribute()


def counter_key(sender: str, hour: int) -> str:
    """Name the counter of a sender in an hour since 1970."""
    digest = signing.keys().digest(b"sender\0" + sender.encode()).hex()
    return f"sender#{digest}#{hour}"


def is_counter(message_id: str) -> bool:
    """Whether a key of the table is a counter's."""
    return message_id.startswith("sender#")
