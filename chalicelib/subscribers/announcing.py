"""Works through an announcement: a shard becomes pages, and each page of subscribers is told by a run of its own.

Lambda ends a chain of messages in which a function has run about 16 times, so no chain here is longer than `HOPS`:
https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
What a page has not done by then, the ledger keeps and the sweeper does.

The rest of a job is put into the queue last, when everybody before it is settled, in the ledger's care, or has a
message of their own. A crash before that brings the whole job again, and the ledger tells each subscriber once.
"""

from collections.abc import Iterator

from chalicelib import clock
from chalicelib.events.queue import LONGEST_DELAY_SECONDS, Queue
from chalicelib.mail.outbox import Outbox
from chalicelib.mail.outcomes import RefusedForNow
from chalicelib.observe import logs
from chalicelib.subscribers import effects, progress, service
from chalicelib.subscribers.announcements import Job, OneJob, PageJob, ShardJob, body
from chalicelib.subscribers.model import Subscriber

PAGE = 25
# Addresses that one query lists, as whole pages.
LISTED = 40 * PAGE
# Half of what the function may take, so that the last mail has the other half.
BUDGET_SECONDS = 15
# How many messages may lead to one that has a rest: at most 13 runs, with a page and a subscriber's own message.
HOPS = 10
_FIRST_DELAY_SECONDS = 30


class TooManySubscribers(Exception):  # noqa: N818 - what happened
    """A shard is too long to be listed in the runs that Lambda allows a chain."""


def work(outbox: Outbox, queue: Queue, job: Job, received: int = 1) -> None:
    """Do one job of an announcement that has been `received` so many times.

    Raises:
        NotQueued: the rest is not in the queue; the same job has to come again.
        TooManySubscribers: the rest of a shard is left for an operator.
        Unavailable: the same job has to come again.
    """
    if isinstance(job, OneJob):
        _tell(outbox, job.email, job)
    elif not progress.was_handed_on(job):
        if isinstance(job, ShardJob):
            _split(queue, job)
        else:
            # A page that did not get through is tried in smaller parts, like a batch that is bisected.
            _tell_page(outbox, queue, job, max(1, PAGE >> (received - 1)))


def _split(queue: Queue, job: ShardJob) -> None:
    if job.hops > HOPS:
        raise TooManySubscribers(f"Shard {job.shard} was not listed in {HOPS + 1} runs: the blog needs more shards.")
    deadline = clock.epoch_seconds() + BUDGET_SECONDS
    after = job.after
    while True:
        listed = service.confirmed_page(job.shard, after, None, LISTED)
        emails = [subscriber.email for subscriber in listed.items]
        queue.put([body(page) for page in _pages(job, after, emails, is_last=listed.last_key is None)])
        if listed.last_key is None:
            return
        after = listed.last_key["email"]["S"]
        if clock.epoch_seconds() >= deadline:
            break
    queue.put([body(ShardJob(job.post, job.shard, after, job.hops + 1))])
    progress.hand_on(job)


def _pages(job: ShardJob, after: str | None, emails: list[str], *, is_last: bool) -> Iterator[PageJob]:
    """The jobs that tell these addresses; the end of a shard's last page is open, for who confirms meanwhile."""
    for start in range(0, len(emails), PAGE):
        until = emails[min(start + PAGE, len(emails)) - 1]
        is_end = is_last and start + PAGE >= len(emails)
        yield PageJob(job.post, job.shard, after, None if is_end else until, job.hops + 1)
        after = until


def _tell_page(outbox: Outbox, queue: Queue, job: PageJob, length: int) -> None:
    # One more than are told, which says whether this page has a rest.
    page = service.confirmed_page(job.shard, job.after, job.until, length + 1)
    deadline = clock.epoch_seconds() + BUDGET_SECONDS
    after, refused, later = job.after, False, list[str]()
    for subscriber in page.items[:length]:
        try:
            refused = not _tell(outbox, subscriber.email, job)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not hold back the others
            logs.failure("subscriber not told", error)
            later.append(body(OneJob(job.post, subscriber.email)))
        after = subscriber.email
        if refused or clock.epoch_seconds() >= deadline:
            break
    queue.put(later)
    if page.last_key is None and (not page.items or after == page.items[-1].email):
        return
    if job.hops >= HOPS:
        for subscriber in _rest(job, after):
            effects.leave_post_to_the_sweeper(subscriber.email, job.post)
        return
    put_off = job.put_off + 1 if refused else 0
    delay = min(LONGEST_DELAY_SECONDS, _FIRST_DELAY_SECONDS * 2 ** min(put_off, 10)) if refused else 0
    queue.put([body(PageJob(job.post, job.shard, after, job.until, job.hops + 1, put_off))], delay)
    progress.hand_on(job)


def _rest(job: PageJob, after: str | None) -> Iterator[Subscriber]:
    while after is None or after != job.until:
        page = service.confirmed_page(job.shard, after, job.until, PAGE)
        yield from page.items
        if page.last_key is None:
            return
        after = page.last_key["email"]["S"]


def _tell(outbox: Outbox, email: str, job: PageJob | OneJob) -> bool:
    """Tell one subscriber; False where mails are refused for now: the ledger has this one, the others can wait."""
    try:
        effects.tell_of_post(outbox, email, job.post)
    except RefusedForNow:
        return False
    return True
