"""Renders an author's text within bounds: a process of its own does the work and is ended when a text takes too much.

A text is rendered with coloured code. One that takes too long that way, or whose HTML becomes too long, is rendered
with plain code; one that takes too long even so is shown as it was typed. The process stays for the next text, so
that only the first one waits for its start.
"""

import atexit
import html as escaping
import logging
import os
import select
import signal
import subprocess
import sys
import threading
import time
from functools import cache
from pathlib import Path
from typing import IO, cast

import msgspec

from chalicelib.blog.contract import MAX_HTML_BYTES
from chalicelib.blog.rendering_process import COLOURED, LENGTH, PLAIN, READY
from chalicelib.store.errors import Unavailable

_ROOT = Path(__file__).resolve().parents[2]
_KEPT_VARIABLES = ("PATH", "LD_LIBRARY_PATH")
# Nothing is imported from the working folder.
_FLAGS = ("-P", "-W", "ignore")
_CHUNK = 65_536


class Limits(msgspec.Struct, frozen=True):
    """What one text may take.

    50 000 characters of prose take 0.08 s of processor time, of Python code 0.12 s, and all languages' lexers 40 MB.
    A text is rendered at most twice, so a save takes less than API Gateway's 29 s on any machine.
    """

    cpu_seconds: float = 0.75
    wall_seconds: float = 20
    memory_bytes: int = 128 * 1024 * 1024
    html_bytes: int = MAX_HTML_BYTES


class HtmlTooLong(Exception):  # noqa: N818 - what it is
    """The HTML of a text has more bytes than are stored, even with plain code."""

    def __init__(self, html_bytes: int, most: int) -> None:
        super().__init__(f"Its HTML has {html_bytes} bytes and may have {most}.")


class RendererUnavailable(Unavailable):
    """The process could not be started, or the system ended it; the same text may be rendered a moment later."""

    detail = "The text could not be rendered just now. Try again."


class _TookTooMuch(Exception):  # noqa: N818 - caught here
    """The text took more processor time, memory or time than it may."""


LIMITS = Limits()


def render(source: str) -> str:
    """Turn Markdown into sanitised HTML of at most `LIMITS.html_bytes` bytes.

    Raises:
        HtmlTooLong: its HTML is longer, even with plain code.
        RendererUnavailable: the process that renders could not be started, or was ended by the system.
    """
    return _renderer().render(source) if source else ""


def as_typed(source: str) -> str:
    """A text as HTML without any markup of its own but paragraphs."""
    paragraphs = (paragraph.strip() for paragraph in source.replace("\r\n", "\n").split("\n\n"))
    return "".join(f"<p>{escaping.escape(paragraph, quote=False)}</p>\n" for paragraph in paragraphs if paragraph)


@cache
def _renderer() -> "Renderer":
    renderer = Renderer(LIMITS)
    atexit.register(renderer.close)
    return renderer


class Renderer:
    """The process that renders, started when it is first needed and again after a text that ended it."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def render(self, source: str) -> str:
        """As the module's `render`, within the limits of this renderer."""
        with self._lock:
            html = self._html(source)
        size = len(html.encode())
        if size > self.limits.html_bytes:
            raise HtmlTooLong(size, self.limits.html_bytes)
        return html

    def close(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _html(self, source: str) -> str:
        deadline = time.monotonic() + self.limits.wall_seconds
        # Without a fence there is no code to colour, and the same work would be done twice.
        has_fence = "```" in source or "~~~" in source
        for how in (COLOURED, PLAIN) if has_fence else (PLAIN,):
            try:
                html = self._ask(how, source, deadline)
            except _TookTooMuch as error:
                self.close()
                logging.getLogger(__name__).warning("A text was not rendered with %s: %s", _named(how), error)
                continue
            if how == PLAIN or len(html) <= self.limits.html_bytes:
                return html.decode()
        return as_typed(source)

    def _ask(self, how: bytes, source: str, deadline: float) -> bytes:
        """What the process answers.

        Raises:
            _TookTooMuch: the process ended, or was late.
            RendererUnavailable: that was not the text's fault.
        """
        process = self._started(deadline)
        text = source.encode()
        try:
            _pipe(process.stdin).write(how + LENGTH.pack(len(text)) + text)
            _pipe(process.stdin).flush()
            (length,) = LENGTH.unpack(_read(process, LENGTH.size, deadline))
            return _read(process, length, deadline)
        except (BrokenPipeError, EOFError) as error:
            status = process.wait()
            if status == -signal.SIGKILL:
                # The system kills when the whole function is out of memory.
                self.close()
                raise RendererUnavailable("The system ended the process that renders.") from error
            raise _TookTooMuch(f"its process ended with {status}") from error
        except TimeoutError as error:
            raise _TookTooMuch("it was not done in time") from error

    def _started(self, deadline: float) -> "subprocess.Popen[bytes]":
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.close()
        command = [sys.executable, *_FLAGS, "-m", "chalicelib.blog.rendering_process"]
        command += [str(self.limits.cpu_seconds), str(self.limits.memory_bytes)]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
            )
            _read(self._process, len(READY), deadline)
        except (OSError, EOFError) as error:
            self.close()
            raise RendererUnavailable("The process that renders did not start.") from error
        return self._process


def _read(process: "subprocess.Popen[bytes]", length: int, deadline: float) -> bytes:
    """So many bytes of what the process writes.

    Raises:
        EOFError: it ended first.
        TimeoutError: they did not come before the deadline.
    """
    pipe = _pipe(process.stdout).fileno()
    waiting = select.poll()
    waiting.register(pipe, select.POLLIN)
    read = bytearray()
    while len(read) < length:
        if not waiting.poll(max(0, deadline - time.monotonic()) * 1000):
            raise TimeoutError
        chunk = os.read(pipe, min(_CHUNK, length - len(read)))
        if not chunk:
            raise EOFError
        read += chunk
    return bytes(read)


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    return cast("IO[bytes]", stream)


def _environment() -> dict[str, str]:
    """The process's environment: how to start, and nothing that is worth stealing."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return kept | {"PYTHONPATH": os.pathsep.join([str(_ROOT), *filter(None, sys.path)]), "MALLOC_ARENA_MAX": "1"}


def _named(how: bytes) -> str:
    return "coloured code" if how == COLOURED else "plain code"
