"""The subscribers table: keys, indexes, conditions.

| key       | partition key                   | sort key |                                 |
|-----------|---------------------------------|----------|---------------------------------|
| table     | email (in its one spelling)     |          | all                             |
| confirmed | confirmed_shard (0 to 3)        | email    | only those who are sent posts   |

A row that is pending lives for 48 hours, one that left for 30 days; an expired one counts as absent, even where
DynamoDB has not got round to deleting it. Those that bounced or complained stay, so that they are never mailed again.
"""

import zlib
from enum import StrEnum

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib import clock
from chalicelib.settings import settings
from chalicelib.store.model import StoredModel

SHARDS = ("0", "1", "2", "3")


class State(StrEnum):
    """Where a subscriber stands."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


class ByShard(GlobalSecondaryIndex["Subscriber"]):
    """The addresses that are sent posts, in shards so that no partition is hot."""

    class Meta:
        """Index settings."""

        index_name = "confirmed"
        projection = KeysOnlyProjection()

    confirmed_shard = UnicodeAttribute(hash_key=True)
    email = UnicodeAttribute(range_key=True)


class Subscriber(StoredModel):
    """One address.

    `request_id` (a ULID) names the sign-up that stands, `left_request` the one that the address left last. `asked_1`
    to `asked_3` are when the last three confirmation mails were asked for, the newest first.
    """

    class Meta:
        """Table settings."""

        table_name = settings().subscribers_table
        region = settings().aws_region

    email = UnicodeAttribute(hash_key=True)
    by_shard = ByShard()

    state = UnicodeAttribute()
    request_id = UnicodeAttribute(null=True)
    left_request = UnicodeAttribute(null=True)
    confirmed_shard = UnicodeAttribute(null=True)
    confirmed_at = UnicodeAttribute(null=True)
    asked_1 = NumberAttribute(null=True)
    asked_2 = NumberAttribute(null=True)
    asked_3 = NumberAttribute(null=True)
    expires_at = NumberAttribute(null=True)

    @property
    def is_expired(self) -> bool:
        """Whether the row is only still there because DynamoDB has not deleted it yet."""
        return self.expires_at is not None and self.expires_at <= clock.epoch_seconds()


def shard(email: str) -> str:
    """The shard of the index that an address is in."""
    return SHARDS[zlib.crc32(email.encode()) % len(SHARDS)]
