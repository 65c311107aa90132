"""The process that turns Markdown into HTML, one text after the other, each within limits that the system enforces.

`python -m chalicelib.blog.rendering_process CPU_SECONDS MEMORY_BYTES`. It says READY, then reads requests from its
standard input: how to render (COLOURED or PLAIN), the length of the text in four bytes, and the text in UTF-8. For
each it writes the length of the HTML in four bytes and the HTML.

A text that takes more processor time ends the process: no Python code can interrupt a regular expression that runs,
but the default action of SIGPROF can. So does a text that takes more memory.
https://man7.org/linux/man-pages/man2/setitimer.2.html
"""

import resource
import signal
import struct
import sys
from typing import BinaryIO

from chalicelib.blog import markdown

READY = b"R"
COLOURED, PLAIN = b"C", b"P"
LENGTH = struct.Struct(">I")


def serve(source: BinaryIO, sink: BinaryIO, cpu_seconds: float) -> None:
    """Render every text that `source` has, until it ends."""
    # The first text waits for no import, and its processor time is its own.
    markdown.render("Ready")
    sink.write(READY)
    sink.flush()
    while how := source.read(1):
        text = source.read(LENGTH.unpack(source.read(LENGTH.size))[0]).decode()
        signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
        html = markdown.render(text, coloured=how == COLOURED).encode()
        signal.setitimer(signal.ITIMER_PROF, 0)
        sink.write(LENGTH.pack(len(html)) + html)
        sink.flush()


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_DATA, (int(sys.argv[2]), resource.getrlimit(resource.RLIMIT_DATA)[1]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    serve(sys.stdin.buffer, sys.stdout.buffer, float(sys.argv[1]))
