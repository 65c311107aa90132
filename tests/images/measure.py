"""What the thumbnails function needs: run with a folder of files, it answers with one line of JSON a file.

A file whose name ends in `.exhausts` gets one second of processor time, so that nobody waits for the product's limit.
"""

import json
import re
import resource
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import app as application
from chalicelib.media.objects import s3
from chalicelib.media.pictures import Rendered
from chalicelib.media.rendering import Limits, render

KILOBYTE = 1024


@dataclass(frozen=True)
class Measured:
    """The outcome of one file. `seconds` are the processor's; peaks are in MiB, the highest of all files so far."""

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
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    outcome = render(path.read_bytes(), limits)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 2)
    reason = None if isinstance(outcome, Rendered) else outcome.reason
    return Measured(path.name.removesuffix(".exhausts"), reason, seconds, own_peak(), after.ru_maxrss // KILOBYTE)


def own_peak() -> int:
    # getrusage starts a process's count with what the process that started it needed.
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    assert found is not None
    return int(found[1]) // KILOBYTE


if __name__ == "__main__":
    main(sys.argv[1])
