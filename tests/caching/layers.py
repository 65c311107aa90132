"""Models of CloudFront and of a browser, as far as they keep answers.

They do what RFC 9111 and CloudFront's documentation allow, and where a cache may choose, what is worst for the reader.
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html
https://www.rfc-editor.org/rfc/rfc5861 (stale-while-revalidate)
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs, urlsplit

from infra.edge_settings import BEHAVIOURS, Keeping, keeping

Headers = Mapping[str, str]
Clock = Callable[[], float]
# A key tells answers apart; the URL among it is what an invalidation names.
Key = tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """An answer; header names are in lower case. `age` is in seconds."""

    status: int
    headers: Headers
    body: str
    age: float = 0.0

    def says(self, directive: str) -> float | None:
        """A directive of Cache-Control, in seconds; 0 where it has none; None where it is not there."""
        for part in self.headers.get("cache-control", "").split(","):
            name, _, value = part.strip().partition("=")
            if name == directive:
                return float(value or 0)
        return None

    @property
    def tag(self) -> str:
        return self.headers.get("etag", "")


# A path with its query, and headers by their names in lower case.
Ask = Callable[[str, Headers], Answer]


@dataclass
class Stored:
    answer: Answer
    at: float
    fresh_for: float
    usable_for: float


@dataclass
class HttpCache:
    """What CloudFront and browsers have in common."""

    ask: Ask
    clock: Clock
    stored: dict[Key, Stored] = field(default_factory=dict)

    def through(self, key: Key, url: str, headers: Headers, fresh_for: Callable[[Answer], float]) -> Answer:
        """Answer from what is stored while it may be used, and from behind otherwise."""
        entry = self.stored.get(key)
        age = 0.0 if entry is None else entry.answer.age + self.clock() - entry.at
        if entry is not None and age < entry.fresh_for:
            return replace(entry.answer, age=age)
        stale = entry is not None and age < entry.usable_for
        asked = dict(headers)
        if entry is not None and entry.answer.tag:
            asked["if-none-match"] = entry.answer.tag
        answer = self.ask(url, asked)
        if answer.status == 304 and entry is not None and asked["if-none-match"] == entry.answer.tag:
            # Not modified: what is stored begins anew.
            answer = replace(entry.answer, age=answer.age)
        seconds = fresh_for(answer)
        if answer.status == 200 and seconds >= 0:
            more = answer.says("stale-while-revalidate") or 0
            self.stored[key] = Stored(answer, self.clock(), seconds, seconds + more)
        else:
            self.stored.pop(key, None)
        # What is stale is shown once more while the new answer comes.
        return replace(entry.answer, age=age) if stale and entry is not None else answer


class Edge:
    """CloudFront at one place, by the project's behaviours."""

    def __init__(
        self,
        ask: Ask,
        clock: Clock,
        behaviours: Sequence[tuple[str, Keeping]] = BEHAVIOURS,
        *,
        plain_reads: bool = True,
    ) -> None:
        self._cache = HttpCache(ask, clock)
        self._ask = ask
        self._behaviours = behaviours
        self._plain_reads = plain_reads

    def get(self, url: str, headers: Headers) -> Answer:
        parts = urlsplit(url)
        kept = keeping(parts.path, self._behaviours)
        if kept.most == 0:
            return self._ask(url, headers)
        if self._plain_reads:
            headers = {name: value for name, value in headers.items() if name != "cache-control"}
        query = parse_qs(parts.query)
        told = [f"{name}={query[name][-1]}" for name in kept.queries if name in query]
        # Pages are kept by the address that they are rewritten to.
        path = f"{parts.path}index.html" if parts.path.endswith("/") else parts.path
        key = (path + ("?" + "&".join(told) if told else ""), *(headers.get(name.lower(), "") for name in kept.headers))
        seen = headers.get("if-none-match")
        answer = self._cache.through(key, url, headers, lambda each: _seconds(each, kept))
        if seen and seen == answer.tag:
            return replace(answer, status=304, body="")
        return answer

    def forget(self, paths: Sequence[str]) -> None:
        """Invalidate: an asterisk at the end stands for anything."""
        for key in list(self._cache.stored):
            if any(key[0] == path or (path.endswith("*") and key[0].startswith(path[:-1])) for path in paths):
                del self._cache.stored[key]


def _seconds(answer: Answer, kept: Keeping) -> float:
    refused = answer.says("no-store") is not None or answer.says("private") is not None
    if refused and kept.least == 0:
        return -1
    told = answer.says("s-maxage")
    told = answer.says("max-age") if told is None else told
    return min(max(kept.default if told is None else told, kept.least), kept.most)


class Browser:
    """One browser's own cache, whoever is signed in."""

    def __init__(self, ask: Ask, clock: Clock) -> None:
        self._cache = HttpCache(ask, clock)

    def get(self, url: str, headers: Headers) -> Answer:
        # Every answer of the API varies by the origin that asked.
        key = url, headers.get("origin", "")
        return self._cache.through(key, url, headers, self._seconds)

    @staticmethod
    def _seconds(answer: Answer) -> float:
        if answer.says("no-store") is not None:
            return -1
        return answer.says("max-age") or 0
