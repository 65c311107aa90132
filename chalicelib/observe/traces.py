"""Who tells X-Ray of requests and of the calls within them: TRACING says `lean`, `sdk`, or `off`, which empty is too.

`lean` is the emitter in this folder, `sdk` is the X-Ray SDK; both send the same subsegments of the segment that Lambda
keeps. Nothing of a person's is in them: no key, no path but the route, no message of an error.
https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
"""

import os
from functools import cache
from typing import Any, Protocol, TypeVar

from chalicelib.settings import Settings, SettingsError, settings

_Client = TypeVar("_Client")


class Tracer(Protocol):
    """One way to tell X-Ray."""

    def begin(self, name: str, route: str) -> None:
        """A request begins, which has no other one within it."""

    def end(self, status: int) -> None:
        """The request that began has been answered."""

    def watch(self, client: Any, name: str, method: str) -> None:  # noqa: ANN401 - whatever calls a service
        """From now on calls through `method(operation, request)` of the client are told of."""


def begin(name: str, route: str) -> None:
    """Let a request begin; `route` is its method and its path with the names of parameters."""
    chosen = tracer()
    if chosen is not None:
        chosen.begin(name, route)


def end(status: int) -> None:
    """Let the request end with what it is answered."""
    chosen = tracer()
    if chosen is not None:
        chosen.end(status)


def watch(client: _Client, name: str = "", method: str = "_make_api_call") -> _Client:
    """Return the client, whose calls are told of from now on; without a `name` it is a client of botocore's."""
    chosen = tracer()
    if chosen is not None:
        chosen.watch(client, name, method)
    return client


@cache
def tracer() -> Tracer | None:
    """This process's way to tell X-Ray; None where nobody listens, or the setting is off."""
    return choose(settings(), in_lambda=bool(os.environ.get("LAMBDA_TASK_ROOT")))


def choose(given: Settings, *, in_lambda: bool) -> Tracer | None:
    """The way that the setting names.

    Raises:
        SettingsError: there is no such way.
    """
    if given.tracing not in ("", "off", "lean", "sdk"):
        raise SettingsError(f"TRACING is lean, sdk or off, not {given.tracing!r}.")
    if given.tracing in ("", "off") or not in_lambda:
        return None
    if given.tracing == "lean":
        from chalicelib.observe.emitter import Emitter  # noqa: PLC0415 - only the chosen way is imported

        return Emitter(given.aws_region)
    from chalicelib.observe.stock import Stock  # noqa: PLC0415 - slow to import

    return Stock(given.aws_region)
