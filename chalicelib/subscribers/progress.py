"""Which messages of an announcement have put their rest into the queue.

Without it a message that the queue delivers twice would put its rest there twice, and each of the two might do so
again. The rows are in the deliveries table, outside the index of unsettled ones.
"""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib import clock
from chalicelib.mail import ledger
from chalicelib.settings import settings
from chalicelib.store.errors import ConditionFailed
from chalicelib.store.model import StoredModel
from chalicelib.subscribers.announcements import PageJob, ShardJob

KEPT_SECONDS = 90 * 24 * 60 * 60


class Progress(StoredModel):
    """One shard, or one page, of one announcement; `page` is how many of its messages put their rest into the queue."""

    class Meta:
        """Table settings."""

        table_name = settings().deliveries_table
        region = settings().aws_region

    delivery_id = UnicodeAttribute(hash_key=True)
    page = NumberAttribute()
    expires_at = NumberAttribute()


def was_handed_on(job: ShardJob | PageJob) -> bool:
    """Whether the rest of this job was put into the queue before."""
    try:
        row = Progress.get(_name(job), consistent_read=True)
    except Progress.DoesNotExist:
        return False
    return bool(row.page > job.hops)


def hand_on(job: ShardJob | PageJob) -> None:
    """Remember that the rest of this job is in the queue."""
    actions = [Progress.page.set(job.hops + 1), Progress.expires_at.set(clock.epoch_seconds() + KEPT_SECONDS)]
    further = Progress.delivery_id.does_not_exist() | (Progress.page <= job.hops)
    try:
        Progress(_name(job)).change(actions, further)
    except ConditionFailed:
        return


def _name(job: ShardJob | PageJob) -> str:
    if isinstance(job, ShardJob):
        return f"pages_{job.post.slug}_{job.shard}"
    # The hash keeps addresses out of keys. The last page of a shard ends at no address.
    return ledger.delivery_id(f"page_{job.post.slug}", f"{job.shard} {job.until or ''}")
