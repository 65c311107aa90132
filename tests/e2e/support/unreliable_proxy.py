"""A proxy between the browser and everything it asks: late, out of order, and now and then without an answer.

Chromium sends it each request whole (RFC 9112, 3.2.2). What becomes of the nth request of a method and path depends
on the seed alone, and not on the requests beside it.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

SHORTEST, LONGEST = 0.05, 2.0
# Status, headers and body.
Answer = tuple[int, Mapping[str, str], bytes]
# What API Gateway answers when it cannot: its own error, readable by pages of other origins.
UNAVAILABLE: Answer = (
    503,
    {"Content-Type": "application/json", "Access-Control-Allow-Origin": "*"},
    b'{"message":"Service Unavailable"}',
)
# Headers of one connection (RFC 9110, 7.6.1), and the length, which is counted again.
_HOP_BY_HOP = frozenset(
    ("connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade", "content-length")
)


@dataclass(frozen=True)
class Treatment:
    """What happens to one request: the seconds before and after the server has it, and its fault, if any."""

    before: float
    after: float
    fault: str | None = None


@dataclass
class Treatments:
    """Decides for each request; `faults` holds the share of each fault among what scripts fetch."""

    seed: int
    faults: dict[str, float] = field(default_factory=lambda: {"lost": 0.07, "unanswered": 0.07, "unavailable": 0.06})
    seen: Counter[str] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)
    ended: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self, method: str, path: str, *, fetched: bool) -> Treatment:
        """Return the treatment of a request; pages, styles and scripts are late, and have no fault."""
        with self._lock:
            self.seen[f"{method} {path}"] += 1
            source = random.Random(f"{self.seed} {method} {path} {self.seen[f'{method} {path}']}")  # noqa: S311
            if self.ended:
                return Treatment(0, 0)
            seconds, share = SHORTEST * (LONGEST / SHORTEST) ** source.random(), source.random()
            (fault,) = source.choices([*self.faults, None], [*self.faults.values(), 1 - sum(self.faults.values())])
            fault = fault if fetched else None
            self.met[fault or "late"] += 1
        return Treatment(seconds * share, seconds * (1 - share), fault)


class UnreliableProxy:
    """Runs the proxy while it is entered."""

    def __init__(self, seed: int) -> None:
        self.treatments = Treatments(seed)
        self._server = _Server(self.treatments)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def become_reliable(self) -> None:
        """Answer at once from now on."""
        self.treatments.ended = True

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"

    def answer(self) -> None:
        """Treat the request as the seed says; a connection that ends without an answer is a lost one."""
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fetched = self.headers.get("Sec-Fetch-Dest") == "empty"
        treatment = self.server.treatments.next(self.command, urlsplit(self.path).path, fetched=fetched)
        time.sleep(treatment.before)
        answer: Answer | None = None
        if treatment.fault == "unavailable":
            answer = UNAVAILABLE
        elif treatment.fault != "lost":
            answer = _ask(self.command, self.path, dict(self.headers), content)
            time.sleep(treatment.after)
        if answer is None or treatment.fault == "unanswered":
            self.close_connection = True
        else:
            self._send(*answer)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer  # noqa: N815

    def _send(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if self.command == "HEAD" or status in (204, 304):
            body = b""
        else:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle(self) -> None:
        with suppress(OSError):  # The browser called the request off.
            super().handle()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Say nothing: pytest shows what a test prints."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    # A browser opens many connections at once.
    request_queue_size = 64

    def __init__(self, treatments: Treatments) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.treatments = treatments


def _ask(method: str, address: str, headers: Mapping[str, str], content: bytes) -> Answer | None:
    """Send the request on, and return the answer; nothing if there is none."""
    split = urlsplit(address)
    path = split.path + (f"?{split.query}" if split.query else "")
    passed = {name: value for name, value in headers.items() if name.lower() not in _HOP_BY_HOP}
    connection = HTTPConnection(split.hostname or "", split.port or 80, timeout=60)
    try:
        connection.request(method, path, content or None, passed)
        response = connection.getresponse()
        kept = {name: value for name, value in response.getheaders() if name.lower() not in _HOP_BY_HOP}
        return response.status, kept, response.read()
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()
