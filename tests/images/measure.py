"""What the thumbnails function needs: run with a folder of files, it answers with one line of JSON a file.

A file whose name ends in `.exhausts` gets one second of processor time, so that nobody waits for the product's limit.
"""

import json
import re
import resource
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import app as application
from chalicelib.media.objects import s3
from chalicelib.media.pictures import Rendered
from chalicelib.media.rendering import Limits, render

KILOBYTE = 1024


@dataclass(frozen=True)
class Measured:
    """The outcome of one file. Peaks are in MiB, and the highest of all files so far."""

    name: str
    reason: str | None
    seconds: float
    own_peak: int
    renderer_peak: int


def main(folder: str) -> None:
    """Render every file as the function does, with everything loaded that the function loads."""
    assert application.app is not None
    s3()
    for path in sorted(Path(folder).iterdir()):
        sys.stdout.write(json.dumps(asdict(measured(path))) + "\n")
        sys.stdout.flush()


def measured(path: Path) -> Measured:
    limits = Limits(cpu_seconds=1) if path.suffix == ".exhausts" else Limits()
    started = time.perf_counter()
    outcome = render(path.read_bytes(), limits)
    seconds = round(time.perf_counter() - started, 2)
    reason = None if isinstance(outcome, Rendered) else outcome.reason
    renderer_peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // KILOBYTE
    return Measured(path.name.removesuffix(".exhausts"), reason, seconds, own_peak(), renderer_peak)


def own_peak() -> int:
    # getrusage starts a process's count with what the process that started it needed.
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    assert found is not None
    return int(found[1]) // KILOBYTE


if __name__ == "__main__":
    main(sys.argv[1])
