"""One listening socket on 127.0.0.1, one ASGI server, a clean stop."""

import asyncio
import os
import signal
import socket

from hypercorn.asyncio import serve
from hypercorn.config import Config
from hypercorn.utils import LifespanFailureError

from infra.local.engine.guard import App

_KEEP_ALIVE_SECONDS = 75.0
_BACKLOG = 1024
_DRAIN_SECONDS = 2.0


class PortTakenError(Exception):
    """Another process listens where this engine was asked to."""


class StartError(Exception):
    """The application could not start; the message says why."""


def listen(port: int) -> socket.socket:
    """Bind before anything else starts: a second engine must not touch the first one's state."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if os.name == "posix":  # elsewhere this option would let two processes share the port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        message = f"Port {port} on 127.0.0.1 cannot be used: {error.strerror or error}."
        raise PortTakenError(message) from error
    return listener


async def run(app: App, listener: socket.socket) -> None:
    """Serve until SIGTERM or SIGINT; returns after the application's shutdown has run."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    config = Config()
    config.bind = [f"fd://{listener.detach()}"]
    config.backlog = _BACKLOG
    config.keep_alive_timeout = _KEEP_ALIVE_SECONDS
    config.keep_alive_max_requests = 1_000_000
    config.graceful_timeout = _DRAIN_SECONDS
    config.loglevel = "WARNING"
    try:
        await serve(app, config, shutdown_trigger=stop.wait)
    except* LifespanFailureError as failures:
        raise StartError(str(failures.exceptions[0])) from None
