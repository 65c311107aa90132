"""Works through an announcement, a page of subscribers at a time.

The rest is put into the queue last, when everybody on the page is settled, in the ledger's care, or has a message of
their own. A crash before that brings the whole page again, and the ledger lets nobody be told twice; the other way
round, somebody who could not be told would be forgotten once the rest was on its way.
"""

from chalicelib import clock
from chalicelib.mail.outbox import Outbox
from chalicelib.mail.outcomes import RefusedForNow
from chalicelib.observe import logs
from chalicelib.subscribers import effects, progress, service
from chalicelib.subscribers.announcements import Job, OneJob, PageJob, body
from chalicelib.subscribers.queue import LONGEST_DELAY_SECONDS, Queue

PAGE = 25
# Half of what the function may take, so that the last mail has the other half.
BUDGET_SECONDS = 15
_FIRST_DELAY_SECONDS = 30


def work(outbox: Outbox, queue: Queue, job: Job, received: int = 1) -> None:
    """Do one job of an announcement that has been `received` so many times.

    Raises:
        NotQueued: the rest is not in the queue; the same job has to come again.
        Unavailable: the same job has to come again.
    """
    if isinstance(job, PageJob):
        if not progress.is_behind(job):
            # A page that did not get through is tried in smaller parts, like a batch that is bisected.
            _tell_page(outbox, queue, job, max(1, PAGE >> (received - 1)))
    else:
        _tell(outbox, job.email, job)


def _tell_page(outbox: Outbox, queue: Queue, job: PageJob, length: int) -> None:
    page = service.confirmed_page(job.shard, job.after, length)
    until = clock.epoch_seconds() + BUDGET_SECONDS
    after, refused, later = job.after, False, list[str]()
    for subscriber in page.items:
        try:
            refused = not _tell(outbox, subscriber.email, job)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not hold back the others
            logs.failure("subscriber not told", error)
            later.append(body(OneJob(job.post, subscriber.email)))
        after = subscriber.email
        if refused or clock.epoch_seconds() >= until:
            break
    queue.put(later)
    if page.last_key is not None or (page.items and after != page.items[-1].email):
        put_off = job.put_off + 1 if refused else 0
        delay = min(LONGEST_DELAY_SECONDS, _FIRST_DELAY_SECONDS * 2 ** min(put_off, 10)) if refused else 0
        queue.put([body(PageJob(job.post, job.shard, job.page + 1, after, put_off))], delay)
    progress.hand_on(job)


def _tell(outbox: Outbox, email: str, job: Job) -> bool:
    """Tell one subscriber; False where mails are refused for now: the ledger has this one, the others can wait."""
    try:
        effects.tell_of_post(outbox, email, job.post)
    except RefusedForNow:
        return False
    return True
