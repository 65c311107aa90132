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
        """A request begins; `route` is its method and its path with the names of parameters."""

    def end(self, status: int) -> None:
        """The request that began has been answered."""

    def watch(self, client: Any, name: str, method: str) -> None:  # noqa: ANN401 - whatever calls a service
        """From now on calls through `method(operation, request)` of the client are told of."""


def watch(client: _Client, name: str = "", method: str = "_make_api_call") -> _Client:
    """Return the client, whose calls are told of from now on; without a `name` it is a client of botocore's."""
    tracer().watch(client, name, method)
    return client


class Silence:
    """Tells nobody."""

    def begin(self, name: str, route: str) -> None:
        """A request begins."""

    def end(self, status: int) -> None:
        """The request has been answered."""

    def watch(self, client: Any, name: str, method: str) -> None:  # noqa: ANN401
        """The client is left as it is."""


@cache
def tracer() -> Tracer:
    """This process's way to tell X-Ray."""
    return choose(settings(), in_lambda=bool(os.environ.get("LAMBDA_TASK_ROOT")))


def choose(given: Settings, *, in_lambda: bool) -> Tracer:
    """The way that the setting names; where nobody listens it is silence.

    Raises:
        SettingsError: there is no such way.
    """
    if given.tracing not in ("", "off", "lean", "sdk"):
        raise SettingsError(f"TRACING is lean, sdk or off, not {given.tracing!r}.")
    if given.tracing in ("", "off") or not in_lambda:
        return Silence()
    if given.tracing == "lean":
        from chalicelib.observe.emitter import Emitter  # noqa: PLC0415 - only the chosen way is imported

        return Emitter(given.aws_region)
    from chalicelib.observe.stock import Stock  # noqa: PLC0415 - slow to import

    return Stock(given.aws_region)
