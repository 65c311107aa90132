"""The messages table: messages of the contact form.

| row     | partition key          | gone after                                         |
|---------|------------------------|----------------------------------------------------|
| message | message_id (a ULID)    | 90 days                                            |
| counter | `sender#…`             | two windows of a limit: `chalicelib/ratelimits`    |
"""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.settings import settings
from chalicelib.store.model import StoredModel


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
