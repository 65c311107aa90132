"""How far an announcement is: for each shard, the page up to which the work was handed on.

Without it a message that a queue delivers twice would begin a second chain of pages, and each of its pages might
begin more. The rows live among the deliveries, outside the index of unsettled ones.
"""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib import clock
from chalicelib.settings import settings
from chalicelib.store.errors import ConditionFailed
from chalicelib.store.model import StoredModel
from chalicelib.subscribers.announcements import PageJob

KEPT_SECONDS = 90 * 24 * 60 * 60


class Progress(StoredModel):
    """One shard of one announcement."""

    class Meta:
        """Table settings."""

        table_name = settings().deliveries_table
        region = settings().aws_region

    delivery_id = UnicodeAttribute(hash_key=True)
    page = NumberAttribute()
    expires_at = NumberAttribute()


def is_behind(job: PageJob) -> bool:
    """Whether this page was handed on before."""
    try:
        row = Progress.get(_name(job), consistent_read=True)
    except Progress.DoesNotExist:
        return False
    return bool(row.page > job.page)


def hand_on(job: PageJob) -> None:
    """Remember that all behind this page is in the queue."""
    actions = [Progress.page.set(job.page + 1), Progress.expires_at.set(clock.epoch_seconds() + KEPT_SECONDS)]
    further = Progress.delivery_id.does_not_exist() | (Progress.page <= job.page)
    try:
        Progress(_name(job)).change(actions, further)
    except ConditionFailed:
        return


def _name(job: PageJob) -> str:
    return f"pages_{job.post.slug}_{job.shard}"
