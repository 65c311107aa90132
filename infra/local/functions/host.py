"""Takes the engine's invocations and hands them to the worker that has the newest saved code.

`python -m infra.local.functions.host --port PORT`. While a new worker starts, the old one goes on; an invocation
that finds none waits for the next, so that a restart costs no event one of its tries.
"""

import argparse
import json
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from http.server import ThreadingHTTPServer
from pathlib import Path

from infra.local.engine.function_host import SECRET_HEADER
from infra.local.functions.calls import CallHandler, secret
from infra.local.layout import HOST
from infra.local.watch import fingerprint

WATCHED = ("app.py", "chalicelib")
WAIT_SECONDS = 30.0
POLL_SECONDS = 0.2


class Workers:
    """The current worker, and its replacement when the code is saved or the worker dies."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ready = threading.Condition()
        self._process: subprocess.Popen[str] | None = None
        self._port: int | None = None
        self._seen = 0
        self._broken = False

    def keep_current(self) -> None:
        """Look often whether a new worker is due: the code was saved, or the worker died."""
        while True:
            seen = fingerprint([self._folder / name for name in WATCHED])
            dead = self._process is not None and self._process.poll() is not None
            if seen != self._seen or (dead and not self._broken):
                self._seen = seen
                self._replace()
            time.sleep(POLL_SECONDS)

    def address(self) -> str:
        """Where the current worker listens; waits for one.

        Raises:
            TimeoutError: there is none: the saved code cannot be imported.
        """
        with self._ready:
            if not self._ready.wait_for(lambda: self._port is not None, WAIT_SECONDS):
                raise TimeoutError("No worker is running: the saved code cannot be imported.")
            return f"http://{HOST}:{self._port}"

    def gone(self, address: str) -> None:
        """Note that nobody listens there any more, so that whoever asks next waits for the next worker."""
        with self._ready:
            if address == f"http://{HOST}:{self._port}":
                self._port = None

    def _replace(self) -> None:
        started = subprocess.Popen(
            [sys.executable, "-m", "infra.local.functions.worker"],
            cwd=self._folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        port = _port_of(started)
        with self._ready:
            self._broken = port is None
            if port is None:
                # The code cannot be imported: the worker before, if it lives, goes on until it can.
                if self._process is None or self._process.poll() is not None:
                    self._port = None
                return
            before, self._process, self._port = self._process, started, port
            self._ready.notify_all()
        if before is not None and before.stdin is not None:
            # The old one ends when what it is doing is done.
            before.stdin.close()


def _port_of(process: "subprocess.Popen[str]") -> int | None:
    if process.stdout is None:
        return None
    for line in process.stdout:
        if line.startswith("ready "):
            threading.Thread(target=_drain, args=(process,), daemon=True).start()
            return int(line.split()[1])
        sys.stdout.write(line)
    return None


def _drain(process: "subprocess.Popen[str]") -> None:
    if process.stdout is not None:
        for line in process.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()


def serve(workers: Workers, port: int) -> ThreadingHTTPServer:
    """Listen for the engine."""

    class Handler(CallHandler):
        def state(self) -> tuple[int, bytes]:
            workers.address()
            return 200, b"{}"

        def invoked(self, body: bytes) -> tuple[int, bytes]:
            try:
                return 200, _forward(workers, self.path, body)
            except (urllib.error.URLError, OSError) as error:
                return 502, json.dumps({"message": str(error)}).encode()

    return ThreadingHTTPServer((HOST, port), Handler)


def _forward(workers: Workers, path: str, body: bytes) -> bytes:
    while True:
        address = workers.address()
        try:
            return _post(address + path, body)
        except urllib.error.URLError as error:
            # A worker that took nothing has done nothing; one that died at work costs the event a try, as in Lambda.
            if not isinstance(error.reason, ConnectionRefusedError):
                raise
            workers.gone(address)


def _post(url: str, body: bytes) -> bytes:
    headers = {"Content-Type": "application/json", SECRET_HEADER: secret()}
    request = urllib.request.Request(url, data=body, headers=headers)  # noqa: S310
    with urllib.request.urlopen(request, timeout=900) as answer:  # noqa: S310 - our own worker
        content: bytes = answer.read()
    return content


def main(arguments: list[str]) -> int:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.functions.host")
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args(arguments)
    workers = Workers(Path.cwd())
    threading.Thread(target=workers.keep_current, daemon=True).start()
    serve(workers, options.port).serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
