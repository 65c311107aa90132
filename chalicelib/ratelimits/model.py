"""Counters of rate limits, rows of the messages table: `sender#<hash>#<window>`.

What a counter counts is hashed with a key, so that no address of a computer or a person is kept in it.
"""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib import signing
from chalicelib.settings import settings
from chalicelib.store.model import StoredModel

_PREFIX = "sender#"


class Counter(StoredModel):
    """How many requests were counted in one window of time."""

    class Meta:
        """Table settings."""

        table_name = settings().messages_table
        region = settings().aws_region

    message_id = UnicodeAttribute(hash_key=True)
    sent = NumberAttribute()
    expires_at = NumberAttribute()


def counter_key(subject: str, window: int) -> str:
    """Return the key of a subject's counter; `window` is the number of windows since 1970."""
    digest = signing.keys().digest(b"sender\0" + subject.encode()).hex()
    return f"{_PREFIX}{digest}#{window}"


def is_counter(key: str) -> bool:
    """Whether a key of the messages table is a counter's."""
    return key.startswith(_PREFIX)
