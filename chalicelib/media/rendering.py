"""Renders a photo in a process of its own, so that no file can take this one along.

That process has no keys in its environment, a limit to its memory and its processor time, and ends with its photo: a
file that exhausts, crashes or hangs a decoder is rejected like any other that cannot be read. Only what a decoder
cannot know, such as a failure to start, is an error here, so that the photo is tried again.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec

from chalicelib.media.pictures import TOO_DEMANDING, Outcome, Rejected

CPU_SECONDS = 10
WALL_SECONDS = 45
MEMORY_BYTES = 224 * 1024 * 1024

_ROOT = Path(__file__).resolve().parents[2]
_KEPT_VARIABLES = ("PATH", "LD_LIBRARY_PATH")
_outcomes = msgspec.msgpack.Decoder(Outcome)


class RenderingFailed(Exception):  # noqa: N818 - reads as what happened
    """The renderer failed in a way that is not the photo's fault."""


def render(photo: bytes, cpu_seconds: int = CPU_SECONDS, wall_seconds: float = WALL_SECONDS) -> Outcome:
    """Make the thumbnails of a photo, or say why not.

    Raises:
        RenderingFailed: the photo was not judged.
    """
    # -P: nothing is imported from the working folder.
    command = [sys.executable, "-P", "-m", "chalicelib.media.images", str(cpu_seconds), str(MEMORY_BYTES)]
    try:
        done = subprocess.run(
            command, input=photo, stdout=subprocess.PIPE, env=_environment(), timeout=wall_seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return Rejected(TOO_DEMANDING)
    # The system kills when the function as a whole is out of memory; every other signal is the decoder's own.
    if done.returncode < 0 and -done.returncode != signal.SIGKILL:
        return Rejected(TOO_DEMANDING)
    if done.returncode != 0:
        raise RenderingFailed(f"The renderer ended with {done.returncode}.")
    try:
        outcome: Outcome = _outcomes.decode(done.stdout)
    except msgspec.MsgspecError as error:
        raise RenderingFailed("The renderer answered something else.") from error
    return outcome


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return kept | {"PYTHONPATH": os.pathsep.join([str(_ROOT), *filter(None, sys.path)]), "MALLOC_ARENA_MAX": "1"}
