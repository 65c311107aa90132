"""Tells X-Ray's daemon what the X-Ray SDK would, for a small part of its cost: one datagram a request."""

import os
import re
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from time import time
from typing import Any

import msgspec

from chalicelib.observe.subsegments import (
    Service,
    Subsegment,
    Trace,
    add_error,
    add_status,
    of_call,
    of_request,
    said_by,
)
from chalicelib.settings import SettingsError

HEADER = b'{"format":"json","version":1}\n'
# The longest document that a datagram of UDP over IPv4 carries; X-Ray takes up to 64 KiB.
LARGEST_BYTES = 65_507 - len(HEADER)
DEFAULT_DAEMON = "127.0.0.1:2000"

# Lambda's own order, which is quick to read.
_USUAL = re.compile(r"Root=([^;]+);Parent=([^;]+);Sampled=1(?:;|$)").match
_encode = msgspec.json.Encoder(enc_hook=str).encode
_Ask = Callable[[str, Mapping[str, Any]], dict[str, Any]]


class Emitter:
    """Keeps what is to be told of a request until it ends; calls outside of requests are told of at once."""

    def __init__(self, region: str) -> None:
        self._region = region
        self._daemon = udp_address(os.environ.get("AWS_XRAY_DAEMON_ADDRESS", DEFAULT_DAEMON))
        self._request: Subsegment | None = None
        self._socket: socket.socket | None = None

    def begin(self, name: str, route: str) -> None:
        """A request begins; one that never ended is forgotten."""
        trace = current_trace()
        self._request = None if trace is None else of_request(trace, name, route, time())

    def end(self, status: int) -> None:
        """The request has been answered."""
        request, self._request = self._request, None
        if request is None:
            return
        add_status(request, status)
        request.end_time = time()
        whole = _encode(request)
        if len(whole) <= LARGEST_BYTES:
            self._send(whole)
            return
        calls, request.subsegments = request.subsegments, []
        for each in (*calls, request):
            self._send(_encode(each))

    def watch(self, client: Any, name: str, method: str) -> None:  # noqa: ANN401 - whatever calls a service
        """Tell of the client's calls."""
        meta: Any = getattr(client, "meta", None)
        region = self._region if meta is None else meta.region_name
        service = Service(name or meta.service_model.endpoint_prefix, region)
        setattr(client, method, self._told(getattr(client, method), service))

    def _told(self, ask: _Ask, service: Service) -> _Ask:
        def told(operation: str, asked: Mapping[str, Any]) -> dict[str, Any]:
            request = self._request
            trace = current_trace() if request is None else (request.trace_id, request.id)
            if trace is None:
                return ask(operation, asked)
            started = time()
            try:
                answer = ask(operation, asked)
            except Exception as error:
                call = of_call(trace, service, operation, asked, said_by(error), started=started)
                add_error(call, error)
                if request is None:
                    self._send(_encode(call))
                else:
                    request.subsegments.append(call)
                raise
            call = of_call(trace, service, operation, asked, answer, started=started)
            if request is None:
                self._send(_encode(call))
            else:
                request.subsegments.append(call)
            return answer

        return told

    def _send(self, document: bytes) -> None:
        # No daemon, no room, too long: a trace is lost, never a request.
        try:
            (self._socket or self._connect()).send(HEADER + document)
        except ConnectionRefusedError:
            # That was said of the datagram before: now there may be a daemon.
            with suppress(OSError):
                (self._socket or self._connect()).send(HEADER + document)
        except OSError:
            pass

    def _connect(self) -> socket.socket:
        # Whoever restores or forks this process before its first request shares no socket with it.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(0)
        self._socket.connect(self._daemon)
        return self._socket


def current_trace() -> Trace | None:
    """Where Lambda's header of this invocation says that subsegments belong; None where it wants none."""
    try:
        header = os.environ["_X_AMZN_TRACE_ID"]
    except KeyError:
        return None
    if "Sampled=1" not in header:
        return None
    usual = _USUAL(header)
    return usual.groups() if usual is not None else unusual_trace(header)  # type: ignore[return-value] # both groups are there


def unusual_trace(header: str) -> Trace | None:
    """What a header in another order says."""
    fields = dict(part.partition("=")[::2] for part in header.split(";"))
    if fields.get("Sampled") != "1" or not fields.get("Root") or not fields.get("Parent"):
        return None
    return fields["Root"], fields["Parent"]


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
