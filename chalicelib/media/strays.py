"""Objects of which no event of S3 was handled: a schedule looks for them, in a sixteenth of the bucket each day.

An event may be lost, as when a queue's messages were not handled in time. Then nothing has judged the object, and it
has no row whose time ends. So an object under a photo's key that has no row is deleted when it is as old as an unused
photo may be, and one under another key after a day. A queue carries the questions to the function that deletes photos.
"""

import json
import logging
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from chalicelib import clock
from chalicelib.events.queue import SqsQueue
from chalicelib.mail.clients import client
from chalicelib.media import service
from chalicelib.media.model import UNUSED_SECONDS
from chalicelib.media.objects import Listed, Objects
from chalicelib.media.uploads import LOOK_FOR_STRAYS, PEOPLE, key_parts
from chalicelib.settings import settings

OTHER_KEYS = timedelta(days=1)
UNUSED = timedelta(seconds=UNUSED_SECONDS)
# People's ids begin with each of these equally often: they are UUIDs.
_DIGITS = "0123456789abcdef"
_SCHEDULE_MINUTES = 5

_log = logging.getLogger(__name__)


def ask_once_a_day(tick: Mapping[str, Any], sqs: Any = None) -> bool:  # noqa: ANN401 - made at run time
    """Put the day's questions into the queue at the first tick of a day (UTC); say whether they were asked.

    `tick` is EventBridge's event of a schedule of every five minutes.

    Raises:
        ClientError: SQS does not say the queue's address.
        NotQueued: some are not in the queue; asking them all again is right.
    """
    day, _, time = str(tick.get("time", "")).partition("T")
    if not "00:00" <= time < f"00:0{_SCHEDULE_MINUTES}":
        return False
    queues, name = sqs or client("sqs"), settings().thumbnail_jobs_arn.rpartition(":")[2]
    address = queues.get_queue_url(QueueName=name)["QueueUrl"]
    SqsQueue(address, queues).put(questions(day))
    return True


def questions(day: str) -> list[str]:
    """The messages that ask to look at a day's part of the bucket, each at a sixteenth of it.

    A call of the function has a minute, so the part is looked at in many calls.
    """
    first = _DIGITS[date.fromisoformat(day).toordinal() % len(_DIGITS)]
    return [json.dumps({"Event": LOOK_FOR_STRAYS, "Prefix": f"{PEOPLE}{first}{second}"}) for second in _DIGITS]


def delete_strays(prefix: str, objects: Objects) -> int:
    """Delete the objects under `prefix` that nothing has judged; return how many. Doing it again changes nothing."""
    bucket = settings().media_bucket
    deleted = 0
    for owner, found in groupby(objects.list_under(bucket, prefix), key=lambda each: each.key.split("/")[1]):
        for stray in _strays(owner, found):
            # What is newer by now has another ETag, and an event of its own.
            objects.delete(bucket, stray.key, stray.etag)
            deleted += 1
    if deleted:
        _log.warning("uploads deleted", extra={"fields": {"because": "no event told of them", "count": deleted}})
    return deleted


def _strays(owner: str, found: Iterable[Listed]) -> list[Listed]:
    now = clock.now()
    others, photos = [], []
    for each in found:
        age = now - each.modified
        if key_parts(each.key) is None:
            others += [each] if age > OTHER_KEYS else []
        elif age > UNUSED:
            photos.append(each)
    known = service.known_ids(owner) if photos else set()
    return [*others, *(each for each in photos if each.key.rpartition("/")[2] not in known)]
