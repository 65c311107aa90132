"""Answers viewers as a distribution's settings say: behaviours, functions, cache, origins, errors, headers."""

import asyncio
import re
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace

from infra.local.edge import function_events
from infra.local.edge.cache import Cache, Key, Stored, seconds_to_keep
from infra.local.edge.compression import accepted_form, compressed
from infra.local.edge.distribution import Behaviour, Distribution
from infra.local.edge.forwarding import VIA, cache_key, origin_request
from infra.local.edge.functions import FunctionError, Functions
from infra.local.edge.messages import Request, Response, plain
from infra.local.edge.origins import Origin

LONGEST_URL = 8192
_READS = ("GET", "HEAD")


class Edge:
    """A distribution at one place. `origins` has them by their ids in the template."""

    def __init__(
        self,
        distribution: Distribution,
        origins: Mapping[str, Origin],
        clock: Callable[[], float] = time.time,
    ) -> None:
        missing = set(distribution.origins) - set(origins)
        if missing:
            raise ValueError(f"The edge does not know the origins {sorted(missing)}.")
        self._distribution = distribution
        self._origins = origins
        self._clock = clock
        self._refreshes: set[asyncio.Task[Response]] = set()
        self.functions = Functions(distribution.code)
        self.cache = Cache(clock)

    async def answer(self, request: Request) -> Response:
        """Return a viewer's answer."""
        behaviour = self._distribution.behaviour(_normalised(request.path))
        came, response = await self._answered(behaviour, request)
        response = behaviour.answers.on(_as_asked(request, response))
        response = response.with_header("x-cache", f"{came} from cloudfront").with_header("via", VIA)
        return response.with_header("x-amz-cf-id", uuid.uuid4().hex).with_header("x-amz-cf-pop", "LOCAL1-C1")

    async def close(self) -> None:
        """End what runs."""
        for task in self._refreshes:
            task.cancel()
        await self.functions.close()

    async def _answered(self, behaviour: Behaviour, viewer: Request) -> tuple[str, Response]:
        if len(viewer.target) > LONGEST_URL:
            return "Error", plain(414, "The address is too long.")
        if viewer.method not in behaviour.methods:
            return "Error", plain(403, "This distribution is not configured to allow the HTTP request method.")
        request: Request | Response = viewer
        if "viewer-request" in behaviour.functions:
            event = function_events.request_event(viewer)
            try:
                returned = await self.functions.run(behaviour.functions["viewer-request"], event)
                request = function_events.after(viewer, event, returned)
            except FunctionError as error:
                return "FunctionExecutionError", plain(503, str(error))
        if isinstance(request, Response):
            return "FunctionGeneratedResponse", request
        if request.path == "/" and self._distribution.root:
            request = replace(request, path=f"/{self._distribution.root}")
        return await self._cached(behaviour, request)

    async def _cached(self, behaviour: Behaviour, request: Request) -> tuple[str, Response]:
        form = accepted_form(behaviour, request)
        if request.method not in _READS:
            return await self._error_or(await self._fetched(behaviour, request, form))
        key = cache_key(behaviour, request, form)
        stored = self.cache.find(key)
        if stored is None:
            return await self._error_or(await self._kept(behaviour, request, form, key, None))
        age = self.cache.age(stored)
        if age >= stored.fresh_for + stored.stale_for:
            response = await self._kept(behaviour, request, form, key, stored)
            came, response = await self._error_or(response)
            return ("RefreshHit" if came == "Miss" and response.body == stored.response.body else came), response
        if age >= stored.fresh_for:
            task = asyncio.create_task(self._kept(behaviour, request, form, key, stored))
            self._refreshes.add(task)
            task.add_done_callback(self._refreshes.discard)
        came, response = await self._error_or(stored.response)
        return ("Hit" if came == "Miss" else came), response.with_header("age", str(int(age)))

    async def _kept(
        self, behaviour: Behaviour, request: Request, form: str, key: Key, stored: Stored | None
    ) -> Response:
        seen = stored.response.header("etag").removeprefix("W/") if stored else ""
        response = await self._fetched(behaviour, request, form, seen)
        if response.status == 304 and stored is not None:
            # What the origin says of it now, such as how long it lasts, is said of the copy from now on.
            newer = [pair for pair in response.headers if pair[0] in ("cache-control", "expires", "date")]
            response = stored.response.without(*(name for name, _ in newer)).adding(*newer)
        response = compressed(behaviour, form, response)
        seconds = seconds_to_keep(self._distribution, behaviour, response, self._clock())
        self.cache.keep(key, response, seconds)
        return response

    async def _fetched(self, behaviour: Behaviour, request: Request, form: str, seen: str = "") -> Response:
        group = self._distribution.groups.get(behaviour.target)
        targets = (group.first, group.second) if group else (behaviour.target,)
        response = plain(502, "The distribution has no such origin.")
        for name in targets:
            asked = origin_request(behaviour, self._distribution.origins[name], request, form)
            asked = asked.with_header("if-none-match", seen) if seen else asked
            response = await self._origins[name].answer(asked)
            if group is None or request.method not in (*_READS, "OPTIONS") or response.status not in group.statuses:
                break
        return response

    async def _error_or(self, response: Response) -> tuple[str, Response]:
        """Put the distribution's error page in the place of an error, whichever behaviour it came by."""
        rule = self._distribution.errors.get(response.status)
        if response.status < 400:
            return "Miss", response
        if rule is None or not rule.page:
            return "Error", response
        by = self._distribution.behaviour(rule.page)
        page = await self._fetched(by, Request([], "GET", rule.page), "")
        return "Error", replace(page, status=rule.status or response.status) if page.status == 200 else page


def _normalised(path: str) -> str:
    """Return the path by which a behaviour is chosen: without `.` and `..`, RFC 3986 5.2.4."""
    parts: list[str] = []
    for part in path.split("/")[1:]:
        if part == "..":
            del parts[-1:]
        elif part != ".":
            parts.append(part)
    ends_in_folder = re.search(r"/\.{1,2}$", path) is not None
    return "/" + "/".join(parts) + ("/" if ends_in_folder and parts else "")


def _as_asked(request: Request, response: Response) -> Response:
    """Answer who has seen a response already with 304, and HEAD without a body."""
    tag = response.header("etag").removeprefix("W/")
    seen = [each.strip().removeprefix("W/") for each in request.header("if-none-match").split(",")]
    if request.method in _READS and response.status == 200 and tag and (tag in seen or seen == ["*"]):
        return Response(response.without("content-type", "content-encoding").headers, 304)
    return response
