"""Counts requests against a limit, in windows by the clock."""

import socket
from dataclasses import dataclass
from typing import Any

from pynamodb.expressions.condition import Condition

from chalicelib import clock
from chalicelib.ratelimits.model import Counter, counter_key
from chalicelib.store.errors import ConditionFailed

HOUR_SECONDS = 60 * 60
DAY_SECONDS = 24 * HOUR_SECONDS
_IPV4_IN_IPV6 = bytes(10) + b"\xff\xff"


@dataclass(frozen=True)
class Limit:
    """At most `most` requests in a window; `name` tells the counters of one limit from those of another."""

    name: str
    most: int
    window_seconds: int = HOUR_SECONDS


class LimitReached(Exception):  # noqa: N818 - reads as the answer it becomes
    """No more requests are taken in this window."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(f"{limit.name}: {limit.most} requests is the limit.")
        self.limit = limit
        self.retry_after_seconds = seconds_left(limit)


def count(limit: Limit, subject: str = "") -> None:
    """Count a request of a subject in one conditional write.

    Raises:
        LimitReached: the subject made as many requests in this window as the limit allows.
    """
    counter, actions, condition = increment(limit, subject)
    try:
        counter.change(actions, condition)
    except ConditionFailed as refused:
        raise LimitReached(limit) from refused


def increment(limit: Limit, subject: str = "") -> tuple[Counter, list[Any], Condition]:
    """Return the counter, the actions and the condition by which a write or a transaction counts a request."""
    now = clock.epoch_seconds()
    counter = Counter(counter_key(f"{limit.name} {subject}".rstrip(), now // limit.window_seconds))
    actions = [Counter.sent.add(1), Counter.expires_at.set(now + 2 * limit.window_seconds)]
    return counter, actions, Counter.sent.does_not_exist() | (Counter.sent < limit.most)


def seconds_left(limit: Limit) -> int:
    """Return the seconds until the window ends."""
    return limit.window_seconds - clock.epoch_seconds() % limit.window_seconds


def computer(address: str) -> str:
    """Return what tells one computer from another: an IPv4 address, or the /64 network of an IPv6 address.

    One connection has a whole /64 of IPv6 addresses (RFC 6177).
    """
    try:
        packed = socket.inet_pton(socket.AF_INET6, address)
    except OSError:
        return address
    if packed.startswith(_IPV4_IN_IPV6):
        return socket.inet_ntop(socket.AF_INET, packed[12:])
    return packed[:8].hex()
