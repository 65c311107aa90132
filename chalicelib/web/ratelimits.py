"""The answer where a rate limit is reached."""

from collections.abc import Iterator
from contextlib import contextmanager

from chalicelib.ratelimits.service import LimitReached
from chalicelib.web import problems
from chalicelib.web.problems import Problem

_WINDOWS = {60 * 60: "an hour", 24 * 60 * 60: "a day"}


@contextmanager
def limited() -> Iterator[None]:
    """Answer `429 too-many-requests` with `Retry-After` where a limit is reached inside.

    Raises:
        Problem: TOO_MANY_REQUESTS.
    """
    try:
        yield
    except LimitReached as reached:
        limit = reached.limit
        detail = f"{limit.most} requests in {_WINDOWS[limit.window_seconds]} is the limit."
        headers = {"Retry-After": str(reached.retry_after_seconds)}
        raise Problem(problems.TOO_MANY_REQUESTS, detail, headers=headers) from reached
