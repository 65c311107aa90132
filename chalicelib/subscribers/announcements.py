"""Announcements of new posts: what subscribers are told, and the work that waits in a queue until all are."""

from typing import Self

import msgspec

from chalicelib.events.queue import Queue, SqsQueue
from chalicelib.mail.delivery import About
from chalicelib.settings import settings
from chalicelib.subscribers.model import SHARDS


class Announcement(msgspec.Struct, frozen=True):
    """A new post, as subscribers are told of it."""

    slug: str
    title: str
    summary: str
    url: str
    author_name: str

    def as_text(self) -> dict[str, str]:
        """The fields, for the ledger to keep."""
        return msgspec.structs.asdict(self)

    @classmethod
    def from_text(cls, about: About) -> Self:
        """What the ledger kept."""
        return cls(**{name: about[name] for name in cls.__struct_fields__})


class ShardJob(msgspec.Struct, frozen=True, tag="shard"):
    """Put a message into the queue for each page of a shard's subscribers behind `after`.

    `hops` counts the messages that led to this one.
    """

    post: Announcement
    shard: str
    after: str | None = None
    hops: int = 0


class PageJob(msgspec.Struct, frozen=True, tag="page"):
    """Tell the subscribers of a shard behind `after` up to `until`, or to the shard's end.

    `hops` counts the messages that led to this one, `put_off` the refusals in a row.
    """

    post: Announcement
    shard: str
    after: str | None = None
    until: str | None = None
    hops: int = 0
    put_off: int = 0


class OneJob(msgspec.Struct, frozen=True, tag="one"):
    """Tell one subscriber for whom it went wrong the first time."""

    post: Announcement
    email: str


Job = ShardJob | PageJob | OneJob

_decoder: msgspec.json.Decoder[Job] = msgspec.json.Decoder(Job)


def announce(post: Announcement, queue: Queue | None = None) -> None:
    """Tell every subscriber of a post; doing it again tells nobody twice.

    Raises:
        NotQueued: the queue did not take all the work; doing it again is right.
    """
    (queue or SqsQueue(settings().announcements_url)).put([body(ShardJob(post, shard)) for shard in SHARDS])


def body(job: Job) -> str:
    """Write a job as a message."""
    return msgspec.json.encode(job).decode()


def job(message: str) -> Job:
    """Read a message."""
    return _decoder.decode(message)
