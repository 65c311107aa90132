"""API Gateway's stage cache, as infra/cache_settings.py sets it up.

An answer is repeated to every request of its route whose keys are equal, whoever asks, for so many seconds.
`Cache-Control: max-age=0` has it made anew, for those who may. What AWS does not write down is taken at its worst: what
is not an error is kept, "not modified" too.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.cache_settings import LARGEST_ANSWER_BYTES, ROUTES, Kept, Route

HIT, MISS = "hit; layer=stage-cache", "miss; layer=function"
_MOST_ANSWERS = 1000

Event = Mapping[str, Any]
Answer = dict[str, Any]
# The method, the path with its query, and the headers by their names in lower case.
Permits = Callable[[str, str, Mapping[str, str]], bool]


class RefreshRefusedError(Exception):
    """Whoever asks for a fresh answer may not."""


@dataclass
class StageCache:
    """The answers of one stage. `clock` tells seconds; events and answers are those of a Lambda proxy integration."""

    permits: Permits
    routes: Mapping[Route, Kept | None] = field(default_factory=lambda: ROUTES)
    clock: Callable[[], float] = time.monotonic
    _kept: dict[tuple[str, ...], tuple[float, Answer]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, event: Event, path: str, ask: Callable[[], Answer]) -> Answer:
        """Repeat an answer, or ask the function for one; `X-Cache` says which.

        Raises:
            RefreshRefusedError: the request wants a fresh answer and is not signed by somebody who may have one.
        """
        route = event["requestContext"]["httpMethod"], event["requestContext"]["resourcePath"]
        kept = self.routes.get(route)
        if kept is None:
            return _told(ask(), MISS)
        headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        key = (*route, *(_value(each, event, headers) for each in kept.keys))
        if _wants_fresh(headers):
            if not self.permits(route[0], path, headers):
                raise RefreshRefusedError
            self._forget(key)
        elif (found := self._find(key)) is not None:
            return _told(found, HIT)
        made = ask()
        if made["statusCode"] < 400 and len(made.get("body") or "") <= LARGEST_ANSWER_BYTES:
            self._keep(key, self.clock() + kept.seconds, made)
        return _told(made, MISS)

    def _find(self, key: tuple[str, ...]) -> Answer | None:
        with self._lock:
            until, answer = self._kept.get(key, (0.0, None))
            return answer if until > self.clock() else None

    def _keep(self, key: tuple[str, ...], until: float, answer: Answer) -> None:
        with self._lock:
            if len(self._kept) >= _MOST_ANSWERS:
                self._kept.clear()
            self._kept[key] = until, answer

    def _forget(self, key: tuple[str, ...]) -> None:
        with self._lock:
            self._kept.pop(key, None)


def _value(key: str, event: Event, headers: Mapping[str, str]) -> str:
    place, _, name = key.partition(".")
    if place == "header":
        return headers.get(name.lower(), "")
    if place == "path":
        return str((event.get("pathParameters") or {}).get(name, ""))
    # Of several, API Gateway looks at the last.
    return str(((event.get("multiValueQueryStringParameters") or {}).get(name) or [""])[-1])


def _wants_fresh(headers: Mapping[str, str]) -> bool:
    return "max-age=0" in headers.get("cache-control", "").replace(" ", "").lower().split(",")


def _told(answer: Answer, which: str) -> Answer:
    return {**answer, "headers": {**answer["headers"], "X-Cache": which}}
