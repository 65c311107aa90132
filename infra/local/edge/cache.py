"""Answers that the edge keeps.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Invalidation_Requests.html
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from infra.local.edge.distribution import Behaviour, Distribution, ErrorRule
from infra.local.edge.messages import Response

# The first part is the path with the query that the cache knows.
Key = tuple[str, ...]
MOST_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Stored:
    """An answer, when it came, and for how many seconds it may be used: fresh, and stale while it is asked anew."""

    response: Response
    at: float
    fresh_for: float
    stale_for: float


class Cache:
    """Answers by their keys; what was used least recently goes first when they are too many bytes."""

    def __init__(self, clock: Callable[[], float], most_bytes: int = MOST_BYTES) -> None:
        self._clock = clock
        self._most_bytes = most_bytes
        self._bytes = 0
        self._stored: OrderedDict[Key, Stored] = OrderedDict()

    def find(self, key: Key) -> Stored | None:
        """Return what is kept under a key, fresh or not."""
        if key in self._stored:
            self._stored.move_to_end(key)
        return self._stored.get(key)

    def age(self, stored: Stored) -> float:
        """Seconds since an answer came."""
        return self._clock() - stored.at

    def keep(self, key: Key, response: Response, seconds: float) -> None:
        """Keep an answer; without seconds, keep none under this key."""
        self._drop(key)
        if seconds <= 0:
            return
        stale_for = _directives(response).get("stale-while-revalidate", 0.0)
        self._stored[key] = Stored(response, self._clock(), seconds, stale_for)
        self._bytes += len(response.body)
        while self._bytes > self._most_bytes:
            self._drop(next(iter(self._stored)))

    def invalidate(self, paths: Sequence[str]) -> None:
        """Drop what these paths name; an asterisk at the end is anything."""
        for key in list(self._stored):
            if any(_names(path, key[0]) for path in paths):
                self._drop(key)

    def _drop(self, key: Key) -> None:
        stored = self._stored.pop(key, None)
        self._bytes -= len(stored.response.body) if stored else 0


def seconds_to_keep(distribution: Distribution, behaviour: Behaviour, response: Response, now: float) -> float:
    """Return for how long an answer is kept: 0 is not at all."""
    policy, told = behaviour.cache, _told_seconds(response, now)
    refused = bool({"no-cache", "no-store", "private"} & set(_directives(response)))
    if response.status >= 400:
        at_least = distribution.errors.get(response.status, ErrorRule()).seconds
        return at_least if refused or told is None or not policy.caches else max(at_least, told)
    if not policy.caches or response.status not in (200, 203, 301, 302, 307, 308):
        return 0
    if refused:
        return policy.minimum
    return min(max(policy.default if told is None else told, policy.minimum), policy.maximum)


def _names(path: str, target: str) -> bool:
    return target.startswith(path[:-1]) if path.endswith("*") else target == path


def _told_seconds(response: Response, now: float) -> float | None:
    directives = _directives(response)
    told = directives.get("s-maxage", directives.get("max-age"))
    if told is None and response.header("expires"):
        try:
            return parsedate_to_datetime(response.header("expires")).timestamp() - now
        except ValueError:
            return 0
    return told


def _directives(response: Response) -> dict[str, float]:
    found = {}
    for part in response.header("cache-control").lower().split(","):
        name, _, value = part.strip().partition("=")
        found[name] = float(value) if value.strip('"').isdigit() else 0.0
    return found
