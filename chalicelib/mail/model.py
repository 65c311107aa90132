"""The deliveries table: one row for each mail or notice that is to go out once.

| key       | partition key                | sort key    |                                        |
|-----------|------------------------------|-------------|----------------------------------------|
| table     | delivery_id                  |             | all                                    |
| unsettled | unsettled (a shard: 0 to 3)  | lease_until | only while it is not known how it went |

`delivery_id` says what for, and for whom by a keyed hash: `welcome_01J…_<hash>`. It is a tag of the mail too, so an
event of SES names its row. `about` holds what is needed to do the work again, an address among it; it goes when the
row is settled, so a settled row names nobody.
"""

from enum import StrEnum

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.settings import settings
from chalicelib.store.model import StoredModel

SHARDS = ("0", "1", "2", "3")


class State(StrEnum):
    """How far a delivery is.

    SENDING past its lease means that nobody knows: the worker crashed, or the answer was lost.
    """

    SENDING = "sending"
    RELEASED = "released"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"
    FAILED_UNKNOWN = "failed_unknown"


class Unsettled(GlobalSecondaryIndex["Delivery"]):
    """What is not settled, by the end of its lease."""

    class Meta:
        """Index settings."""

        index_name = "unsettled"
        projection = AllProjection()

    unsettled = UnicodeAttribute(hash_key=True)
    lease_until = NumberAttribute(range_key=True)


class Delivery(StoredModel):
    """One mail or notice.

    `token` names the worker that holds it, `attempt` counts the times it may have gone out. Times are seconds since
    1970. `expires_at` is set only once it is settled.
    """

    class Meta:
        """Table settings."""

        table_name = settings().deliveries_table
        region = settings().aws_region

    delivery_id = UnicodeAttribute(hash_key=True)
    by_lease = Unsettled()

    kind = UnicodeAttribute()
    state = UnicodeAttribute()
    token = UnicodeAttribute()
    attempt = NumberAttribute()
    lease_until = NumberAttribute()
    unsettled = UnicodeAttribute(null=True)
    about = JSONAttribute(null=True)
    message_id = UnicodeAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    expires_at = NumberAttribute(null=True)
