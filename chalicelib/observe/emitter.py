"""Tells X-Ray's daemon what the X-Ray SDK would, for a small part of its cost: one datagram a request."""

import os
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from time import time
from typing import Any

import msgspec

from chalicelib.observe.subsegments import (
    Document,
    Service,
    Trace,
    new_id,
    of_call,
    of_error,
    of_request,
    said_by,
    sampled_trace,
)
from chalicelib.settings import SettingsError

HEADER = b'{"format":"json","version":1}\n'
# What a datagram of UDP over IPv4 carries; X-Ray takes documents of up to 64 KiB.
LARGEST_BYTES = 65_507
DEFAULT_DAEMON = "127.0.0.1:2000"

_encode = msgspec.json.Encoder(enc_hook=str).encode
_Ask = Callable[[str, Mapping[str, Any]], dict[str, Any]]


class _Request:
    """A request that has not been answered; without a `trace` nobody wants to know of it."""

    __slots__ = ("calls", "id", "name", "route", "started", "trace")

    def __init__(self, name: str, route: str, trace: Trace | None) -> None:
        self.name, self.route, self.trace = name, route, trace
        self.id, self.started = new_id(), time()
        self.calls: list[Document] = []


class Emitter:
    """Keeps what is to be told of a request until it ends; calls outside of requests are told of at once."""

    def __init__(self, region: str) -> None:
        self._region = region
        self._daemon = udp_address(os.environ.get("AWS_XRAY_DAEMON_ADDRESS", DEFAULT_DAEMON))
        self._request: _Request | None = None
        self._socket: socket.socket | None = None

    def begin(self, name: str, route: str) -> None:
        """A request begins; one that never ended is forgotten."""
        self._request = _Request(name, route, _trace())

    def end(self, status: int) -> None:
        """The request has been answered."""
        request, self._request = self._request, None
        if request is None or request.trace is None:
            return
        own = of_request(
            request.trace,
            request.name,
            request.route,
            status,
            own_id=request.id,
            started=request.started,
            ended=time(),
        )
        whole = _encode({**own, "subsegments": request.calls} if request.calls else own)
        if len(HEADER) + len(whole) <= LARGEST_BYTES:
            self._send(whole)
            return
        for each in (*request.calls, own):
            self._send(_encode(each))

    def watch(self, client: Any, name: str, method: str) -> None:  # noqa: ANN401 - whatever calls a service
        """Tell of the client's calls."""
        meta: Any = getattr(client, "meta", None)
        region = self._region if meta is None else meta.region_name
        service = Service(name or meta.service_model.endpoint_prefix, region)
        setattr(client, method, self._told(getattr(client, method), service))

    def _told(self, ask: _Ask, service: Service) -> _Ask:
        def told(operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
            current = self._request
            trace = _trace() if current is None else current.trace
            if trace is None:
                return ask(operation, request)
            if current is not None:
                trace = Trace(trace.id, current.id)
            started = time()
            try:
                answer = ask(operation, request)
            except Exception as error:
                document = of_call(trace, service, operation, request, said_by(error), started=started, ended=time())
                self._keep(current, document | of_error(error))
                raise
            self._keep(current, of_call(trace, service, operation, request, answer, started=started, ended=time()))
            return answer

        return told

    def _keep(self, request: _Request | None, document: Document) -> None:
        if request is None:
            self._send(_encode(document))
        else:
            request.calls.append(document)

    def _send(self, document: bytes) -> None:
        # Whoever restores or forks this process before its first request shares no socket with it.
        if self._socket is None:
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._socket.settimeout(0)
        # No daemon, no room, too long: a trace is lost, never a request.
        with suppress(OSError):
            self._socket.sendto(HEADER + document, self._daemon)


def _trace() -> Trace | None:
    # Lambda changes it for each invocation.
    return sampled_trace(os.environ.get("_X_AMZN_TRACE_ID", ""))


def udp_address(daemon: str) -> tuple[str, int]:
    """The daemon's address for datagrams, given as `host:port` or as `tcp:host:port udp:host:port`.

    Raises:
        SettingsError: it is neither.
    """
    parts = daemon.split()
    named = [part.removeprefix("udp:") for part in parts if part.startswith("udp:") or len(parts) == 1]
    host, _, port = named[0].rpartition(":") if named else ("", "", "")
    if not host or not port.isdecimal():
        raise SettingsError(f"AWS_XRAY_DAEMON_ADDRESS is host:port or tcp:host:port udp:host:port, not {daemon!r}.")
    return host, int(port)
